"""Which kinds of jobs there are: a function for each, registered when its module is imported."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from core_model.errors import NotFound

if TYPE_CHECKING:
    from apps.jobs.run import Run

JobFunction = TypeVar("JobFunction", bound="Callable[[Run], str | None]")


@dataclass(frozen=True, slots=True)
class JobKind:
    """A registered kind of job.

    Attributes:
        name: For example ``"finance.read"``.
        function: Takes a ``Run``, calls its steps, returns the id of the reading, or None.
        weights: Its steps and how long each takes relative to the others.
    """

    name: str
    function: "Callable[[Run], str | None]"
    weights: Mapping[str, float]


_kinds: dict[str, JobKind] = {}


def job(name: str, steps: Mapping[str, float]) -> Callable[[JobFunction], JobFunction]:
    """Register a function as a kind of job.

    Args:
        name: Name of the kind; at most one function has it.
        steps: Names of its steps in order, with their usual share of the time (any unit), for progress and time left.
    """
    assert steps, "a job has steps"
    assert all(weight > 0 for weight in steps.values()), "every step takes time"

    def register(function: JobFunction) -> JobFunction:
        known = _kinds.get(name)
        same = known is not None and known.function.__qualname__ == function.__qualname__
        assert known is None or same, f"two functions are registered as {name}"
        _kinds[name] = JobKind(name, function, dict(steps))
        return function

    return register


def kind(name: str) -> JobKind:
    """The registered kind.

    Raises:
        NotFound: No imported module registers it.
    """
    if name not in _kinds:
        raise NotFound(
            f"no job of the kind '{name}' is known here",
            allowed=", ".join(sorted(_kinds)) or "none is registered",
            action="start the worker with the module that registers it",
            code="unknown_job_kind",
        )
    return _kinds[name]
