"""The form of the text that the trunk's vocabulary is counted on and its experts are distilled on.

A corpus is a UTF-8 text file: one passage a line, an empty line between documents. Anybody's own text in that form
serves as well. ``apps.finance.corpus`` and ``apps.medical.corpus`` make such files from material of training
identities; ``python -m core_model.training.corpus --out FILE FILE ...`` joins several into one.
"""

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

MOST = 3
"""So many times at most a line is kept."""


def write(documents: Iterable[list[str]], out: Path) -> int:
    """Write documents as a corpus file; a line that stands in many documents is kept three times at most.

    Returns:
        Number of lines.
    """
    seen: dict[str, int] = {}
    count = 0
    with out.open("w", encoding="utf8") as stream:
        for document in documents:
            for line in document:
                seen[line] = seen.get(line, 0) + 1
                if seen[line] <= MOST:
                    stream.write(line + "\n")
                    count += 1
            stream.write("\n")
    return count


def read(file: Path) -> Iterator[list[str]]:
    """The documents of a corpus file, in order; the inverse of ``write``, but for lines left out."""
    document: list[str] = []
    with file.open(encoding="utf8", newline="\n") as stream:
        for line in stream:
            if line == "\n":
                yield document
                document = []
            else:
                document.append(line.removesuffix("\n"))
    if document:
        yield document


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("files", type=Path, nargs="+", help="corpus files, in the order in which they are joined")
    options = parser.parse_args()
    lines = write((document for file in options.files for document in read(file)), options.out)
    print(f"{lines} lines")


if __name__ == "__main__":
    main()
