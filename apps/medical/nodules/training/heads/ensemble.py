"""The members of an ensemble of heads, what they say of candidates that they held out, and the heads of a fold.

Members hold out different patients. A second call goes on after the last member that was finished.

Shapes: N candidates.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from apps.medical.nodules.candidate_rows import FACTS
from apps.medical.nodules.second_look import Head, VolumeCandidateHead
from apps.medical.nodules.training.heads.examples import (
    Examples,
    check_training,
    examples_of,
    hash_of_part,
    held_out_by,
)
from apps.medical.nodules.training.heads.plain import PlainHead, plain_head
from apps.medical.nodules.training.heads.train import HeadTraining, fit_member
from core_model.checkpoint import load_checkpoint, save_checkpoint
from core_model.core import Core
from core_model.training.evaluate import average_precision
from core_model.training.run import claim, flattened

H = TypeVar("H", VolumeCandidateHead, PlainHead)
OWN_MARKS = 3
"""So many of the surest marks on a fold's own CT are brought to even odds."""


def kept_or_fitted(
    folder: Path,
    name: str,
    known: Mapping[str, Any],
    make: Callable[[], H],
    fit: Callable[[Path, Mapping[str, Any]], tuple[H, dict[str, Any]]],
) -> tuple[H, dict[str, Any]]:
    """A member that an earlier run left in ``folder``, or else a new one, left there.

    Args:
        folder: Of finished members.
        name: The member's; an unfinished one has a folder of this name.
        known: All that it depends on.
        make: An untrained one.
        fit: Trains one in a folder of its own, which is for what is ``known``, and tells how it went.

    Raises:
        InputRejected: What lies there follows from something else, named in the message.
    """
    own, path = folder / name, folder / f"{name}.json"
    claim(own, flattened(known))
    if path.is_file():
        tensors, card = load_checkpoint(path)
        member = make().eval()
        member.load_state_dict(tensors)
        return member, card["report"]
    member, report = fit(own / "run", known)
    save_checkpoint(folder, name, member.state_dict(), {**known, "report": report})
    shutil.rmtree(own / "run", ignore_errors=True)
    return member, report


@dataclass(frozen=True, slots=True, eq=False)
class FittedHeads:
    """What was fitted for one fold.

    Attributes:
        members: Averaged in log-odds.
        shift: Added to them, so that the folds are on one scale.
        plain: Nets without the core, trained alike, for comparison; they are not part of the second look.
        report: What happened, for the card.
    """

    members: list[VolumeCandidateHead]
    shift: float
    plain: list[PlainHead]
    report: dict[str, Any]


def core_head(core: Core, layers: int, dropout: float = 0.0) -> VolumeCandidateHead:
    """An untrained head around the core."""
    return VolumeCandidateHead(core, facts=FACTS, num_layers=layers, dropout=dropout)


def fit_members(
    examples: Examples,
    settings: HeadTraining,
    make: Callable[[], H],
    folder: Path,
    name: str,
    known: Mapping[str, Any],
    log: Callable[[str], None],
) -> tuple[list[H], list[dict[str, Any]]]:
    """The members of one ensemble, fitted or from an earlier run, and how each went.

    Args:
        examples: To learn from; member k holds out some, see ``held_out_by``.
        settings: Of the training.
        make: An untrained member.
        folder: Where finished members are kept.
        name: The ensemble's.
        known: All else that it depends on.
        log: Takes one line at a time.
    """
    holder_N = held_out_by(examples, settings.members, settings.seed)
    members, reports = [], []
    for number in range(settings.members):
        member, report = kept_or_fitted(
            folder,
            f"{name}-{number}",
            {**known, "settings": settings.as_dict()},
            make,
            partial(fit_member, examples, holder_N, number, settings, make, log),
        )
        log(f"{name}-{number}: {report}")
        members.append(member.requires_grad_(False))
        reports.append(report)
    return members, reports


def held_out_logits(members: Sequence[Head], examples: Examples, settings: HeadTraining) -> Tensor:
    """Log-odds of each candidate, ``[N]``, from the member that held it out; see ``fit_members``."""
    holder_N = held_out_by(examples, settings.members, settings.seed)
    logit_N = torch.zeros(len(examples))
    for number, member in enumerate(members):
        held = torch.from_numpy(np.nonzero(holder_N == number)[0])
        with torch.no_grad():
            logit_N[held] = member(examples.rows.rows(held))
    return logit_N


def shift_of(logit_N: Tensor, examples: Examples) -> float:
    """What brings a fold to the scale of the other: its surest marks on its own CT to even odds; 0 where it has none.

    Args:
        logit_N: Of each candidate, from the member that held it out.
        examples: The fold's.
    """
    own_N = logit_N[torch.from_numpy(examples.background_N) & (examples.label_N == 0)]
    return -float(own_N.topk(min(OWN_MARKS, len(own_N))).values.mean()) if len(own_N) else 0.0


def fit_heads(
    core: Core,
    part: Mapping[str, np.ndarray],
    settings: HeadTraining,
    folder: Path,
    log: Callable[[str], None] = print,
) -> FittedHeads:
    """Fit all members on a fold's training part, and bring the fold to the common scale on its own CT.

    Args:
        core: Stays as it is.
        part: As ``candidate_cache`` writes it.
        settings: Of the training.
        folder: Where finished members are kept; a second call goes on after the last one.
        log: Takes one line at a time.

    Raises:
        InputRejected: See ``check_training``.
    """
    check_training(part)
    examples = examples_of(part, settings.least)
    known = {"data_sha256": hash_of_part(part), "core_sha256": core.weights_hash}
    features = core.config.volume_features
    around = partial(core_head, core, settings.layers, settings.dropout)
    core_members, core_reports = fit_members(examples, settings, around, folder, "core", known, log)
    without = partial(plain_head, features, settings.dropout)
    plain_members, plain_reports = fit_members(examples, settings, without, folder, "plain", known, log)
    core_N = held_out_logits(core_members, examples, settings)
    out_of_fold = {
        "stem": examples.rows.score_N.numpy(),
        "core": core_N.numpy(),
        "plain": held_out_logits(plain_members, examples, settings).numpy(),
    }
    label, in_ct = examples.label_N.bool().numpy(), examples.in_ct_N.numpy()
    report = {
        "settings": settings.as_dict(),
        **known,
        "candidates": len(examples),
        "nodules": int(label.sum()),
        "patients": len(np.unique(examples.patient_N)),
        "members": {"core": core_reports, "plain": plain_reports},
        "held_out_average_precision": {
            kind: {
                where: round(average_precision(logit[chosen], label[chosen]), 4)
                for where, chosen in (("all", in_ct | ~in_ct), ("ct", in_ct), ("fields", ~in_ct))
            }
            for kind, logit in out_of_fold.items()
        },
    }
    shift = round(shift_of(core_N, examples), 4)
    return FittedHeads(core_members, shift, plain_members, report)
