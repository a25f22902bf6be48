"""The core as a model of the library ``transformers``: ``AutoModel``, ``Trainer`` and PEFT work on it.

Importing this module registers it (it needs the extra ``train``)::

    import core_model.hf
    from core_model.torchvision_ops import transformers

    model = transformers().AutoModel.from_pretrained(folder)     # from Core.save_pretrained, or the core that ships
    states_BSD = model(input_ids=ids_BS, attention_mask=mask_BS).last_hidden_state
    model.save_pretrained(folder)                                # Core.from_pretrained reads it, without transformers

Shapes: B rows, S longest row, T tokens of the whole batch, D width.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core_model.checkpoint import load_card, write_atomically
from core_model.config import CoreConfig
from core_model.core import Core, Row
from core_model.errors import InputRejected, TandemError
from core_model.inputs.segments import TextSegment
from core_model.nn.router import Router
from core_model.pretrained import CARD_FILE, MODEL_TYPE, describe, read_folder, write_tokenizer
from core_model.torchvision_ops import transformers

_library: Any = transformers()
_PreTrainedConfig: Any = _library.PreTrainedConfig
_PreTrainedModel: Any = _library.PreTrainedModel
_WEIGHTS_FILE = "model.safetensors"
_PREFIX = "core."
_OWN_FILE = re.compile(r"core-[0-9a-f]{12}\.safetensors|tokenizer-[0-9a-f]{12}\.json\.gz")
"""What weights and tokenizer are called; a save that was broken off may have left some that no card names."""


class CoreHubConfig(_PreTrainedConfig):
    """A core's shape as a configuration of ``transformers``.

    Attributes:
        shape: As ``CoreConfig.as_dict`` gives it; that of the core that ships where not given.
    """

    model_type = MODEL_TYPE
    shape: dict | None = None

    def __post_init__(self, **kwargs: Any) -> None:
        self.shape = CoreConfig.from_dict(self.shape).as_dict() if self.shape else CoreConfig.small().as_dict()
        super().__post_init__(**kwargs)

    @property
    def core(self) -> CoreConfig:
        """The shape."""
        assert self.shape is not None
        return CoreConfig.from_dict(self.shape)

    @property
    def hidden_size(self) -> int:
        return self.core.width

    @property
    def num_hidden_layers(self) -> int:
        return self.core.num_layers

    @property
    def num_attention_heads(self) -> int:
        return self.core.num_heads

    @property
    def vocab_size(self) -> int:
        return self.core.vocab_size


class CoreForTransformers(_PreTrainedModel):
    """The core behind the interface of ``transformers``.

    Attributes:
        core: The core itself, with all that it can do.
    """

    config_class = CoreHubConfig
    main_input_name = "input_ids"
    supports_gradient_checkpointing = True
    _supports_sdpa = True
    _no_split_modules = ["Block"]
    _keep_in_fp32_modules_strict = {"choice_bias_E"}

    def __init__(self, config: CoreHubConfig) -> None:
        super().__init__(config)
        self.core = Core(config.core)
        self.post_init()

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        rows: Sequence[Row] | None = None,
        num_layers: int | None = None,
    ) -> Any:
        """Run the core on padded texts, or on rows of any modalities.

        Args:
            input_ids: Text pieces with their special tokens, ``[B, S]``.
            attention_mask: 1 for pieces, 0 for padding, ``[B, S]``; all are pieces where not given.
            rows: In place of ``input_ids``: see ``Core.pack``.
            num_layers: Stop after so many blocks (early exit).

        Returns:
            ``BaseModelOutput`` with ``last_hidden_state`` ``[B, S, D]``, zeros where there is padding.

        Raises:
            InputRejected: Neither or both were given, or they cannot be read.
        """
        if (input_ids is None) == (rows is None):
            raise InputRejected("neither or both of input_ids and rows", allowed="one of them", code="ids_or_rows")
        if input_ids is None:
            assert rows is not None
            output = self.core.encode(rows, num_layers=num_layers)
            batch = output.batch
            place_T, num_rows, longest = batch.slot_T, batch.num_rows, batch.longest
        else:
            mask_BS = torch.ones_like(input_ids) if attention_mask is None else attention_mask
            real_BS = mask_BS.bool()
            texts = [TextSegment(ids_S[real_S]) for ids_S, real_S in zip(input_ids, real_BS, strict=True)]
            output = self.core.encode(texts, num_layers=num_layers)
            place_T, (num_rows, longest) = real_BS.flatten().nonzero().flatten(), input_ids.shape
        states = output.hidden_TD.new_zeros(num_rows * longest, self.core.config.width)
        states = states.index_copy(0, place_T.to(states.device), output.hidden_TD)
        return _library.modeling_outputs.BaseModelOutput(last_hidden_state=states.view(num_rows, longest, -1))

    @classmethod
    def from_pretrained(
        cls, pretrained_model_name_or_path: str | Path, *args: Any, config: Any = None, **kwargs: Any
    ) -> Any:
        """Read a core's folder; see ``Core.from_pretrained``. ``dtype`` and the like are those of ``transformers``.

        Raises:
            Unavailable: There is no core in the folder.
            InputRejected: The files are damaged, or another shape is asked for.
        """
        files = read_folder(Path(pretrained_model_name_or_path))
        config = config or cls.config_class(shape=files.config.as_dict())
        if config.core != files.config:
            raise InputRejected(
                "a configuration of another shape than the core's card has",
                action="leave it out, or save the core again",
                code="config_of_another_shape",
            )
        tensors = {_PREFIX + name: tensor for name, tensor in files.tensors.items()}
        found = super().from_pretrained(None, *args, config=config, state_dict=tensors, **kwargs)
        model = found[0] if isinstance(found, tuple) else found
        model.core.describe_as(files.tokenizer, files.card)
        model.config.name_or_path = model.name_or_path = str(pretrained_model_name_or_path)
        return found

    def save_pretrained(self, save_directory: str | Path, is_main_process: bool = True, **kwargs: Any) -> None:
        """Write the folder as ``transformers`` does, and the core's card and tokenizer beside it.

        The card names the weights under a name of their own, which a later save does not touch: a crash at any moment
        leaves the core that was there, or the new one. It becomes that of this core, unless another ``state_dict`` was
        given.
        """
        if is_main_process:
            self._set_apart(Path(save_directory))
        super().save_pretrained(save_directory, is_main_process=is_main_process, **{"max_shard_size": "1TB", **kwargs})
        if is_main_process:
            self._write_card(Path(save_directory))
            if kwargs.get("state_dict") is None:
                tokenizer = self.core.tokenizer if self.core.has_tokenizer else None
                self.core.describe_as(tokenizer, load_card(Path(save_directory) / CARD_FILE))

    def _set_apart(self, folder: Path) -> None:
        """Take the file that will be written anew out of the way of a card that names it, and of its other name."""
        card = _card_or_none(folder / CARD_FILE)
        old = folder / _WEIGHTS_FILE
        if old.is_file() and card.get("weights_file") == _WEIGHTS_FILE:
            named = _under_own_name(old, str(card["weights_sha256"]))
            _write_json(folder / CARD_FILE, {**card, "weights_file": named.name})
        old.unlink(missing_ok=True)

    def _write_card(self, folder: Path) -> None:
        tokenizer = self.core.tokenizer if self.core.has_tokenizer else None
        content = (folder / _WEIGHTS_FILE).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        weights = _under_own_name(folder / _WEIGHTS_FILE, digest)
        card: Mapping[str, Any] = {
            "name": "core",
            **describe(self.core.config, tokenizer),
            **self.core.origin(),
            "prefix": _PREFIX,
            "weights_file": weights.name,
            "weights_sha256": digest,
            "bytes": len(content),
        }
        before = _files_of(_card_or_none(folder / CARD_FILE))
        write_tokenizer(folder, tokenizer)
        _write_json(folder / CARD_FILE, card)
        kept = {_WEIGHTS_FILE}.union(*(_files_of(_card_or_none(path)) for path in folder.glob("*.json")))
        for path in list(folder.iterdir()):
            if path.name not in kept and (path.name in before or _OWN_FILE.fullmatch(path.name)):
                path.unlink(missing_ok=True)

    def activation_checkpointing_enable(self, *_: Any, **__: Any) -> None:
        """Recompute activations in the backward pass."""
        self.core.recompute = True

    def activation_checkpointing_disable(self) -> None:
        self.core.recompute = False

    @property
    def is_activation_checkpointing(self) -> bool:
        return self.core.recompute

    # Their names in earlier releases of transformers 5.
    gradient_checkpointing_enable = activation_checkpointing_enable
    gradient_checkpointing_disable = activation_checkpointing_disable
    is_gradient_checkpointing = is_activation_checkpointing

    @torch.no_grad()
    def _init_weights(self, module: torch.nn.Module) -> None:
        """The core's modules have made their own start; only the loads, which no file holds, are cleared."""
        if isinstance(module, Router):
            module.load_E.zero_()


def _card_or_none(path: Path) -> dict[str, Any]:
    """A card; an empty one where there is none, or none that can be read."""
    try:
        return load_card(path)
    except (TandemError, OSError):
        return {}


def _files_of(card: Mapping[str, Any]) -> set[str]:
    """The files that a card names."""
    return {Path(str(card[key])).name for key in ("weights_file", "tokenizer_file") if card.get(key)}


def _under_own_name(path: Path, digest: str) -> Path:
    """The same content under a name that follows from it, without a second copy where the file system has links."""
    named = path.with_name(f"core-{digest[:12]}.safetensors")
    if named.exists() and named.samefile(path):
        return named
    partial = path.with_name(named.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        os.link(path, partial)
    except OSError:
        shutil.copyfile(path, partial)
    with partial.open("rb") as stream:
        os.fsync(stream.fileno())
    os.replace(partial, named)
    return named


def _write_json(path: Path, entry: Mapping[str, Any]) -> None:
    write_atomically(path, (json.dumps(entry, indent=2, ensure_ascii=False) + "\n").encode("utf8"))


_library.AutoConfig.register(MODEL_TYPE, CoreHubConfig, exist_ok=True)
_library.AutoModel.register(CoreHubConfig, CoreForTransformers, exist_ok=True)
