"""What the joint training begins with: the core in today's shape, its untrained parts started, and the objectives."""

from collections.abc import Iterable
from dataclasses import replace

import torch

from core_model.config import CoreConfig
from core_model.core import Core
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


def started(core: Core, growth: Growth) -> tuple[Core, list[str]]:
    """A core to train, from one that was trained in part.

    Args:
        core: Is not changed.
        growth: How untrained expert groups begin.

    Returns:
        The core in today's shape, and what begins anew: groups of experts, and the embeddings whose shape is another.
    """
    config = todays_shape(core.config)
    torch.manual_seed(growth.seed)
    fresh = Core(config)
    state, anew = fresh.state_dict(), []
    for name, value in core.state_dict().items():
        if name in state and state[name].shape == value.shape:
            state[name] = value.detach().clone()
    image = {name: value for name, value in core.state_dict().items() if name.startswith("image.")}
    if config.patch != core.config.patch or any(image[name].shape != state[name].shape for name in image):
        anew.append("image")
        fresh_image = Core(config).state_dict()
        state |= {name: value for name, value in fresh_image.items() if name.startswith("image.")}
    ready = Core.from_state(config, state, core.tokenizer if core.has_tokenizer else None, core.origin())
    return ready, anew + grow(ready, growth)


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
