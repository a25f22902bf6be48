"""A small core whose volume tokens have the stems' length, heads for it, and candidates to train them on."""

import numpy as np
import torch

from apps.medical.nodules.detect import TOKENS
from apps.medical.nodules.rescoring import Heads, core_head, plain_head
from core_model.config import CoreConfig
from core_model.core import Core
from core_model.training.splits import split_of

CONFIG = CoreConfig.from_dict({**CoreConfig.tiny().as_dict(), "volume_features": 80})


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


def small_heads(seed=0, names=("A", "B")):
    torch.manual_seed(seed)
    heads = {}
    for number, name in enumerate(names):
        members = (core_head(CONFIG, 2).eval(), core_head(CONFIG, 2).eval())
        for member in members:
            torch.nn.init.normal_(member.head.linear.weight, std=0.5)
        heads[name] = Heads(members, 0.25 * number, 2, (plain_head(CONFIG).eval(),))
    return heads


def patients(split, count):
    named = (f"LIDC-IDRI-{number:04d}" for number in range(1, 9999))
    return [name for name in named if split_of(name) == split][:count]


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
