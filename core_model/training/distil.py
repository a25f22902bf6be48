"""Distil the cut experts layer by layer: they learn the hidden states of the encoder that they were cut from.

``python -m core_model.training.distil --weights FOLDER --corpus FILE --active K --work FOLDER --out FOLDER`` reads the
core as ``convert_trunk`` made it (all experts run: the teacher), chooses for each layer what is shared and how the
rest is clustered, keeps K active experts, and fits shared expert, experts and router to the teacher's hidden states,
the student's own states going in, so that later layers mend what earlier ones lose. The second matrices are solved by
least squares, in seconds, before and after the gradient steps (``--epochs 0`` leaves those out) that move the router
and the first matrices. Attention, embeddings and norms stay as they are. Each finished layer is kept in the work
folder; a second start goes on where the first one ended, if corpus, teacher and settings are the same, and is refused
if not.

Shapes: T tokens of the sample, D width, E experts.
"""

import argparse
import math
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save
from torch import Tensor
from torch.nn import functional as F

from core_model.checkpoint import write_atomically
from core_model.config import CoreConfig, ExpertGroupConfig
from core_model.core import Core
from core_model.inputs.packing import Batch
from core_model.nn.balance import balance_with
from core_model.nn.blocks import Block
from core_model.nn.experts import ExpertGroup, FeedForward, MixtureOfExperts
from core_model.training.command import command_line, run_on_cpu, sha256_of
from core_model.training.cut import cut_net, order_neurons
from core_model.training.loop import Task, train
from core_model.training.run import TrainingRun, claim, flattened
from core_model.training.sample import batches_of, sample_rows


@dataclass(frozen=True, kw_only=True, slots=True)
class DistilRun:
    """One distillation.

    Attributes:
        num_active: K active experts.
        shared: Hidden neurons of the shared expert; the others are cut into equal experts.
        num_tokens: Tokens of the sample.
        epochs: Passes over them, for each layer.
        batch: Tokens a step.
        learning_rate: Of Adam at the start; it falls to zero along a cosine.
        balance: Coefficient of the expert bias.
        ridge: Of the least squares, relative to the mean square of a feature.
        seed: Of the sample, the clusters and the order of tokens.
    """

    num_active: int
    shared: int = 512
    num_tokens: int = 300_000
    epochs: int = 1
    batch: int = 1024
    learning_rate: float = 3e-4
    balance: float = 1e-3
    ridge: float = 1e-3
    seed: int = 0

    def steps_on(self, num_tokens: int) -> int:
        """Gradient steps of a layer on so many tokens."""
        return self.epochs * (num_tokens // self.batch)


def attend(block: Block, hidden_TD: Tensor, batches: list[Batch]) -> Tensor:
    """What goes into a block's experts, for the whole sample."""
    parts, start = [], 0
    with torch.inference_mode():
        for batch in batches:
            x_TD = hidden_TD[start : start + batch.num_tokens]
            parts.append(block.attention_norm(x_TD + block.attention(x_TD, batch)))
            start += batch.num_tokens
    return torch.cat(parts).clone()


def run_experts(experts: MixtureOfExperts, x_TD: Tensor, name: str) -> Tensor:
    """A block's states before its last norm, for the whole sample."""
    with torch.inference_mode():
        parts = [part + experts(part, {name: None})[0] for part in x_TD.split(4096)]
    return torch.cat(parts).clone()


def whole_net(experts: MixtureOfExperts, name: str) -> tuple[Tensor, Tensor, Tensor]:
    """The dense net that a cut layer was: ``up_HD``, ``up_bias_H`` and ``down_DH``."""
    group = experts.group(name)
    assert group.b1_EF is not None
    up_HD = torch.cat([experts.shared.up.weight, group.w1_EFD.flatten(0, 1)])
    bias_H = torch.cat([experts.shared.up.bias, group.b1_EF.flatten()])
    down_DH = torch.cat([experts.shared.down.weight, group.w2_EFD.flatten(0, 1).T], dim=1)
    return up_HD.detach(), bias_H.detach(), down_DH.detach()


def start_layer(x_TD: Tensor, teacher: MixtureOfExperts, scale_D: Tensor, group: ExpertGroupConfig) -> MixtureOfExperts:
    """A student's layer before training: neurons in a good order, a router fitted to who matters for a token.

    The router is a ridge regression on the logarithm of each expert's share of the output; what the experts that are
    left out would have added in the mean goes into the shared bias.
    """
    up_HD, bias_H, down_DH = whole_net(teacher, group.name)
    order_H = order_neurons(x_TD[torch.randperm(len(x_TD))[:6000]], up_HD, bias_H, down_DH, scale_D, group)
    width = x_TD.shape[1]
    shared = FeedForward(width, len(order_H) - group.num_experts * group.hidden)
    layer = MixtureOfExperts(
        shared, {group.name: ExpertGroup(width, group.num_experts, group.hidden, group.num_active)}
    )
    state = cut_net(up_HD, bias_H, down_DH, order_H, group)
    state["shared.down.bias"] = teacher.shared.down.bias.detach()
    layer.load_state_dict(state, strict=False)
    if group.num_active == group.num_experts:
        return layer
    routed = layer.group(group.name)
    assert routed.b1_EF is not None
    with torch.no_grad():
        part_ND = x_TD[torch.randperm(len(x_TD))[:20_000]]
        outputs = [
            F.gelu(F.linear(part_ND, routed.w1_EFD[e], routed.b1_EF[e])) @ routed.w2_EFD[e]
            for e in range(group.num_experts)
        ]
        size_NE = torch.stack([(out_ND * scale_D).norm(dim=1) for out_ND in outputs], dim=1)
        wish_NE = size_NE.clamp(min=1e-6).log()
        wish_NE = (wish_NE - wish_NE.mean(dim=1, keepdim=True)).double()
        x64_ND = part_ND.double()
        gram_DD = x64_ND.T @ x64_ND
        gram_DD += torch.eye(width, dtype=torch.float64) * gram_DD.diagonal().mean() * 1e-3
        routed.router.weight_ED.copy_(0.5 * torch.linalg.solve(gram_DD, x64_ND.T @ wish_NE).T.float())
        for _ in range(300):
            routed.router.load_E += routed.router(part_ND[:4096]).load_E
            routed.router.balance_step(2e-3)
        routing = routed.router(part_ND)
        kept_NE = torch.zeros(len(part_ND), group.num_experts).scatter(1, routing.chosen_TK, routing.gates_TK)
        for e, out_ND in enumerate(outputs):
            layer.shared.down.bias.add_(((1 - kept_NE[:, e : e + 1]) * out_ND).mean(dim=0))
    return layer


def hidden_features(layer: MixtureOfExperts, x_ND: Tensor, name: str) -> Tensor:
    """What the second matrices of a layer multiply: hidden neurons times their gates, and a one for the bias."""
    routed = layer.group(name)
    num_experts, hidden, width = routed.w1_EFD.shape
    routing = routed.router(x_ND)
    gates_NE = torch.zeros(len(x_ND), num_experts).scatter(1, routing.chosen_TK, routing.gates_TK)
    bias = None if routed.b1_EF is None else routed.b1_EF.flatten()
    h_NH = F.gelu(F.linear(x_ND, routed.w1_EFD.view(-1, width), bias))
    h_NH = h_NH * gates_NE.repeat_interleave(hidden, dim=1)
    return torch.cat([F.gelu(layer.shared.up(x_ND)), h_NH, torch.ones(len(x_ND), 1)], dim=1)


@torch.no_grad()
def solve_outputs(
    layer: MixtureOfExperts, x_TD: Tensor, wanted_TD: Tensor, weight_T: Tensor, name: str, ridge: float
) -> None:
    """Set the second matrices and the bias by least squares, drawn towards what they are.

    Args:
        layer: The student's layer.
        x_TD: What goes in.
        wanted_TD: What should come out.
        weight_T: How much each token counts: the norm behind divides its error by its own spread.
        name: Of the group.
        ridge: Weight of the old values, relative to the mean square of a feature.
    """
    routed = layer.group(name)
    size = layer.shared.up.out_features + routed.w2_EFD[..., 0].numel() + 1
    gram = torch.zeros(size, size, dtype=torch.float64)
    cross = torch.zeros(size, x_TD.shape[1], dtype=torch.float64)
    old = torch.cat([layer.shared.down.weight.T, routed.w2_EFD.flatten(0, 1), layer.shared.down.bias[None]])
    for x_ND, wanted_ND, weight_N in zip(x_TD.split(8192), wanted_TD.split(8192), weight_T.split(8192), strict=True):
        features_NH = hidden_features(layer, x_ND, name)
        rest_ND = wanted_ND - features_NH @ old
        features_NH = features_NH * weight_N.unsqueeze(1)
        gram += features_NH.T @ features_NH
        cross += features_NH.T @ (rest_ND * weight_N.unsqueeze(1))
    gram += torch.eye(size, dtype=torch.float64) * gram.diagonal().mean() * ridge
    new = old + torch.linalg.solve(gram, cross).float()
    shared = layer.shared.up.out_features
    layer.shared.down.weight.copy_(new[:shared].T)
    routed.w2_EFD.copy_(new[shared:-1].view_as(routed.w2_EFD))
    layer.shared.down.bias.copy_(new[-1])


class LayerTask(Task):
    """A layer learns the teacher's states on the sample; errors count relative to each output's spread over it.

    Args:
        layer: The student's layer.
        norm: What stands behind it.
        x_TD: What goes in.
        target_TD: The teacher's states behind the norm.
        name: Of the group.
        run: The distillation.
    """

    def __init__(
        self,
        layer: MixtureOfExperts,
        norm: torch.nn.LayerNorm,
        x_TD: Tensor,
        target_TD: Tensor,
        name: str,
        run: DistilRun,
    ) -> None:
        self.model, self._norm, self._x_TD, self._target_TD, self._name = layer, norm, x_TD, target_TD, name
        self._layer, self._spread_D, self._batch = layer, target_TD.std(dim=0), run.batch
        self._order_T = torch.zeros(0, dtype=torch.int64)
        self.optimizer = torch.optim.Adam(layer.parameters(), lr=run.learning_rate, betas=(0.9, 0.98))
        balance_with(self.optimizer, layer, run.balance)
        steps = run.steps_on(len(x_TD))
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: min(1.0, (step + 1) / 50) * 0.5 * (1 + math.cos(math.pi * step / steps))
        )

    def loss(self, step: int) -> Tensor:
        """Mean square of the error on the next tokens; each pass over the sample has an order of its own."""
        place = step % (len(self._x_TD) // self._batch)
        if place == 0:
            self._order_T = torch.randperm(len(self._x_TD))
        index_M = self._order_T[place * self._batch : (place + 1) * self._batch]
        x_MD = self._x_TD[index_M]
        y_MD, routings = self._layer(x_MD, {self._name: None})
        self._layer.group(self._name).router.load_E += routings[self._name].load_E
        return ((self._norm(x_MD + y_MD) - self._target_TD[index_M]) / self._spread_D).square().mean()

    def data_state(self) -> dict[str, Any]:
        return {"order": self._order_T}

    def load_data_state(self, state: Mapping[str, Any]) -> None:
        self._order_T = state["order"]


@torch.no_grad()
def relative_error(
    layer: MixtureOfExperts, norm: torch.nn.LayerNorm, x_TD: Tensor, target_TD: Tensor, name: str
) -> float:
    """Mean square of the error over a part of the sample, each output relative to its spread.

    Args:
        layer: The student's layer.
        norm: What stands behind it.
        x_TD: What goes in.
        target_TD: The teacher's states behind the norm.
        name: Of the group.

    Returns:
        0 where the layer gives what the teacher gives, 1 where it is as far off as the mean of all tokens.
    """
    some = slice(0, None, max(1, len(x_TD) // 10_000))
    y_ND = norm(x_TD[some] + layer(x_TD[some], {name: None})[0])
    return float(((y_ND - target_TD[some]) / target_TD.std(dim=0)).square().mean())


def recut(config: CoreConfig, run: DistilRun) -> CoreConfig:
    """The student's shape: the teacher's hidden neurons, cut as the run says."""
    old = next(g for g in config.groups if g.name == "text")
    hidden = (config.shared_hidden + old.num_experts * old.hidden - run.shared) // old.num_experts
    new = replace(old, hidden=hidden, num_active=run.num_active)
    groups = tuple(new if g.name == "text" else g for g in config.groups)
    return replace(config, shared_hidden=run.shared, groups=groups)


def distil(weights: Path, corpus: Path, work: Path, run: DistilRun) -> tuple[CoreConfig, dict[str, Tensor]]:
    """Distil all layers.

    Args:
        weights: Folder of the teacher, as ``convert_trunk`` made it.
        corpus: Text of training identities.
        work: Folder that keeps finished layers.
        run: What to do.

    Returns:
        The student's shape and state.

    Raises:
        InputRejected: The work folder holds a distillation of another corpus, teacher or run; the corpus is empty.
    """
    torch.manual_seed(run.seed)
    teacher = Core.from_pretrained(weights)
    config = teacher.config
    rows = sample_rows(corpus, teacher.tokenizer, run.num_tokens, run.seed)
    batches = batches_of(rows, config)
    config = recut(config, run)
    group = next(g for g in config.groups if g.name == "text")
    identity = {"distil": asdict(run), "teacher": teacher.weights_hash, "corpus": sha256_of(corpus)}
    claim(work, flattened(identity))
    with torch.inference_mode():
        teacher_TD = torch.cat([teacher.embed(batch) for batch in batches]).clone()
    student_TD = teacher_TD.clone()
    state = dict(teacher.state_dict())
    for number, block in enumerate(teacher.layers):
        started = time.monotonic()
        whole_TD = run_experts(block.experts, attend(block, teacher_TD, batches), group.name)
        x_TD = attend(block, student_TD, batches)
        norm = block.experts_norm
        teacher_TD = norm(whole_TD).detach()
        kept = work / f"layer-{number}.safetensors"
        if kept.is_file():
            layer = MixtureOfExperts(
                FeedForward(config.width, config.shared_hidden),
                {group.name: ExpertGroup(config.width, group.num_experts, group.hidden, group.num_active)},
            )
            layer.load_state_dict(load_file(kept))
        else:
            torch.manual_seed(run.seed + number)
            scale_D = norm.weight.detach().abs() / teacher_TD.std(dim=0)
            layer = start_layer(x_TD, block.experts, scale_D, group)
            errors = [relative_error(layer, norm, x_TD, teacher_TD, group.name)]
            for step in range(1 + (run.epochs > 0)):
                if step:
                    task = LayerTask(layer, norm, x_TD, teacher_TD, group.name, run)
                    layer_run = TrainingRun(steps=run.steps_on(len(x_TD)), seed=run.seed + number)
                    train(task, layer_run, work / f"layer-{number}", {**identity, "layer": number})
                solve_outputs(layer, x_TD, whole_TD - x_TD, 1 / whole_TD.std(dim=1), group.name, run.ridge)
                errors.append(relative_error(layer, norm, x_TD, teacher_TD, group.name))
            write_atomically(kept, save({k: v.contiguous() for k, v in layer.state_dict().items()}))
            shutil.rmtree(work / f"layer-{number}", ignore_errors=True)
            path = ", ".join(f"{error:.4f}" for error in errors)
            print(f"layer {number}: relative error {path}; {time.monotonic() - started:.0f} s", flush=True)
        student_TD = norm(run_experts(layer, x_TD, group.name)).detach()
        at = f"blocks.{number}."
        state |= {f"{at}experts.{k}": v.detach() for k, v in layer.state_dict().items()}
    return config, state


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True, help="folder of the teacher")
    parser.add_argument("--corpus", type=Path, required=True, help="training text, one passage a line")
    parser.add_argument("--work", type=Path, required=True, help="folder that keeps finished layers")
    parser.add_argument("--out", type=Path, required=True, help="folder of the student")
    parser.add_argument("--active", type=int, required=True, help="active experts")
    parser.add_argument("--shared", type=int, default=512, help="hidden neurons of the shared expert")
    parser.add_argument("--tokens", type=int, default=300_000)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    return run_on_cpu(lambda: make(options))


def make(options: argparse.Namespace) -> None:
    """Write the weights that the options of the command ask for."""
    torch.set_num_threads(1)
    run = DistilRun(
        num_active=options.active,
        shared=options.shared,
        num_tokens=options.tokens,
        epochs=options.epochs,
        seed=options.seed,
    )
    config, state = distil(options.weights, options.corpus, options.work, run)
    teacher = Core.from_pretrained(options.weights)
    card = teacher.card
    fresh = {k: card[k] for k in ("source", "licence", "corpus_sha256", "pieces_kept")}
    fresh["commands"] = [*card["commands"], command_line("core_model.training.distil")]
    fresh["steps"] = [*card["steps"], f"experts distilled layer by layer, {run.num_active} run"]
    fresh |= {"seed": run.seed, "teacher_sha256": card["weights_sha256"], "distil_corpus": sha256_of(options.corpus)}
    student = Core.from_state(config, state, teacher.tokenizer)
    print(student.save_pretrained(options.out, int8=True, card=fresh))


if __name__ == "__main__":
    raise SystemExit(main())
