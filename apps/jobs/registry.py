"""Which kinds of jobs there are: a function for each, registered when its module is imported."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from core_model.errors import NotAllowed, NotFound, Phrase

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


NOTHING_REGISTERED = Phrase("no_kind_registered", "none is registered")
_kinds: dict[str, JobKind] = {}


def job(name: str, steps: Mapping[str, float]) -> Callable[[JobFunction], JobFunction]:
    """Register a function as a kind of job.

    Args:
        name: Name of the kind; at most one function has it.
        steps: Names of its steps in order, with their usual share of the time (any unit), for progress and time left.

    Raises:
        NotAllowed: Another function has this name: the jobs of one would be done by the other.
    """
    assert steps, "a job has steps"
    assert all(weight > 0 for weight in steps.values()), "every step takes time"

    def register(function: JobFunction) -> JobFunction:
        known = _kinds.get(name)
        if known is not None and _place(known.function) != _place(function):
            raise NotAllowed(
                "a job of the kind '{kind}' is registered by {first} and again by {second}",
                allowed="one function for each kind",
                action="give one of them another name, or leave its module out of TANDEM_JOB_MODULES",
                code="job_kind_taken",
                values={"kind": name, "first": _place(known.function), "second": _place(function)},
            )
        _kinds[name] = JobKind(name, function, dict(steps))
        return function

    return register


def _place(function: "Callable[[Run], str | None]") -> str:
    """The module of a function and its name there: a module that is imported anew registers the same one again."""
    return f"{function.__module__}.{function.__qualname__}"


def kind(name: str) -> JobKind:
    """The registered kind.

    Raises:
        NotFound: No imported module registers it.
    """
    if name not in _kinds:
        raise NotFound(
            "no job of the kind '{kind}' is known here",
            allowed="{kinds}",
            action="start the worker with the module that registers it",
            code="unknown_job_kind",
            values={"kind": name, "kinds": sorted(_kinds) or NOTHING_REGISTERED},
        )
    return _kinds[name]
