"""Train the layers that see whole rows to answer questions of two hops, and the head that points.

``python -m core_model.training.two_hops --reports FILE --work FOLDER --out FOLDER`` reads reports of training and
validation companies (a JSON line each: ``identity``, ``lines``; those of test companies are refused) and trains the
last layers of the core, the bias of window distances among them, and a pointer. Rows begin short, their windows too,
so that much is learned on little text, and grow to the length that is asked for.

Each hop is also learned by itself: the states after the first layer that sees whole rows are held to point at the
passage that refers (by a pointer that is left behind when the training ends), and each passage that refers is held to
point at its answer.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from core_model import load_core
from core_model.adapters.pointer import Pointer, split_rows
from core_model.compute.precision import Precision, computing
from core_model.core import Core
from core_model.errors import InputRejected
from core_model.nn.heads import PointerHead
from core_model.training.command import command_line, run_on_cpu, sha256_of
from core_model.training.loop import Task, train
from core_model.training.mixture.two_hops import Report, Shape, TwoHopRows, TwoHops, report_of
from core_model.training.run import TrainingRun
from core_model.training.splits import split_of_ticker

HELD_OUT_ROWS = 24
_FAR = 10_000_019


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """Steps on rows of one shape.

    Attributes:
        steps: Optimizer steps.
        rows: Of a step.
        shape: Of the rows.
    """

    steps: int
    rows: int
    shape: Shape


@dataclass(frozen=True, kw_only=True, slots=True)
class TwoHopSettings:
    """How it is trained.

    Attributes:
        stages: One after the other.
        rate: Learning rate of the layers, after the warm-up.
        head_rate: Of the pointers.
        warm_up: Steps in which the rates rise.
        link_weight: Of the loss of the first hop.
        chain_weight: Of the loss of the second hop, from the passages.
        precision: Of the products.
        seed: Of rows and heads.
    """

    stages: tuple[Stage, ...]
    rate: float = 3e-4
    head_rate: float = 1e-3
    warm_up: int = 40
    link_weight: float = 0.5
    chain_weight: float = 0.5
    precision: Precision = "fp32"
    seed: int = 0

    @property
    def steps(self) -> int:
        """Of all stages."""
        return sum(stage.steps for stage in self.stages)


def usual_settings() -> TwoHopSettings:
    """Short rows, then rows of 4,096 tokens."""
    return TwoHopSettings(
        stages=(
            Stage(steps=600, rows=4, shape=Shape(tokens=512, window=64, candidates=6, questions=6)),
            Stage(steps=150, rows=2, shape=Shape(tokens=2048, window=256, candidates=8, questions=8)),
            Stage(steps=60, rows=1, shape=Shape(tokens=4096, window=512, candidates=8, questions=4)),
        )
    )


class TwoHopModel(nn.Module):
    """The pointer, and beside it the pointer of the first hop."""

    def __init__(self, core: Core) -> None:
        super().__init__()
        self.pointer = Pointer(core, own_layers=core.config.num_full_attention)
        self.link = PointerHead(core.config.width)


def spans_mask(spans_S2: Tensor, right_Q: Tensor, first: int, count: int) -> Tensor:
    """Which of ``count`` tokens from ``first`` on lie in the span of each question, ``[Q, N]``."""
    span_Q2 = spans_S2[right_Q] - first
    order_N = torch.arange(count)
    return (order_N >= span_Q2[:, :1]) & (order_N < span_Q2[:, 1:])


class TwoHopTask(Task):
    """The training of ``TwoHopModel``.

    Args:
        core: Whose last layers are trained, as an adapter's own; it stays as it is.
        training: Reports of training companies.
        validation: Reports of validation companies.
        settings: See there.
    """

    def __init__(
        self, core: Core, training: Sequence[Report], validation: Sequence[Report], settings: TwoHopSettings
    ) -> None:
        torch.manual_seed(settings.seed)
        self.settings, self.network = settings, TwoHopModel(core)
        self.model = self.network
        self._rows = [TwoHopRows(training, core.tokenizer, stage.shape) for stage in settings.stages]
        held_out = TwoHopRows(validation, core.tokenizer, settings.stages[0].shape)
        self._held_out = [held_out.row(_FAR + k) for k in range(HELD_OUT_ROWS)]
        pointer = self.network.pointer
        self.first_full = core.config.num_layers - core.config.num_full_attention
        layers = [p for name, p in pointer.named_parameters() if not name.startswith("head.") and p.requires_grad]
        heads = [*pointer.head.parameters(), *self.network.link.parameters()]
        self.optimizer = torch.optim.AdamW(
            [{"params": layers, "lr": settings.rate}, {"params": heads, "lr": settings.head_rate}],
            weight_decay=0.01,
            betas=(0.9, 0.98),
        )
        self.clipped = layers
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: min(1.0, (step + 1) / settings.warm_up)
        )

    def rows_of(self, step: int) -> list[TwoHops]:
        """The rows of a step, the same whenever it is asked for."""
        number, before = 0, 0
        while number + 1 < len(self._rows) and step >= before + self.settings.stages[number].steps:
            before += self.settings.stages[number].steps
            number += 1
        first = self.settings.seed * _FAR * 100 + step * 1000
        return [self._rows[number].row(first + k) for k in range(self.settings.stages[number].rows)]

    def loss(self, step: int) -> Tensor:
        with computing(self.settings.precision):
            return self._loss(self.network, self.rows_of(step))[0]

    def held_out_loss(self, model: nn.Module) -> float:
        assert isinstance(model, TwoHopModel)
        found = [self._loss(model, [row])[1] for row in self._held_out]
        return float(torch.stack(found).mean())

    def _loss(self, model: TwoHopModel, rows: Sequence[TwoHops]) -> tuple[Tensor, Tensor]:
        """What is minimised, and the loss of the answers alone."""
        pointer, questions = model.pointer, [row.question_Q2 for row in rows]
        batch = pointer.core.pack([row.row for row in rows])
        hop = self.first_full + 1
        output = pointer.core(batch, keep=(hop,), embedded_TD=pointer.embed(batch))
        answers, links, chains = [], [], []
        states = split_rows(output.hidden_TD, output, questions), split_rows(output.after[hop], output, questions)
        for row, last, early in zip(rows, *states, strict=True):
            first, count = int(row.question_Q2[-1, 1]), len(last[1])
            answers.append(pointer.head.loss(*last, spans_mask(row.answer_S2, row.right_Q, first, count)))
            links.append(model.link.loss(*early, spans_mask(row.link_S2, row.right_Q, first, count)))
            every_S = torch.arange(len(row.link_S2))
            link_SD = torch.stack([last[1][begin - first : end - first].mean(dim=0) for begin, end in row.link_S2])
            chains.append(pointer.head.loss(link_SD, last[1], spans_mask(row.answer_S2, every_S, first, count)))
        answer, link, chain = (torch.stack(each).mean() for each in (answers, links, chains))
        return answer + self.settings.link_weight * link + self.settings.chain_weight * chain, answer


def read_reports(file: Path, core: Core) -> tuple[list[Report], list[Report]]:
    """Reports of training and of validation companies.

    Args:
        file: A JSON line each: ``identity``, a ticker, and ``lines``.
        core: Its tokenizer cuts them.

    Raises:
        InputRejected: A line is not a report, or one of a test company.
    """
    found: dict[str, list[Report]] = {"train": [], "validation": []}
    for number, line in enumerate(file.read_text(encoding="utf8").splitlines(), 1):
        try:
            entry = json.loads(line)
            split = split_of_ticker(entry["identity"])
            lines = [str(part) for part in entry["lines"]]
        except (ValueError, KeyError, TypeError) as error:
            raise InputRejected(
                "line {line} is not a report",
                allowed="identity, lines",
                code="report_misshapen",
                values={"line": number},
            ) from error
        if split == "test":
            raise InputRejected(
                "line {line} is of a company that is kept for tests",
                action="leave it out",
                code="report_of_test",
                values={"line": number},
            )
        found[split].append(report_of(lines, core.tokenizer, entry["identity"]))
    return found["train"], found["validation"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="checkpoints and metrics; a second start goes on")
    parser.add_argument("--out", type=Path, required=True, help="folder of the adapter called pointer")
    options = parser.parse_args()

    def work() -> None:
        core, settings = load_core(), usual_settings()
        task = TwoHopTask(core, *read_reports(options.reports, core), settings)
        run = TrainingRun(
            steps=settings.steps, clip=1.0, evaluate_every=100, report_every=10, save_minutes=5, seed=settings.seed
        )
        identity: Mapping[str, Any] = {
            "settings": asdict(settings),
            "core": core.weights_hash,
            "reports": sha256_of(options.reports),
        }
        outcome = train(task, run, options.work, identity, log=print)
        task.network.load_state_dict(outcome.state)
        card = {
            "command": command_line("core_model.training.two_hops"),
            "data": {options.reports.name: identity["reports"]},
            "best_step": outcome.best_step,
            "held_out_loss": outcome.losses,
        }
        task.network.pointer.save(options.out, "pointer", card, half=True)

    return run_on_cpu(work)


if __name__ == "__main__":
    raise SystemExit(main())
