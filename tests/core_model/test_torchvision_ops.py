"""The cure for torchvision on a CPU build of torch: a version bump that breaks it is noticed here."""

import subprocess
import sys

import pytest

from core_model import torchvision_ops
from core_model.errors import Unavailable


@pytest.mark.slow
def test_torchvision_and_transformers_import_through_the_one_module() -> None:
    program = (
        "import torch\n"
        "from core_model.torchvision_ops import torchvision, transformers\n"
        "assert transformers().BertModel.__name__ == 'BertModel'\n"
        "image = torchvision('transforms.v2').functional.resize(torch.ones(1, 4, 4), [2, 2])\n"
        "assert image.shape == (1, 2, 2) and float(image.sum()) == 4.0\n"
        "boxes = torchvision('ops').box_iou(torch.tensor([[0., 0, 2, 2]]), torch.tensor([[1., 0, 3, 2]]))\n"
        "assert abs(float(boxes) - 1 / 3) < 1e-6\n"
        "print('imported')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "imported", done.stderr[-2000:]


def test_the_names_of_core_model_load_no_torch() -> None:
    program = "import sys, core_model, core_model.errors; dir(core_model); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "False", done.stderr


@pytest.mark.parametrize("name", ["torchvision", "transformers", "peft"])
def test_a_library_of_the_extra_that_is_not_installed_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def absent(module: str) -> None:
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)

    monkeypatch.setattr(torchvision_ops, "import_module", absent)
    with pytest.raises(Unavailable, match=rf"{name} is not installed; .*tandem\[train\]") as refused:
        getattr(torchvision_ops, name)()
    assert refused.value.code == "extra_missing"
