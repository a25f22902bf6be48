"""The one training loop: the same bits after a stop, only into the same run, and the best weights kept."""

import json
import math

import numpy as np
import pytest
import torch
from torch import nn

from core_model.errors import InputRejected, Unavailable
from core_model.training import loop as loops
from core_model.training.loop import Task, train
from core_model.training.run import TrainingRun, content_hash

TRUTH = torch.tensor([1.0, -2.0, 3.0])
DATA = {"data": "made points"}


class Line(Task):
    """Least squares on made points, in batches drawn at random; the model has noise of its own (dropout)."""

    def __init__(self, run: TrainingRun, size: int = 8) -> None:
        torch.manual_seed(run.seed)
        self.model = nn.Sequential(nn.Dropout(0.1), nn.Linear(3, 1))
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=0.05, weight_decay=0.0)
        self.schedule = torch.optim.lr_scheduler.CosineAnnealingLR(self.optimizer, run.steps)
        self.generator = torch.Generator().manual_seed(run.seed)
        self.size, self.seen = size, []

    def loss(self, step):
        x = 2 * torch.rand(self.size, 3, generator=self.generator) - 1
        self.seen.append(step)
        return (self.model(x)[:, 0] - x @ TRUTH).square().mean()

    def held_out_loss(self, model):
        x = torch.eye(3)
        return float((model(x)[:, 0] - x @ TRUTH).square().mean())

    def data_state(self):
        return {"generator": self.generator.get_state()}

    def load_data_state(self, state):
        self.generator.set_state(state["generator"])


def run_of(**given):
    return TrainingRun(**{"steps": 30, "save_minutes": 0, "report_every": 10, "clip": 5.0, "seed": 3, **given})


class CutOff(Exception):
    pass


@pytest.mark.parametrize("average", [0.0, 0.9])
def test_a_run_cut_off_anywhere_and_taken_up_again_ends_with_the_same_bits_and_metrics(tmp_path, average):
    run = run_of(average=average, average_from=4, evaluate_every=5)
    whole = train(Line(run), run, str(tmp_path / "whole"), DATA)
    for stop in (1, 7, 10, 29):
        folder = tmp_path / str(stop)

        def cut(share, stop=stop):
            if share == stop / run.steps:
                raise CutOff

        with pytest.raises(CutOff):
            train(Line(run), run, folder, DATA, tick=cut)
        task = Line(run)
        again = train(task, run, folder, DATA)
        assert task.seen[0] == stop
        assert again.losses == whole.losses
        assert again.best_step == whole.best_step
        assert all(torch.equal(whole.state[name], again.state[name]) for name in whole.state)
        metrics = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
        first = [json.loads(line) for line in (tmp_path / "whole" / "metrics.jsonl").read_text().splitlines()]
        told = [{k: v for k, v in line.items() if k != "s"} for line in metrics if "resumed" not in line]
        assert told == [{k: v for k, v in line.items() if k != "s"} for line in first]


def test_it_learns_and_the_average_is_the_formula(tmp_path):
    run = run_of(steps=400, average=0.9, average_from=4)
    task = Line(run)
    states = []
    task.after_step = lambda step, model: states.append(task.model[1].weight.detach().clone())
    outcome = train(task, run)
    assert outcome.state["1.weight"][0].tolist() == pytest.approx(TRUTH.tolist(), abs=0.6)
    expected = states[0]
    for n, state in enumerate(states[1:], 1):
        expected = torch.lerp(expected, state, 1 - min(0.9, (1 + n) / (4 + n)))
    assert torch.allclose(outcome.state["1.weight"], expected, atol=1e-6)


def test_adding_up_two_batches_is_one_of_twice_the_size():
    class Plain(Line):
        def __init__(self, run, size):
            super().__init__(run, size)
            self.model = nn.Linear(3, 1)
            with torch.no_grad():
                self.model.weight.fill_(0.5)
                self.model.bias.zero_()
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.01)
            self.schedule = None

    one = train(Plain(run_of(clip=0.0), 16), run_of(clip=0.0))
    two = train(Plain(run_of(clip=0.0), 8), run_of(clip=0.0, accumulate=2))
    assert torch.allclose(one.state["weight"], two.state["weight"], atol=1e-5)


def test_the_best_weights_are_kept_and_a_run_stops_where_it_gets_no_better():
    class Worse(Line):
        def held_out_loss(self, model):
            return self.losses.pop(0)

    run = run_of(evaluate_every=5, patience=2)
    task = Worse(run)
    task.losses = [3.0, 2.0, 1.0, 1.5, 1.2, 0.1]
    kept = []
    task.after_step = lambda step, model: kept.append(model[1].weight.detach().clone())
    outcome = train(task, run)
    assert outcome.losses == {0: 3.0, 5: 2.0, 10: 1.0, 15: 1.5, 20: 1.2}
    assert (outcome.best_step, outcome.steps) == (10, 20)
    assert torch.equal(outcome.state["1.weight"], kept[9])


@pytest.mark.parametrize(
    ("run", "identity", "named"),
    [
        (run_of(), {"data": "b"}, "data was a, is b"),
        (run_of(seed=4), {"data": "a"}, "run.seed was 3, is 4"),
        (run_of(), {"data": "a", "task": {"rate": 2}}, "task.rate was None, is 2"),
    ],
)
def test_a_folder_of_another_run_is_refused_with_the_difference_named(tmp_path, run, identity, named):
    train(Line(run_of()), run_of(), tmp_path, {"data": "a"})
    with pytest.raises(InputRejected, match=named) as refused:
        train(Line(run), run, tmp_path, identity)
    assert refused.value.code == "training_differs"


def test_a_run_may_be_saved_and_reported_otherwise_when_it_goes_on(tmp_path):
    train(Line(run_of()), run_of(), tmp_path, DATA)
    other = run_of(save_minutes=5, report_every=1)
    assert train(Line(other), other, tmp_path, DATA).steps == 30


def test_a_checkpoint_without_its_identity_and_a_damaged_one_are_refused(tmp_path):
    train(Line(run_of()), run_of(), tmp_path, DATA)
    (tmp_path / "run.json").unlink()
    with pytest.raises(InputRejected, match="without what it follows from"):
        train(Line(run_of()), run_of(), tmp_path, DATA)
    train(Line(run_of()), run_of(), tmp_path / "other", DATA)
    checkpoint = tmp_path / "other" / "checkpoint.pt"
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    with pytest.raises(InputRejected, match="cannot be read"):
        train(Line(run_of()), run_of(), tmp_path / "other", DATA)


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"average": 1.0}, {"clip": -1.0}, {"patience": 1}, {"accumulate": 0}])
def test_settings_that_cannot_be_run_are_refused(wrong):
    with pytest.raises(ValueError, match="at least|lies|evaluate_every"):
        run_of(**wrong)


def test_a_task_without_held_out_data_says_so():
    class Blind(Line):
        held_out_loss = Task.held_out_loss

    with pytest.raises(TypeError, match="Blind has no held-out data"):
        train(Blind(run_of()), run_of(evaluate_every=1))
    assert math.isfinite(train(Blind(run_of()), run_of()).steps)


def test_a_folder_without_what_the_run_follows_from_is_refused_before_anything_is_written(tmp_path):
    for identity in (None, {}):
        with pytest.raises(TypeError, match="identity"):
            train(Line(run_of()), run_of(), tmp_path / "run", identity)
    assert not (tmp_path / "run").exists()


def test_a_device_that_is_not_there_or_that_the_task_cannot_use_is_refused(tmp_path, monkeypatch):
    run = run_of(device="cuda:1")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(Unavailable, match="the device cuda:1 is not there"):
        train(Line(run), run, tmp_path / "run", DATA)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(InputRejected, match="cuda:1 for what runs on the CPU alone") as refused:
        train(Line(run), run, tmp_path / "run", DATA)
    assert refused.value.code == "device_cpu_alone"
    assert not (tmp_path / "run").exists()


def test_the_averaged_copy_and_the_batches_are_where_the_model_is(monkeypatch):
    class Moved(Line):
        def to(self, device):
            self.model.to(device)
            self.device = device

    monkeypatch.setattr(loops, "usable_device", torch.device)
    run = run_of(average=0.9, device="meta")
    task = Moved(run)
    state = loops._Loop(task, run, None, None)
    assert task.device.type == "meta"
    for model in (task.model, state.kept):
        assert {parameter.device.type for parameter in model.parameters()} == {"meta"}


def test_a_hash_of_data_sees_every_entry_of_whatever_type():
    many = np.array([f"case {k}" for k in range(2000)], dtype=object)
    other = many.copy()
    other[1000] = "another"
    assert content_hash(many) == content_hash(many.copy()) != content_hash(other)
    assert content_hash(many) != content_hash(many.reshape(2, 1000))
    row = np.zeros(3, dtype=[("name", object), ("value", float)])
    changed = row.copy()
    changed["name"][1] = "x"
    assert content_hash(row) == content_hash(row.copy()) != content_hash(changed)
    for dtype in (torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2):
        one = torch.arange(6.0).view(2, 3).to(dtype)
        assert content_hash(one) == content_hash(one.clone()) != content_hash((-one.float()).to(dtype))
        assert content_hash(one.T) == content_hash(one.T.contiguous()) != content_hash(one)
    assert content_hash(torch.tensor(1.0, dtype=torch.bfloat16)) != content_hash(torch.tensor(1.0))
    assert content_hash({"b", "a"}) == content_hash({"a", "b"}) != content_hash({"a", "c"})


def test_a_hash_of_data_is_the_same_for_ever():
    assert content_hash([torch.arange(3), {"a": 1.5, "b": None}, np.ones((2, 2), np.float32), "x"]) == (
        "d22e034c468847c454eac99630092e723cc3039c01a79e146517dee14db68097"
    )
