"""The joint training on the one loop: each batch is of one source, each step of several.

Shapes: see ``core_model.core``.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from core_model.compute.precision import computing
from core_model.core import Core
from core_model.device import refuse_other_than_cpu
from core_model.nn.balance import balance_with, normalise_with, sequence_balance
from core_model.training.joint.objective import Asked, Objective
from core_model.training.joint.settings import JointSettings
from core_model.training.loop import Task
from core_model.training.mixture.mixture import Drawn, Mixture
from core_model.training.routing import as_lines, loads_of

HELD_OUT_SEED = 20_000


class JointModel(nn.Module):
    """The core with the heads of the objectives.

    Args:
        core: What is trained, and ships.
        objectives: By name of a source or, without one, of its kind.
    """

    def __init__(self, core: Core, objectives: Mapping[str, Objective]) -> None:
        super().__init__()
        self.core = core
        self.objectives = nn.ModuleDict(dict(objectives))

    def objective(self, source: str, kind: str) -> Objective:
        """What is asked of a source.

        Raises:
            KeyError: Nothing is asked of it, nor of its kind.
        """
        objective = self.objectives[source if source in self.objectives else kind]
        assert isinstance(objective, Objective)
        return objective

    def ask(self, drawn: Drawn) -> Asked:
        """Loss of one batch."""
        return self.objective(drawn.source, drawn.kind).ask(self.core, drawn.examples)


class JointTask(Task):
    """Batches of a mixture, the losses of their objectives, and what is told of them.

    Args:
        model: Core and objectives.
        mixture: Of the sources; its state is that of the data.
        settings: How fast it learns.
        steps: Of the run: the rates end with it.
    """

    def __init__(self, model: JointModel, mixture: Mixture, settings: JointSettings, steps: int) -> None:
        self.model, self.mixture, self.settings = model, mixture, settings
        self.joint = model
        self.optimizer = torch.optim.AdamW(parameter_groups(model, settings), betas=(0.9, 0.98), eps=1e-8)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, rates_over(settings, steps))
        normalise_with(self.optimizer, model.core)
        balance_with(self.optimizer, model.core, settings.balance)
        self._sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0])
        self._kept: dict[str, list[Drawn]] = {}
        self._routing: list[dict[str, Any]] = []
        self._tokens = 0

    def to(self, device: torch.device) -> None:
        refuse_other_than_cpu(device)

    @property
    def _computing(self) -> AbstractContextManager[None]:
        return computing("bf16") if self.settings.bf16 else nullcontext()

    def loss(self, step: int) -> Tensor:
        drawn = self.mixture.next()
        with self._computing:
            asked = self.joint.ask(drawn)
            loss = asked.loss * self.settings.weight(drawn.source, drawn.kind)
            for output in asked.outputs if self.settings.sequence_balance else ():
                loss = loss + self.settings.sequence_balance * sequence_balance(output.routings, output.batch)
        self._tokens += sum(output.batch.num_tokens for output in asked.outputs)
        self._note(drawn.source, asked.figures)
        return loss

    def held_out_loss(self, model: nn.Module) -> float:
        """Mean over the sources of their weighted losses on fixed batches, with fixed draws."""
        assert isinstance(model, JointModel)
        losses, self._routing = [], []
        with torch.random.fork_rng(devices=[]), self._computing:
            for name in self.mixture.shares:
                torch.manual_seed(HELD_OUT_SEED)
                held = [model.ask(drawn) for drawn in self._held_out(name)]
                if not held:
                    continue
                self._routing += [
                    {"source": name, **line} for line in as_lines(loads_of(o for asked in held for o in asked.outputs))
                ]
                loss = sum(float(asked.loss) for asked in held) / len(held)
                for asked in held:
                    self._note(f"held_out.{name}", {"loss": float(asked.loss), **asked.figures})
                losses.append(loss * self.settings.weight(name, self.mixture.cards[name].kind))
        return sum(losses) / max(1, len(losses))

    def _held_out(self, name: str) -> list[Drawn]:
        if name not in self._kept:
            self._kept[name] = self.mixture.validation(name, self.settings.held_out_tokens)
        return self._kept[name]

    def _note(self, source: str, figures: Mapping[str, float]) -> None:
        for name, value in figures.items():
            kept = self._sums[f"{source}.{name}"]
            kept[0], kept[1] = kept[0] + value, kept[1] + 1

    def figures(self) -> dict[str, Any]:
        means = {name: round(total / count, 4) for name, (total, count) in sorted(self._sums.items())}
        tokens, self._tokens = self._tokens, 0
        self._sums.clear()
        return {**means, "tokens": tokens}

    def routed(self) -> list[dict[str, Any]]:
        """What the routers did in the last evaluation, by source."""
        return list(self._routing)

    def data_state(self) -> dict[str, Any]:
        return {"mixture": self.mixture.state_dict()}

    def load_data_state(self, state: Mapping[str, Any]) -> None:
        self.mixture.load_state_dict(state["mixture"])


def parameter_groups(model: JointModel, settings: JointSettings) -> list[dict[str, Any]]:
    """Parameters by rate and decay: matrices decay; norms, biases, routers, positions and vectors do not."""
    groups: dict[tuple[float, float], list[nn.Parameter]] = defaultdict(list)
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        rate = settings.new_rate if is_new(name) else settings.rate
        if name.startswith("core.image.stem."):
            rate = settings.stem_rate
        decays = parameter.ndim >= 2 and not any(part in name for part in ("router", "position_PD", "modality_MD"))
        groups[rate, settings.decay if decays else 0.0].append(parameter)
    return [{"params": found, "lr": rate, "weight_decay": decay} for (rate, decay), found in groups.items()]


def is_new(name: str) -> bool:
    """Whether a parameter of the joint model begins with this training, by its name."""
    trained = ("core.text.", "core.embedding_norm.", "core.blocks.")
    if not name.startswith(trained):
        return True
    parts = name.split(".")
    return "window_bias" in name or ("groups" in parts and parts[parts.index("groups") + 1] != "text")


def rates_over(settings: JointSettings, steps: int) -> Any:
    """Factor on the rates by step: a straight rise, then a cosine."""

    def factor(step: int) -> float:
        if step < settings.warm_up:
            return (step + 1) / settings.warm_up
        way = min(1.0, (step - settings.warm_up) / max(1, steps - settings.warm_up))
        return settings.last_rate + (1 - settings.last_rate) * (1 + math.cos(math.pi * way)) / 2

    return factor
