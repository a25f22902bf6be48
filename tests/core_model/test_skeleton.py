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


def test_a_skeleton_has_shapes_and_no_values_and_what_lies_elsewhere_is_filled() -> None:
    with skeleton():
        made = nn.Sequential(nn.Embedding(5, 4), nn.Linear(4, 3), nn.Conv2d(3, 2, 3), nn.LayerNorm(3))
        made.append(nn.ParameterList([nn.Parameter(torch.empty(2, 2).normal_())]))
        elsewhere = torch.full((50,), 7.0, device="cpu").normal_()
        nn.init.trunc_normal_(made[1].weight)
    assert {parameter.device.type for parameter in made.parameters()} == {"meta"}
    assert [tuple(parameter.shape) for parameter in made[1].parameters()] == [(3, 4), (3,)]
    assert elsewhere.unique().numel() == 50
    assert torch.zeros(1).device.type == "cpu"
