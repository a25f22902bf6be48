"""The core: one network for all modalities, with its tokenizer and its card.

::

    core = Core.from_pretrained("folder")
    core.embed_texts(["Net income", "净利润"])              # [2, 384], unit length, comparable across languages
    core.encode([["a caption", facts], [image]]).mean()     # [2, 384], any mixture of segments

Shapes: T tokens of the whole batch, B rows, N texts, D width, M modalities.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, Literal, Self, cast, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from core_model.compute.precision import Precision, computing, precision_in_use
from core_model.config import MODALITIES, CoreConfig, Modality
from core_model.errors import InputRejected, Unavailable
from core_model.fingerprint import Fingerprint
from core_model.inputs.facts import FactEmbedding
from core_model.inputs.image import ImageEmbedding
from core_model.inputs.packing import Batch, pack
from core_model.inputs.segments import FactsSegment, ImageSegment, Segment, TextSegment, VolumeSegment
from core_model.inputs.text import TextEmbedding, TextTokenizer
from core_model.inputs.volume import VolumeEmbedding
from core_model.inputs.windows import text_windows
from core_model.nn.balance import routers_of
from core_model.nn.blocks import Block
from core_model.nn.router import Routing
from core_model.output import CoreOutput
from core_model.pretrained import read_folder, unlearned, write_folder
from core_model.skeleton import skeleton
from core_model.twin import twin_of

TextKind = Literal["query", "passage"]
Row = str | Segment | Sequence[str | Segment]
"""One row of an input: a text, a segment, or several of them."""


class Core(nn.Module):
    """The shared model of all modalities.

    Args:
        config: Its shape; the weights are random until they are read.
        tokenizer: Its tokenizer; without one it reads segments alone.
        card: Where the weights come from.
        recompute: Recompute activations in the backward pass to save memory.
    """

    def __init__(
        self,
        config: CoreConfig,
        tokenizer: TextTokenizer | None = None,
        card: Mapping[str, Any] | None = None,
        *,
        recompute: bool = False,
    ) -> None:
        super().__init__()
        self.config, self.recompute = config, recompute
        self._tokenizer, self.card = tokenizer, dict(card or {})
        self._as_on_disk: Fingerprint | None = None
        self.text = TextEmbedding(config)
        self.image = ImageEmbedding(config.patch, config.width, config.image_channels)
        self.volume = VolumeEmbedding(config.volume_features, config.width, offsets=True)
        self.facts = FactEmbedding(config.width, masked=config.masked_facts)
        self.modality_MD = nn.Parameter(torch.zeros(len(MODALITIES), config.width))
        self.embedding_norm = nn.LayerNorm(config.width, eps=config.norm_eps)
        first_full = config.num_layers - config.num_full_attention
        self.blocks = nn.ModuleList(
            Block(config, across_windows=number >= first_full) for number in range(config.num_layers)
        )

    @classmethod
    def from_pretrained(cls, path: str | Path) -> Self:
        """Read a core: its weights in fp32, its tokenizer and its card.

        Args:
            path: Folder that ``save_pretrained`` wrote.

        Returns:
            The core on the CPU, in evaluation mode.

        Raises:
            Unavailable: There are no weights, or a file is missing; the message says how to get them.
            InputRejected: The files are damaged, or do not belong together.
        """
        found = read_folder(Path(path))
        return cls.from_state(found.config, found.tensors, found.tokenizer, found.card)

    @classmethod
    def from_state(
        cls,
        config: CoreConfig,
        tensors: Mapping[str, Tensor],
        tokenizer: TextTokenizer | None = None,
        card: Mapping[str, Any] | None = None,
    ) -> Self:
        """A core of some shape around some tensors, which are taken, not copied; in evaluation mode.

        Raises:
            InputRejected: The tensors are not those of the shape.
        """
        with skeleton():
            core = cls(config, tokenizer, card)
        try:
            core.load_state_dict({**unlearned(config), **tensors}, strict=True, assign=True)
        except RuntimeError as error:
            raise InputRejected(
                "weights that are not those of the shape in their card",
                action="reinstall the weights",
                code="weights_of_another_shape",
            ) from error
        for router in routers_of(core):
            router.load_E = torch.zeros(len(router.weight_ED), device=router.weight_ED.device)
        core._take_as_on_disk()
        return core.requires_grad_(True).eval()

    def save_pretrained(self, path: str | Path, *, int8: bool = False, card: Mapping[str, Any] | None = None) -> Path:
        """Write weights, tokenizer and card; a crash leaves what was there before, or the new.

        Args:
            path: Folder; made if it does not exist.
            int8: Round the large matrices to int8, one scale a channel: a quarter of the size. As they are where not
                asked for.
            card: What a reader must know of these weights. Source, licence and the hash of the weights that they were
                made from are taken over from the core's card.

        Returns:
            Path of the card. It becomes that of this core, but for int8: rounded weights are not those of this core,
            which keeps the card that it has.
        """
        entry = {**self.origin(), **(card or {})}
        written, found = write_folder(Path(path), self.config, self.state_dict(), self._tokenizer, entry, int8=int8)
        if not int8:
            self.card = found
            self._take_as_on_disk()
        return written

    def _take_as_on_disk(self) -> None:
        self._as_on_disk = Fingerprint(self) if "weights_sha256" in self.card else None

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        known, weight = self._as_on_disk, self.modality_MD
        cast_from_disk = known is not None and fn(weight.new_empty(0)).dtype != weight.dtype and known.holds()
        super()._apply(fn, recurse)
        if known is not None and cast_from_disk:
            known.renew()
        return self

    @property
    def weights_hash(self) -> str:
        """SHA-256 of the file that the weights were read from or last written to, for provenance.

        Another device or type leaves it as it is.

        Raises:
            Unavailable: They were never on disk, or have changed since then.
        """
        if "weights_sha256" not in self.card:
            raise Unavailable(
                "a core whose weights were never on disk has no hash",
                action="save it with save_pretrained",
                code="core_without_hash",
            )
        if self._as_on_disk is not None and not self._as_on_disk.holds():
            raise Unavailable(
                "the weights of this core are no longer those of its file",
                action="save it with save_pretrained",
                code="core_changed",
            )
        return self.card["weights_sha256"]

    @property
    def has_tokenizer(self) -> bool:
        """Whether texts can be given."""
        return self._tokenizer is not None

    @property
    def tokenizer(self) -> TextTokenizer:
        """The core's tokenizer.

        Raises:
            Unavailable: It has none.
        """
        if self._tokenizer is None:
            raise Unavailable(
                "this core has no tokenizer",
                action="give it one when it is made, or read it with from_pretrained",
                code="core_without_tokenizer",
            )
        return self._tokenizer

    def twin(self) -> Self:
        """The same weights in memory in a core of its own, frozen, in evaluation mode: what adapters are built around.

        Flags, devices and modules of the twin are its own; a change of the weights themselves is seen by both until
        either is brought to another device or type.
        """
        twin = twin_of(self)
        twin.recompute = False
        if self._as_on_disk is not None:
            twin._as_on_disk = self._as_on_disk.of_copy(self, twin)
        return twin.eval()

    def with_weights(self, tensors: Mapping[str, Tensor]) -> Self:
        """A core of the same shape and tokenizer around other tensors, which were never on disk."""
        return type(self).from_state(self.config, tensors, self._tokenizer, self.origin())

    def origin(self) -> dict[str, Any]:
        """What a card of weights made from these says of them: source, licence and the hash of their file."""
        known = {key: value for key, value in self.card.items() if key in ("source", "licence")}
        return {**known, "made_from": self.card["weights_sha256"]} if "weights_sha256" in self.card else known

    def describe_as(self, tokenizer: TextTokenizer | None, card: Mapping[str, Any]) -> None:
        """Take a tokenizer and a card: of weights that were read by other means."""
        self._tokenizer, self.card = tokenizer, dict(card)
        self._take_as_on_disk()

    @property
    def layers(self) -> list[Block]:
        """The blocks, in order."""
        return cast(list[Block], list(self.blocks))

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return self.modality_MD.device

    def pack(self, rows: Sequence[Row]) -> Batch:
        """Rows as a batch on the core's device.

        Args:
            rows: Each a text, a segment, or several of them in any order; a text becomes a segment by the tokenizer,
                with its special tokens and without a prefix.

        Raises:
            InputRejected: There is no row, an empty row, or a segment that does not fit the core.
        """
        if isinstance(rows, str) or not isinstance(rows, Sequence):
            raise _one_string()
        return pack([self._segments(row) for row in rows], self.config).to(self.device)

    def _segments(self, row: Row) -> list[Segment]:
        parts = list(row) if isinstance(row, list | tuple) else [row]
        segments = [self.tokenizer.segment(part) if isinstance(part, str) else part for part in parts]
        if not all(isinstance(segment, Segment) for segment in segments):
            raise InputRejected(
                "a row that holds something else than texts and segments",
                allowed="texts, and segments of core_model.inputs.segments",
                code="row_of_something_else",
            )
        return cast(list[Segment], segments)

    def encode(self, rows: Sequence[Row], *, num_layers: int | None = None, keep: Iterable[int] = ()) -> CoreOutput:
        """Run the core over rows of texts and segments; see ``pack`` for the rows and ``forward`` for the rest."""
        return self(self.pack(rows), num_layers=num_layers, keep=keep)

    def embed(
        self,
        batch: Batch,
        *,
        embeddings: Mapping[Modality, nn.Module] | None = None,
        modality_MD: Tensor | None = None,
    ) -> Tensor:
        """Tokens of a batch before the first block, ``[T, D]``; one call a modality.

        Args:
            batch: Packed rows.
            embeddings: Modules in place of the core's own, by modality, an adapter's for example; each is called as the
                core's own is.
            modality_MD: Vectors that tell the modalities apart, in place of the core's own.
        """
        other: Mapping[Modality, nn.Module] = embeddings or {}
        parts: list[tuple[Tensor, Tensor]] = []
        for modality, segments in batch.segments.items():
            place_N = batch.tokens_of(modality)
            parts.append((place_N, self._tokens(modality, segments, batch.position_T[place_N], other)))
        dtype = self.embedding_norm.weight.dtype
        if len(parts) == 1:
            x_TD = parts[0][1].to(dtype)
        else:
            x_TD = torch.zeros(batch.num_tokens, self.config.width, dtype=dtype, device=self.device)
            for place_N, tokens_ND in parts:
                x_TD = x_TD.index_copy(0, place_N, tokens_ND.to(dtype))
        vectors_MD = self.modality_MD if modality_MD is None else modality_MD.to(dtype)
        return self.embedding_norm(x_TD + vectors_MD[batch.modality_T])

    def _tokens(
        self,
        modality: Modality,
        segments: Sequence[Segment],
        position_N: Tensor,
        embeddings: Mapping[Modality, nn.Module],
    ) -> Tensor:
        if modality in ("text", "code"):
            ids_N = torch.cat([segment.ids_L for segment in segments if isinstance(segment, TextSegment)])
            return embeddings.get(modality, self.text)(ids_N, position_N)
        if modality == "image":
            images = [segment.pixels_YX for segment in segments if isinstance(segment, ImageSegment)]
            return embeddings.get(modality, self.image)(images)
        if modality == "volume":
            volume = VolumeSegment.joined([segment for segment in segments if isinstance(segment, VolumeSegment)])
            embedding = embeddings.get(modality, self.volume)
            offset = () if volume.offset_mm_N3 is None else (volume.offset_mm_N3,)
            return embedding(volume.features_NC, volume.position_mm_N3, volume.spacing_mm_N3, *offset)
        facts = FactsSegment.joined([segment for segment in segments if isinstance(segment, FactsSegment)])
        return embeddings.get(modality, self.facts)(facts, self.text.names(facts.name_ids))

    def forward(
        self,
        batch: Batch,
        *,
        num_layers: int | None = None,
        keep: Iterable[int] = (),
        first_layer: int = 0,
        embedded_TD: Tensor | None = None,
    ) -> CoreOutput:
        """Run the core, or some of its blocks.

        Args:
            batch: Packed rows, on the core's device.
            num_layers: Stop after so many blocks (early exit), 0 to all; all where not given.
            keep: After how many blocks hidden states are kept in ``CoreOutput.after``; ``first_layer`` is what the
                first block that runs is given.
            first_layer: Blocks that ``embedded_TD`` has been through already; those after them run.
            embedded_TD: Tokens to use in place of ``embed(batch)``: an adapter's, those of an explanation, or hidden
                states after ``first_layer`` blocks.

        Raises:
            InputRejected: There are not so many layers, one of ``keep`` does not run, or the tokens are missing or not
                those of the batch.
        """
        last, wanted = self.checked_layers(num_layers), set(keep)
        x_TD = self._start(batch, first_layer, last, embedded_TD)
        _check_kept(wanted, first_layer, last)
        routings: list[dict[str, Routing]] = []
        after = {first_layer: x_TD} if first_layer in wanted else {}
        for number, block in enumerate(self.layers[first_layer:last], first_layer + 1):
            if self.recompute and torch.is_grad_enabled():
                again = partial(_recomputing, precision_in_use())
                x_TD, routing = checkpoint(block, x_TD, batch, use_reentrant=False, context_fn=again)
            else:
                x_TD, routing = block(x_TD, batch)
            routings.append(routing)
            if number in wanted:
                after[number] = x_TD
            if self.training:
                block.count(routing)
        return CoreOutput(x_TD, batch, routings, after, first_layer)

    def _start(self, batch: Batch, first_layer: int, last: int, embedded_TD: Tensor | None) -> Tensor:
        """What the first block that runs is given."""
        if not _is_whole(first_layer) or not 0 <= first_layer <= last:
            raise InputRejected(
                "a start after {first} blocks of {last} that are asked for",
                allowed="0 to {last}",
                code="first_layer_out_of_range",
                values={"first": str(first_layer), "last": last},
            )
        if embedded_TD is None:
            if first_layer:
                raise InputRejected(
                    "a start after {first} blocks without the tokens that went through them",
                    action="give them as embedded_TD",
                    code="first_layer_without_tokens",
                    values={"first": first_layer},
                )
            return self.embed(batch)
        shape = (batch.num_tokens, self.config.width)
        if tuple(embedded_TD.shape) != shape:
            raise InputRejected(
                "tokens of the shape {given} for a batch of another",
                allowed="{wanted}",
                code="tokens_misshapen",
                values={"given": str(list(embedded_TD.shape)), "wanted": str(list(shape))},
            )
        return embedded_TD

    def checked_layers(self, num_layers: int | None) -> int:
        """A number of layers that the core has; all of them for None.

        Raises:
            InputRejected: It does not have so many.
        """
        if num_layers is None:
            return self.config.num_layers
        if not _is_whole(num_layers) or not 0 <= num_layers <= self.config.num_layers:
            raise InputRejected(
                "{layers} layers of a core that has {all}",
                allowed="0 to {all}",
                code="layers_out_of_range",
                values={"layers": str(num_layers), "all": self.config.num_layers},
            )
        return num_layers

    def embed_texts(
        self,
        texts: Sequence[str],
        kind: TextKind = "query",
        *,
        num_layers: int | None = None,
        tick: Callable[[float], None] | None = None,
    ) -> Tensor:
        """Embed texts so that cosine similarity (the dot product) compares them, in English and Chinese alike.

        Args:
            texts: Any number of texts; an empty one is embedded as such.
            kind: ``query`` for questions, captions and whatever is compared with its like, ``passage`` for longer
                texts that are searched. The prefix that the trunk was trained with is put in front.
            num_layers: Stop after so many layers (early exit).
            tick: Told the share done, 0 to 1, after each batch; may raise to cancel.

        Returns:
            ``[N, D]``, fp32, on the CPU, of length 1. Texts longer than a window are cut into windows, which all count.

        Raises:
            InputRejected: One string in place of several, something that is no text, an unknown kind, or a number of
                layers that the core does not have.
        """
        if isinstance(texts, str):
            raise _one_string()
        texts = list(texts)
        if not all(isinstance(text, str) for text in texts):
            raise _one_string()
        if kind not in get_args(TextKind):
            raise InputRejected(
                "texts of the kind {kind}", allowed="query or passage", code="kind_unknown", values={"kind": str(kind)}
            )
        self.checked_layers(num_layers)
        sums_ND = torch.zeros(len(texts), self.config.width)
        windows = text_windows(self.tokenizer, [f"{kind}: {text}" for text in texts], self.config.window)
        done = 0
        for rows in windows.batches():
            batch = self.pack([TextSegment(torch.tensor(windows.ids[k])) for k in rows])
            with torch.inference_mode():
                hidden_TD = self(batch, num_layers=num_layers).hidden_TD.float().cpu()
                text_T = torch.tensor([windows.text[k] for k in rows])[batch.row_T.cpu()]
                sums_ND.index_add_(0, text_T, hidden_TD)
            done += len(rows)
            if tick:
                tick(done / len(windows.ids))
        return F.normalize(sums_ND, dim=-1)


def _recomputing(precision: Precision) -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
    """What a block runs in, and what it is recomputed in."""
    return nullcontext(), computing(precision)


def _is_whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)


def _check_kept(wanted: set[int], first: int, last: int) -> None:
    """Refuse states that are not passed on the way."""
    wrong = sorted(str(number) for number in wanted if not _is_whole(number) or not first <= number <= last)
    if wrong:
        raise InputRejected(
            "states after {layers} blocks, which are not among those that run",
            allowed="{first} to {last}",
            code="kept_layer_not_run",
            values={"layers": wrong, "first": first, "last": last},
        )


def _one_string() -> InputRejected:
    return InputRejected("something else than a list of texts", allowed='a list: ["a text"]', code="texts_expected")
