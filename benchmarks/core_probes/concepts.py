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
from torch import Tensor

from benchmarks import shared_data
from benchmarks.figures import Figure, bootstrap
from core_model.core import Core, build
from core_model.explain import shuffled
from core_model.model import CoreOutput
from core_model.segments import TextSegment, pack
from core_model.training.splits import bucket_of

FOLDS = 5
MIN_COMPANIES = 5
LAYERS = (0, 3, 6, 9, 12)
RIDGES = (0.1, 0.03)
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


def top1_by_company(
    examples: Captions, features: np.ndarray, row: np.ndarray, tested: np.ndarray | None = None
) -> dict[str, list[float]]:
    """Whether each example's concept is the classifier's first guess, out of fold, by company.

    The classifier is the same for all features: multinomial logistic regression, its ridge chosen in each fold on one
    of the other folds.

    Args:
        examples: N captions and concepts.
        features: One row a distinct caption.
        row: The caption of each example.
        tested: Other features of the same captions, for what a classifier that learned from the first makes of them.
    """
    names, label = np.unique(examples.concepts, return_inverse=True)
    learned = torch.from_numpy(np.ascontiguousarray(features, dtype=np.float32))
    asked = learned if tested is None else torch.from_numpy(np.ascontiguousarray(tested, dtype=np.float32))
    hits = np.zeros(len(label))

    def fit_and_guess(train: np.ndarray, test: np.ndarray, ridge: float, inputs: Tensor) -> np.ndarray:
        counts = np.zeros((len(learned), len(names)), dtype=np.float32)
        np.add.at(counts, (row[train], label[train]), 1)
        there = torch.from_numpy(counts.sum(axis=1) > 0)
        weights, bias = logistic_regression(learned[there], torch.from_numpy(counts)[there], ridge)
        return (inputs @ weights + bias).argmax(dim=1).numpy()[row[test]]

    for fold in range(FOLDS):
        inner = (fold + 1) % FOLDS
        train, held = (examples.fold != fold) & (examples.fold != inner), examples.fold == inner
        rights = [np.mean(fit_and_guess(train, held, ridge, learned) == label[held]) for ridge in RIDGES]
        best = RIDGES[int(np.argmax(rights))]
        test = examples.fold == fold
        hits[test] = fit_and_guess(examples.fold != fold, test, best, asked) == label[test]
    by_company: dict[str, list[float]] = defaultdict(list)
    for company, hit in zip(examples.companies, hits.tolist(), strict=True):
        by_company[company].append(hit)
    return dict(by_company)


def logistic_regression(x_CD: Tensor, counts_CK: Tensor, ridge: float, rounds: int = 40) -> tuple[Tensor, Tensor]:
    """Multinomial logistic regression by L-BFGS.

    Args:
        x_CD: One row a distinct caption.
        counts_CK: How often each caption stands for each concept.
        ridge: Half the weight of the squared coefficients against the summed log-loss.
        rounds: At most so many iterations.

    Returns:
        ``weights_DK`` and ``bias_K``.
    """
    weights_DK = torch.zeros(x_CD.shape[1], counts_CK.shape[1], requires_grad=True)
    bias_K = torch.zeros(counts_CK.shape[1], requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [weights_DK, bias_K], max_iter=rounds, history_size=6, line_search_fn="strong_wolfe", tolerance_grad=1e-4
    )

    def loss() -> Tensor:
        optimizer.zero_grad()
        value = -(counts_CK * torch.log_softmax(x_CD @ weights_DK + bias_K, dim=1)).sum()
        value = value + ridge / 2 * weights_DK.square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    return weights_DK.detach(), bias_K.detach()


def tfidf_features(texts: list[str]) -> dict[str, np.ndarray]:
    """Word (one and two) and character (two to five) tf-idf, counted over all captions.

    Given in an orthogonal basis of the captions' space, which changes no product of two captions and makes the fits
    as cheap as those of dense features.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    makers = {
        "words": TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)),
        "characters": TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
    }
    found = {}
    for name, maker in makers.items():
        sparse = maker.fit_transform(texts)
        products = torch.from_numpy((sparse @ sparse.T).toarray().astype(np.float32))
        values, vectors = torch.linalg.eigh(products)
        kept = values > 1e-4
        found[name] = (vectors[:, kept] * values[kept].sqrt()).numpy()
    return found


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
    """Features centred and scaled by the mean and spread of others, then each row to length 1."""
    standard = (features - like.mean(axis=0)) / (like.std(axis=0) + 1e-6)
    return standard / np.linalg.norm(standard, axis=1, keepdims=True)


def examples_by_caption(examples: Captions) -> tuple[list[str], np.ndarray]:
    """The distinct captions, and which of them each example carries."""
    texts = sorted(set(examples.texts))
    place = {text: number for number, text in enumerate(texts)}
    return texts, np.array([place[text] for text in examples.texts])


def concept_figures(core: Core) -> dict[str, Figure]:
    """Gain of the core's features over the better tf-idf, and loss when the core's weights are shuffled."""
    examples = captions()
    texts, row = examples_by_caption(examples)
    hits = {name: top1_by_company(examples, features, row) for name, features in tfidf_features(texts).items()}
    raw = core_features(core, texts)
    ours = scaled(raw, raw)
    hits["core"] = top1_by_company(examples, ours, row)
    shaken = build(core.model.config, shuffled(core.model.state_dict())).eval()
    other = scaled(core_features(Core(shaken, core.tokenizer, core.card), texts), raw)
    hits["shuffled"] = top1_by_company(examples, ours, row, other)
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
