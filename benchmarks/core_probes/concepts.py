"""Standard concepts from row captions, in five folds by company: the core's features against tf-idf.

A caption is the text of the first cell, in the fact's table row, that holds letters. Facts are ``us-gaap``, without
dimensions, of training and validation companies; concepts that stand in at least five of them. A company's caption and
concept count once, however many facts carry them.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from lxml import etree
from scipy.sparse import issparse, spmatrix

from benchmarks import shared_data
from benchmarks.figures import Figure, bootstrap
from core_model.core import Core, build
from core_model.explain import shuffled
from core_model.model import CoreOutput
from core_model.segments import TextSegment, pack
from core_model.training.splits import bucket_of

FOLDS = 5
MIN_COMPANIES = 5
LAYERS = (0, 6, 12)
RIDGES = (0.1, 0.4)
_FACT = "{*}nonFraction"
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Captions:
    """Examples, and the fold of their company.

    Attributes:
        texts: Row captions.
        concepts: Local names of ``us-gaap`` concepts.
        companies: Tickers.
        fold: Fold of each example's company, 0 to 4.
    """

    texts: list[str]
    concepts: list[str]
    companies: list[str]
    fold: np.ndarray


def row_captions(page: bytes) -> set[tuple[str, str]]:
    """Pairs of caption and concept in the tables of one report."""
    root = etree.fromstring(
        page, etree.XMLParser(recover=True, huge_tree=True, resolve_entities=False, no_network=True)
    )
    plain = {
        context.get("id")
        for context in root.iter("{*}context")
        if next(context.iter("{*}explicitMember", "{*}typedMember"), None) is None
    }
    captions: dict[etree._Element, str] = {}
    found = set()
    for fact in root.iter(_FACT):
        concept = fact.get("name") or ""
        row = next(fact.iterancestors("{*}tr"), None)
        if row is None or not concept.startswith("us-gaap:") or fact.get("contextRef") not in plain:
            continue
        if row not in captions:
            captions[row] = caption_of(row)
        if captions[row]:
            found.add((captions[row], concept.split(":", 1)[1]))
    return found


def caption_of(row: etree._Element) -> str:
    """Text of the first cell that holds letters and no fact; empty where there is none."""
    for cell in row.iter("{*}td", "{*}th"):
        text = _SPACES.sub(" ", "".join(cell.itertext())).strip()
        if re.search(r"[A-Za-z]{2}", text):
            return "" if next(cell.iter(_FACT), None) is not None else text[:200]
    return ""


@cache
def captions() -> Captions:
    """All examples of training and validation companies."""
    pairs: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for filing in shared_data.filings(("train", "validation")):
        pairs[filing.ticker] |= row_captions(filing.path.read_bytes())
    spread: dict[str, set[str]] = defaultdict(set)
    for company, found in pairs.items():
        for _, concept in found:
            spread[concept].add(company)
    rows = sorted(
        (company, text, concept)
        for company, found in pairs.items()
        for text, concept in found
        if len(spread[concept]) >= MIN_COMPANIES
    )
    order = sorted(pairs, key=lambda company: (bucket_of(f"fold {company}"), company))
    fold_of = {company: number % FOLDS for number, company in enumerate(order)}
    return Captions(
        [row[1] for row in rows],
        [row[2] for row in rows],
        [row[0] for row in rows],
        np.array([fold_of[row[0]] for row in rows]),
    )


def top1_by_company(examples: Captions, kernel: np.ndarray, tested: np.ndarray | None = None) -> dict[str, list[float]]:
    """Whether each example's concept is the classifier's first guess, out of fold, by company.

    The classifier is the same for all features: one-against-all least squares with a ridge, solved in its dual form, so
    that features count through their products alone. The ridge is chosen in each fold on one of the other folds.

    Args:
        examples: N captions and concepts.
        kernel: Products of the examples' features, ``[N, N]``, with a mean diagonal of 1.
        tested: Products of other features of the examples (rows) with those that were learned from (columns): what
            a classifier that was trained on the one makes of the other. ``kernel`` itself where not given.
    """
    names, label = np.unique(examples.concepts, return_inverse=True)
    hits = np.zeros(len(label))
    for fold in range(FOLDS):
        inner = (fold + 1) % FOLDS
        train = (examples.fold != fold) & (examples.fold != inner)
        held = examples.fold == inner
        rights = [np.mean(_guess(kernel, label, len(names), train, held, ridge) == label[held]) for ridge in RIDGES]
        best = RIDGES[int(np.argmax(rights))]
        test = examples.fold == fold
        guessed = _guess(kernel, label, len(names), examples.fold != fold, test, best, tested)
        hits[test] = guessed == label[test]
    by_company: dict[str, list[float]] = defaultdict(list)
    for company, hit in zip(examples.companies, hits.tolist(), strict=True):
        by_company[company].append(hit)
    return dict(by_company)


def _guess(
    kernel: np.ndarray,
    label: np.ndarray,
    classes: int,
    train: np.ndarray,
    test: np.ndarray,
    ridge: float,
    tested: np.ndarray | None = None,
) -> np.ndarray:
    wanted = np.eye(classes, dtype=kernel.dtype)[label[train]]
    prior = wanted.mean(axis=0)
    inside = torch.from_numpy(kernel[np.ix_(train, train)])
    inside.diagonal().add_(ridge)
    weights = torch.cholesky_solve(torch.from_numpy(wanted - prior), torch.linalg.cholesky(inside))
    products = kernel if tested is None else tested
    return np.argmax(products[np.ix_(test, train)] @ weights.numpy() + prior, axis=1)


def kernel_of(features: np.ndarray | spmatrix, row: np.ndarray) -> np.ndarray:
    """Products of features, scaled to a mean diagonal of 1, spread from distinct captions to the examples.

    Args:
        features: One row a distinct caption.
        row: The caption of each example.
    """
    products = features @ features.T
    products = np.asarray(products.toarray() if issparse(products) else products, dtype=np.float32)
    return (products / np.mean(np.diag(products)))[np.ix_(row, row)]


def tfidf_kernels(texts: list[str], row: np.ndarray) -> dict[str, np.ndarray]:
    """Kernels of word (one and two) and character (two to five) tf-idf, counted over all captions."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    makers = {
        "words": TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)),
        "characters": TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
    }
    return {name: kernel_of(maker.fit_transform(texts), row) for name, maker in makers.items()}


def core_features(core: Core, texts: list[str]) -> np.ndarray:
    """Mean hidden state of each text after the layers ``LAYERS`` (0 is the embedding), side by side."""
    rows = [core.tokenizer.ids(f"query: {text}") for text in texts]
    found = {layer: np.zeros((len(texts), core.model.config.width), dtype=np.float32) for layer in LAYERS}
    order = sorted(range(len(texts)), key=lambda k: len(rows[k]))
    for start in range(0, len(order), 128):
        some = order[start : start + 128]
        batch = pack([[TextSegment(torch.tensor(rows[k]))] for k in some], core.model.config)
        with torch.inference_mode():
            x_TD = core.model.embed(batch)
            for number, block in enumerate([None, *core.model.layers]):
                if block is not None:
                    x_TD, _ = block(x_TD, batch)
                if number in found:
                    found[number][some] = CoreOutput(x_TD, batch).mean().numpy()
    return np.concatenate(list(found.values()), axis=1)


def scaled(features: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Features centred and scaled by the mean and spread of others."""
    return (features - like.mean(axis=0)) / (like.std(axis=0) + 1e-6)


def examples_by_caption(examples: Captions) -> tuple[list[str], np.ndarray]:
    """The distinct captions, and which of them each example carries."""
    texts = sorted(set(examples.texts))
    place = {text: number for number, text in enumerate(texts)}
    return texts, np.array([place[text] for text in examples.texts])


def concept_figures(core: Core) -> dict[str, Figure]:
    """Gain of the core's features over the better tf-idf, and loss when the core's weights are shuffled."""
    examples = captions()
    texts, row = examples_by_caption(examples)
    hits = {name: top1_by_company(examples, kernel) for name, kernel in tfidf_kernels(texts, row).items()}
    raw = core_features(core, texts)
    mean_square = np.mean(np.square(scaled(raw, raw)).sum(axis=1))
    ours = scaled(raw, raw) / np.sqrt(mean_square)
    kernel = (ours @ ours.T)[np.ix_(row, row)]
    hits["core"] = top1_by_company(examples, kernel)
    shaken = build(core.model.config, shuffled(core.model.state_dict())).eval()
    other = scaled(core_features(Core(shaken, core.tokenizer, core.card), texts), raw) / np.sqrt(mean_square)
    hits["shuffled"] = top1_by_company(examples, kernel, (other @ ours.T)[np.ix_(row, row)])
    share = {name: float(np.mean([hit for values in found.values() for hit in values])) for name, found in hits.items()}
    better = max(("words", "characters"), key=lambda name: share[name])
    note = ", ".join(f"{name} {value:.4f}" for name, value in share.items())
    note += f"; {len(set(examples.concepts))} concepts, {len(hits['core'])} companies"

    def difference(first: str, second: str, baseline: str) -> Figure:
        apart = {c: [a - b for a, b in zip(hits[first][c], hits[second][c], strict=True)] for c in hits[first]}
        value = share[first] - share[second]
        return Figure(value, "share", len(row), interval=bootstrap(apart), baseline=baseline, note=note)

    return {
        "concept_top1_gain_over_tfidf": difference("core", better, f"tf-idf of {better}, the same classifier"),
        "concept_top1_lost_when_shuffled": difference("core", "shuffled", "the core with its weights shuffled"),
    }
