"""The mixture: batches of the joint run, each from one source, in given shares of the tokens.

::

    mixture = Mixture(folder, shares_of(list(cards_in(folder).values())), core.tokenizer, core.config, seed=0)
    drawn = mixture.next()          # Drawn(source="filings_text", kind="text", examples=[...]), about 8,192 tokens
    batch = pack([[each.segment] for each in drawn.examples], core.config)
    state = mixture.state_dict()    # plain values; load_state_dict goes on with the same batches

The next source is the one that lacks most of its share, so that the shares hold after every few batches whatever the
seed. Only train examples are drawn by ``next``; ``validation`` gives the same validation batches every time.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core_model.config import CoreConfig
from core_model.errors import InputRejected
from core_model.inputs.text import TextTokenizer
from core_model.training.mixture.cards import Card, Kind, read_card
from core_model.training.mixture.examples import Example, Maker
from core_model.training.mixture.reading import Order, Source, open_source

TOKENS = 8192
"""Tokens of a batch, about."""
TOGETHER: tuple[Kind, ...] = ("text",)
"""Kinds of which several examples stand in one row."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A batch of one source.

    Attributes:
        source: Name of the source.
        kind: Of the source.
        examples: All of the class of the kind, see ``core_model.training.mixture.examples``.
    """

    source: str
    kind: Kind
    examples: list[Any]

    @property
    def tokens(self) -> int:
        """That the core will read."""
        return sum(example.tokens for example in self.examples)


class Mixture:
    """Draws batches by source.

    Args:
        folder: Of the sources and their cards.
        shares: Positive shares of the tokens by the names of sources, on any scale; other sources are left alone.
        tokenizer: The core's.
        config: The core's.
        seed: Of the orders in which the sources are read, and of the validation batches.
        tokens: Of a batch, about: a batch ends with the example that reaches them.
        together: Kinds of which several examples stand in one row. For masked text rows are then exactly a window
            long, whatever the texts' lengths; other kinds need a row an example.
        longest: Pieces at which queries, passages and labelled texts are cut; two windows where not given.

    Attributes:
        cards: Of the sources that are drawn from, by name.
        shares: As given, to sum 1.

    Raises:
        NotFound: A source or its file is not there.
        InputRejected: A share is not positive, a file is not its card's, or holds what must not be trained on.
    """

    def __init__(
        self,
        folder: str | Path,
        shares: Mapping[str, float],
        tokenizer: TextTokenizer,
        config: CoreConfig,
        seed: int,
        *,
        tokens: int = TOKENS,
        together: Collection[Kind] = TOGETHER,
        longest: int | None = None,
    ) -> None:
        if not shares or not all(0 < share < float("inf") for share in shares.values()):
            raise InputRejected(
                "shares of the tokens that are not positive",
                allowed="a positive number for each source",
                action="leave out sources that are not to be drawn",
                code="shares_not_positive",
            )
        if set(together) - {"text"}:
            raise TypeError(f"examples of these kinds need rows of their own: {sorted(set(together) - {'text'})}")
        whole = sum(shares.values())
        self.shares = {name: shares[name] / whole for name in sorted(shares)}
        self.cards: dict[str, Card] = {name: read_card(Path(folder) / f"{name}.card.json") for name in self.shares}
        self._sources: dict[str, Source] = {name: open_source(folder, card) for name, card in self.cards.items()}
        self._maker = Maker(tokenizer, config, longest or 2 * config.window)
        self._tokens, self._together, self._seed = tokens, frozenset(together), seed
        self._orders = {name: Order(name, source.count("train"), seed) for name, source in self._sources.items()}
        self._done = dict.fromkeys(self.shares, 0)
        self._numbers = {
            name: {label: number for number, label in enumerate(source.labels)}
            for name, source in self._sources.items()
        }

    def next(self) -> Drawn:
        """The next batch."""
        total = sum(self._done.values()) + self._tokens
        name = max(self.shares, key=lambda each: self.shares[each] * total - self._done[each])
        drawn = self._batch(name, self._train_rows(name))
        self._done[name] += drawn.tokens
        return drawn

    def validation(self, name: str, tokens: int) -> list[Drawn]:
        """Validation batches of a source, the same every time.

        Args:
            name: Of the source.
            tokens: About so many in all; fewer where the split has no more.

        Returns:
            Batches as ``next`` makes them; none where the source has no validation examples.
        """
        source = self._sources[name]
        order = Order(f"{name} validation", source.count("validation"), self._seed)
        left = iter([order.next() for _ in range(source.count("validation"))])
        batches: list[Drawn] = []
        while tokens > 0:
            drawn = self._batch(name, (source.row("validation", number) for number in left), tokens)
            if not drawn.examples:
                break
            batches.append(drawn)
            tokens -= drawn.tokens
        return batches

    def labels(self, name: str) -> list[Any]:
        """The labels of a labelled source, a label's number being its place."""
        return list(self._sources[name].labels)

    def count(self, name: str, split: str = "train") -> int:
        """Examples of a source in a split."""
        return self._sources[name].count(split)

    def read(self, name: str) -> int:
        """Examples of a source that were drawn so far, over all epochs."""
        order = self._orders[name]
        return order.epoch * self.count(name) + order.place

    @property
    def done(self) -> dict[str, int]:
        """Tokens drawn so far by source."""
        return dict(self._done)

    def identity(self) -> dict[str, Any]:
        """What the batches follow from, for a run's identity: hashes of the data, shares, seed and sizes."""
        return {
            "data": {name: card.sha256 for name, card in self.cards.items()},
            "shares": dict(self.shares),
            "seed": self._seed,
            "tokens": self._tokens,
            "together": sorted(self._together),
            "longest": self._maker.longest,
        }

    def state_dict(self) -> dict[str, Any]:
        """Where the mixture stands, as plain values."""
        return {
            "identity": self.identity(),
            "places": {name: order.state() for name, order in self._orders.items()},
            "done": self.done,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state_dict`` was taken, with the same batches.

        Raises:
            InputRejected: The state is of other data, shares or settings.
        """
        if state.get("identity") != self.identity():
            raise InputRejected(
                "the state of a mixture of other data, shares or settings",
                allowed="the state of this mixture",
                action="begin the run anew",
                code="mixture_differs",
            )
        for name, order in self._orders.items():
            order.load(state["places"][name])
        self._done = {name: int(state["done"][name]) for name in self.shares}

    def _train_rows(self, name: str) -> Iterator[Mapping[str, Any]]:
        while True:
            yield self._sources[name].row("train", self._orders[name].next())

    def _batch(self, name: str, rows: Iterator[Mapping[str, Any]], tokens: int | None = None) -> Drawn:
        """A batch of the next rows, up to the tokens of a batch."""
        kind = self.cards[name].kind
        most = min(self._tokens, tokens) if tokens is not None else self._tokens
        examples: list[Example] = []
        if kind == "text":
            examples += self._maker.texts(rows, most, together="text" in self._together)
            return Drawn(name, kind, examples)
        count = 0
        for row in rows:
            example = self._maker.make(kind, row, self._numbers[name])
            if not example.tokens:
                continue
            examples.append(example)
            count += example.tokens
            if count >= most:
                break
        return Drawn(name, kind, examples)
