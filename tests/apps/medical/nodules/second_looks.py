"""A small core whose volume tokens have the stems' length, a second look of it, and candidates to train heads on."""

from functools import cache
from itertools import islice

import numpy as np
import torch

from apps.medical.nodules.detect import TOKENS, CandidateDescription
from apps.medical.nodules.second_look import SecondLook
from apps.medical.nodules.training.heads.ensemble import core_head
from apps.medical.nodules.training.heads.plain import plain_head
from core_model.config import CoreConfig
from core_model.core import Core
from core_model.training.splits import split_of

CONFIG = CoreConfig.from_dict({**CoreConfig.tiny().as_dict(), "volume_features": 80, "window": 32})
SPACING = (2.5, 1.0, 1.0)


class Words:
    """A tokenizer whose pieces are the letters."""

    def ids(self, text, *, marks=True):
        return [4 + ord(letter) % 90 for letter in text]


def small_core(seed=0):
    torch.manual_seed(seed)
    core = Core(CONFIG, Words(), {"weights_sha256": f"core {seed}"}).eval()
    for parameter in core.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    return core


def small_second_look(core=None, seed=0, shifts=(0.0, 0.25)):
    """Two heads for each of the folds A and B."""
    core = core or small_core()
    torch.manual_seed(seed)
    folds = {}
    for name, shift in zip("AB", shifts, strict=True):
        members = [core_head(core, 2).eval(), core_head(core, 2).eval()]
        for member in members:
            torch.nn.init.normal_(member.head.linear.weight, std=0.5)
        folds[name] = (members, shift)
    return SecondLook.of(core, folds)


def small_plain_nets():
    """An untrained net a fold: it gives the stem's score."""
    return {name: [plain_head(80).eval()] for name in "AB"}


@cache
def patients(split, count):
    named = (f"LIDC-IDRI-{number:04d}" for number in range(1, 9999))
    return tuple(islice((name for name in named if split_of(name) == split), count))


def cached_part(n=240, seed=0, split="train"):
    """Candidates whose first feature tells the label where the score does not."""
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 2, n).astype(np.int8)
    features = rng.normal(size=(n, TOKENS, 80)).astype(np.float16)
    features[:, 0, :4] += 3 * label[:, None]
    source = np.where(np.arange(n) < n // 2, "field", "planting").astype("U10")
    source[-40:], label[-40:] = "background", 0
    people = np.array(patients(split, 30))[rng.integers(0, 30, n)]
    people[-40:] = "C3N-00247"
    place = np.random.default_rng([seed, 1]).uniform(10, 200, (n, 3))
    place[source == "field"] = np.nan
    label[:5] = -1
    return {
        "features_ND": features.reshape(n, -1),
        "place_mm_N3": place.astype(np.float32),
        "spacing_mm_N3": np.tile(np.array([2.5, 1, 1], np.float32), (n, 1)),
        "score_N": rng.normal(size=n).astype(np.float32),
        "label_N": label,
        "patient_N": people,
        "source_N": source,
        "nodule_N": np.array(
            [f"{name}/nodule-0" if found == 1 else "" for name, found in zip(people, label, strict=True)]
        ),
    }


def asked(n=6, seed=3):
    """A fold's description of some candidates."""
    part = cached_part(n=60, seed=seed)
    place = np.random.default_rng(seed).uniform(10, 200, (n, 3))
    return CandidateDescription(part["features_ND"][:n].astype(np.float32), place, SPACING, part["score_N"][:n])
