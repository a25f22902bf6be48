"""What the joint training begins with: the core in today's shape, its untrained parts started, and the objectives."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

import torch
from torch import Tensor

from core_model.config import CoreConfig
from core_model.core import Core
from core_model.inputs.start import begun_anew
from core_model.training.joint.candidates import CandidatesOfScan
from core_model.training.joint.contrast import Contrast
from core_model.training.joint.fields import Fields
from core_model.training.joint.grow import Growth, grow
from core_model.training.joint.masked_facts import MaskedFacts
from core_model.training.joint.masked_text import MaskedText
from core_model.training.joint.objective import Objective
from core_model.training.joint.replay import Replay
from core_model.training.joint.similarity import Similarities
from core_model.training.mixture.cards import Card


def todays_shape(config: CoreConfig) -> CoreConfig:
    """The shape of an earlier core with today's parts for images and facts."""
    now = CoreConfig()
    return replace(config, patch=now.patch, image_channels=now.image_channels, masked_facts=True)


def started(core: Core, growth: Growth, stem: Mapping[str, Tensor] | None = None) -> tuple[Core, list[str]]:
    """A core to train, from one that was trained in part.

    Args:
        core: Is not changed.
        growth: How untrained expert groups begin.
        stem: Weights of an image stem that was trained alone, by their names in it; without them it begins anew where
            its shape is another.

    Returns:
        The core in today's shape, and what begins anew: groups of experts, and the embedding of images where its shape
        is another or its stem is given.
    """
    config = todays_shape(core.config)
    state, anew = dict(core.state_dict()), []
    if stem is not None or (config.patch, config.image_channels) != (core.config.patch, core.config.image_channels):
        state = begun_anew(config, state, "image.")
        state |= {f"image.stem.{name}": value for name, value in (stem or {}).items()}
        anew.append("image")
    state = {name: value.detach().clone() for name, value in state.items()}
    ready = Core.from_state(config, state, core.tokenizer if core.has_tokenizer else None, core.origin())
    grown = grow(ready, growth)
    if grown:
        hear(ready, growth.seed)
    return ready, anew + grown


@torch.no_grad()
def hear(core: Core, seed: int) -> None:
    """Let what images and candidates show come in as loud as words: else the codes of their places alone are heard."""
    generator = torch.Generator().manual_seed(seed)
    words = float(core.text.word_VD.std())
    for layer in (core.image.project, core.volume.features):
        noise = torch.randn(layer.weight.shape, generator=generator)
        layer.weight.copy_(noise * words / math.sqrt(layer.in_features))


def objectives_of(cards: Iterable[Card], core: Core, before: Core) -> dict[str, Objective]:
    """What is asked of some sources, by kind.

    Args:
        cards: Of the sources.
        core: That learns.
        before: That the training began with, for replay.
    """
    config = core.config
    found: dict[str, Objective] = {}
    for kind in sorted({card.kind for card in cards}):
        if kind == "text":
            found[kind] = MaskedText(config)
        elif kind == "pairs":
            found[kind] = Contrast()
        elif kind == "labelled":
            found[kind] = Replay(before)
        elif kind == "facts":
            found[kind] = MaskedFacts(config.width)
        elif kind == "images":
            found[kind] = Fields(config)
        elif kind == "volumes":
            found[kind] = CandidatesOfScan(config.width)
        elif kind == "taught":
            found[kind] = Similarities()
    return found
