"""One kind of job has one function: the jobs of one module are never done by another's."""

from types import ModuleType

import pytest

from apps.jobs import Run, registry
from apps.jobs.registry import job, kind
from core_model.errors import NotAllowed, NotFound


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinds that these tests alone register."""
    monkeypatch.setattr(registry, "_kinds", {})


def module(name: str) -> ModuleType:
    """A module that registers a job under the name of all these modules."""
    made = ModuleType(name)
    made.__dict__.update(job=job, Run=Run)
    exec("@job('test.read', steps={'only': 1})\ndef read(run: Run) -> str: return __name__", made.__dict__)
    return made


def test_a_second_module_s_job_of_the_same_name_is_refused_and_the_first_stays() -> None:
    module("first.jobs")
    with pytest.raises(
        NotAllowed, match="'test.read' is registered by first.jobs.read and again by second.jobs.read"
    ) as refused:
        module("second.jobs")
    assert refused.value.code == "job_kind_taken"
    assert kind("test.read").function(None) == "first.jobs"  # type: ignore[arg-type]


def test_a_module_that_is_imported_anew_registers_its_job_anew() -> None:
    module("first.jobs")
    again = module("first.jobs")
    assert kind("test.read").function is again.__dict__["read"]


def test_a_kind_that_is_not_registered_is_named_with_those_that_are() -> None:
    with pytest.raises(NotFound, match=r"'test.none' is known here \(allowed: none is registered\)"):
        kind("test.none")
    module("first.jobs")
    with pytest.raises(NotFound, match=r"\(allowed: test.read\)"):
        kind("test.none")
