"""Labelled candidates as the core's head is trained and judged on them.

Sources must not tell the label: fields lose their context tokens (their stacks end at the nodule's outline), whole CT
lose theirs at random, and in fields and in CT nodules and the rest weigh the same.

Shapes: N candidates.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from apps.medical.nodules.candidate_rows import PLACE, CandidateRows, rows_of
from apps.medical.nodules.place import LEAST_MM
from core_model.errors import InputRejected
from core_model.training.splits import split_of


@dataclass(slots=True, eq=False)
class Examples:
    """Labelled candidates of one fold.

    Attributes:
        rows: As the core reads them.
        label_N: 1 nodule, 0 not.
        weight_N: See the module's head; their mean is 1.
        in_ct_N: Whether each comes from a whole CT.
        background_N: Whether each is a whole CT's own.
        patient_N: Identities.
    """

    rows: CandidateRows
    label_N: Tensor
    weight_N: Tensor
    in_ct_N: Tensor
    background_N: np.ndarray
    patient_N: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)


def examples_of(part: Mapping[str, np.ndarray], least: float = -np.inf) -> Examples:
    """The trusted candidates of a cached part (see ``candidate_cache``), those of fields without their context.

    Args:
        part: Candidates.
        least: Those with lower log-odds by the stem are left out.
    """
    kept = (part["label_N"] >= 0) & (part["score_N"] >= least)
    label = part["label_N"][kept].astype(np.int64)
    in_ct = part["source_N"][kept] != "field"
    features = part["features_ND"][kept].astype(np.float32)
    columns = (part[name][kept] for name in ("place_mm_N3", "spacing_mm_N3", "score_N"))
    rows = rows_of(features, *columns)
    rows.features_NTC[torch.from_numpy(~in_ct), 1:] = 0
    weight = np.zeros(len(label))
    for source in (True, False):
        for value in (0, 1):
            cell = (in_ct == source) & (label == value)
            weight[cell] = len(label) / max(cell.sum(), 1)
    weight /= max(weight.mean(), 1e-9)
    return Examples(
        rows,
        torch.from_numpy(label).float(),
        torch.from_numpy(weight).float(),
        torch.from_numpy(in_ct),
        part["source_N"][kept] == "background",
        part["patient_N"][kept],
    )


def without_place(rows: CandidateRows) -> CandidateRows:
    """The candidates, none of which is said where in the lungs it lies."""
    facts = rows.facts_NF.clone()
    facts[:, PLACE] = torch.nan
    return replace(rows, facts_NF=facts)


def check_training(part: Mapping[str, np.ndarray]) -> None:
    """Refuse candidates of patients who are not for training; names of backgrounds are no patients' fields.

    Raises:
        InputRejected: There is such a patient, or there are no nodules or nothing else.
    """
    fields = part["source_N"] != "background"
    wrong = sorted({str(name) for name in part["patient_N"][fields] if split_of(str(name)) != "train"})
    if wrong:
        raise InputRejected(
            "candidates of {count} patients who are not for training",
            action="make the part 'train' anew",
            code="candidates_not_for_training",
            values={"count": len(wrong)},
        )
    if not {0, 1} <= set(part["label_N"].tolist()):
        raise InputRejected("candidates without nodules, or without anything else", code="candidates_of_one_class")


def held_out_by(examples: Examples, members: int, seed: int) -> np.ndarray:
    """The member, 0 to ``members`` - 1, that holds each candidate out: patients stay together, a whole CT's own are
    dealt singly."""
    rng = np.random.default_rng([seed, 11])
    names = np.unique(examples.patient_N)
    dealt = dict(zip(names.tolist(), (rng.permutation(len(names)) % members).tolist(), strict=True))
    member = np.array([dealt[name] for name in examples.patient_N.tolist()])
    counts = {name: int((examples.patient_N == name).sum()) for name in names.tolist()}
    crowd = np.array([counts[name] > len(member) / members for name in examples.patient_N.tolist()])
    return np.where(crowd, rng.permutation(len(member)) % members, member)


def blinded(rows: CandidateRows, in_ct_N: Tensor, share: float, generator: torch.Generator) -> CandidateRows:
    """The candidates of whole CT with some of their context tokens, and some of their places, left out."""
    draw_N = torch.rand(len(rows), generator=generator)
    features = rows.features_NTC.clone()
    middle = 1 + (features.shape[1] - 1) // 2
    features[in_ct_N & (draw_N < share), 1:] = 0
    below, above = (draw_N >= share) & (draw_N < 1.25 * share), (draw_N >= 1.25 * share) & (draw_N < 1.5 * share)
    features[in_ct_N & below, 1:middle] = 0
    features[in_ct_N & above, middle:] = 0
    place = torch.rand(len(rows), generator=generator) < share
    facts = rows.facts_NF.clone()
    facts[:, PLACE] = torch.where((in_ct_N & place)[:, None], torch.nan, facts[:, PLACE])
    return replace(rows, features_NTC=features, facts_NF=facts)


def noisy(rows: CandidateRows, spread_C: Tensor, place_mm: float, generator: torch.Generator) -> CandidateRows:
    """The candidates with noise on the features of the tokens that are there, and on their place in the lungs.

    The stem has seen the training patients, and what it says of others is less sharp.
    """
    noise_NTC = spread_C * torch.randn(rows.features_NTC.shape, generator=generator)
    facts = rows.facts_NF.clone()
    moved = facts[:, PLACE] + place_mm * torch.randn(facts[:, PLACE].shape, generator=generator)
    facts[:, PLACE] = moved.clamp(min=LEAST_MM)
    return replace(rows, features_NTC=rows.features_NTC + noise_NTC * rows.present_NT.unsqueeze(-1), facts_NF=facts)


def hash_of_part(part: Mapping[str, np.ndarray]) -> str:
    """SHA-256 over the arrays of a part."""
    digest = hashlib.sha256()
    for name in sorted(part):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(part[name]).tobytes())
    return digest.hexdigest()
