"""A core is read from disk without drawing numbers that its file replaces at once."""

import subprocess
import sys

import torch
from torch import nn

from core_model.skeleton import skeleton


def test_loading_the_core_loads_no_compiler() -> None:
    code = "import sys; from core_model import load_core; load_core(); print('torch._dynamo' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_a_skeleton_has_shapes_and_no_values_and_the_generator_stays_where_it_was() -> None:
    torch.manual_seed(0)
    before = torch.get_rng_state()
    with skeleton():
        made = nn.Sequential(nn.Embedding(5, 4), nn.Linear(4, 3), nn.Conv2d(3, 2, 3), nn.LayerNorm(3))
        made.append(nn.ParameterList([nn.Parameter(torch.empty(2, 2).normal_())]))
    assert {parameter.device.type for parameter in made.parameters()} == {"meta"}
    assert [tuple(parameter.shape) for parameter in made[1].parameters()] == [(3, 4), (3,)]
    assert torch.equal(before, torch.get_rng_state())
    assert torch.zeros(1).device.type == "cpu"
