"""``python -m core_model.training.mixture.describe --data DIR``: what a folder of sources holds, how fast it is read.

Each source with its examples, its tokens (those of a sample, times the examples), its share of the tokens where nobody
says otherwise, and how often it would be read through in a run of so many tokens. Then batches are drawn for some
seconds of CPU time on one thread; nothing is trained.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from core_model.checkpoint import load_card
from core_model.config import CoreConfig
from core_model.inputs.text import TextTokenizer
from core_model.pretrained import CARD_FILE, config_in
from core_model.shipped import core_folder
from core_model.training.command import run_on_cpu
from core_model.training.mixture.cards import Card, cards_in
from core_model.training.mixture.mixture import Mixture
from core_model.training.mixture.shares import shares_of

SAMPLE_TOKENS = 20_000
"""Tokens of the sample that a source's tokens are reckoned from."""


@dataclass(frozen=True, slots=True)
class Described:
    """What a source holds.

    Attributes:
        card: Of the source.
        tokens: Of all training examples, about.
        share: Of the tokens of a run.
    """

    card: Card
    tokens: int
    share: float


def describe(folder: Path, tokenizer: TextTokenizer, config: CoreConfig, seed: int = 0) -> list[Described]:
    """The sources of a folder, by name."""
    cards = cards_in(folder)
    shares = shares_of(list(cards.values()))
    found = []
    for name, card in cards.items():
        mixture = Mixture(folder, {name: 1.0}, tokenizer, config, seed, tokens=SAMPLE_TOKENS)
        drawn = mixture.next()
        count = mixture.count(name)
        read = mixture.read(name)
        found.append(Described(card, round(drawn.tokens * count / max(read, 1)), shares[name]))
    return found


def drawing_speed(mixture: Mixture, seconds: float) -> tuple[float, int]:
    """Tokens a second of CPU time of this process, and batches drawn."""
    started, tokens, batches = time.process_time(), 0, 0
    while time.process_time() - started < seconds:
        tokens += mixture.next().tokens
        batches += 1
    return tokens / (time.process_time() - started), batches


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the sources")
    parser.add_argument("--run-tokens", type=float, default=40e6, help="tokens of the run that is planned")
    parser.add_argument("--seconds", type=float, default=20.0, help="CPU time for which batches are drawn")
    options = parser.parse_args()
    return run_on_cpu(lambda: _say(options.data, options.run_tokens, options.seconds))


def _say(folder: Path, run_tokens: float, seconds: float) -> None:
    torch.set_num_threads(1)
    weights = core_folder()
    card = load_card(weights / CARD_FILE)
    tokenizer, config = TextTokenizer.from_file(weights / str(card["tokenizer_file"])), config_in(card)
    found = describe(folder, tokenizer, config)
    print(f"{'source':22} {'kind':9} {'domain':8} {'train':>8} {'valid.':>7} {'tokens':>11} {'share':>6} {'epochs':>7}")
    for each in found:
        count, epochs = each.card.count, each.share * run_tokens / max(each.tokens, 1)
        print(
            f"{each.card.name:22} {each.card.kind:9} {each.card.domain:8} {count['train']:8} {count['validation']:7}"
            f" {each.tokens:11,} {each.share:6.3f} {epochs:7.2f}"
        )
    general = sum(each.share for each in found if each.card.domain == "general")
    text = [each for each in found if each.card.kind == "text"]
    code = sum(each.share for each in text if each.card.code) / max(sum(each.share for each in text), 1e-9)
    print(f"{sum(each.tokens for each in found):,} tokens; general {general:.3f}, code {code:.3f} of masked text")
    mixture = Mixture(folder, shares_of([each.card for each in found]), tokenizer, config, 0)
    speed, batches = drawing_speed(mixture, seconds)
    print(f"drawn: {speed:,.0f} tokens a second of CPU time, one thread, {batches} batches")


if __name__ == "__main__":
    raise SystemExit(main())
