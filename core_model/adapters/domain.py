"""A domain: what is adapted, how an adapter of it is judged, and what answers where none is in use.

The applications have the domains; what is the same for all of them stands here: judging, comparing, promoting.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from core_model.adapters.adapter import Adapter
from core_model.adapters.comparison import Comparison, Row, rows_of
from core_model.adapters.metrics import Cases, Metric, figures_of
from core_model.adapters.versions import InUse, Versions
from core_model.core import Core
from core_model.errors import InputRejected

Samples = Sequence[Mapping[str, Any]]
"""Held-out samples: JSON values, whose shape the domain knows."""


class Domain(ABC):
    """One domain.

    Attributes:
        name: Its name on the command line and of its folder.
        kind: Class of its adapters.
        metrics: What is measured; the guarded ones are its gates.
        shipped: Card of the version that ships; None where none does.
    """

    name: ClassVar[str]
    kind: ClassVar[type[Adapter]]
    metrics: ClassVar[tuple[Metric, ...]]
    shipped: ClassVar[Path | None] = None

    @abstractmethod
    def judge(self, adapter: Adapter, samples: Samples) -> Cases:
        """What an adapter answers to held-out samples."""

    @abstractmethod
    def baseline(self, core: Core, card: Mapping[str, Any], samples: Samples) -> Cases:
        """What the plain baseline answers: that of a domain without an adapter."""

    def comparable(self, adapter: Adapter, samples: Samples) -> bool:
        """Whether an adapter can be asked about the samples: not where it knows other labels, say."""
        return True

    def versions(self, folder: str | Path) -> Versions:
        """The domain's versions in a folder of adapters."""
        return Versions(Path(folder) / self.name, self.shipped)

    def in_use(self, folder: str | Path) -> InUse:
        """The adapter in use, for a process that goes on while others promote."""
        return InUse(self.versions(folder), self.kind)

    def evaluate(self, versions: Versions, version: int, core: Core, samples: Samples = ()) -> dict[str, Any]:
        """A version's figures on the samples that it brings, or on others.

        Raises:
            InputRejected: There are no samples, or it cannot be asked about them.
        """
        adapter = versions.load(self.kind, version, core)
        samples = self._samples(adapter, samples or versions.held_out(version), version)
        return figures_of(self.metrics, self.judge(adapter, samples))

    def compare(self, versions: Versions, version: int, core: Core, samples: Samples = ()) -> Comparison:
        """A version beside the one in use, on the held-out samples of both.

        Args:
            versions: Of the domain.
            version: The candidate.
            core: The core.
            samples: In place of those that the candidate brings.

        Raises:
            NotFound: There is no such version.
            InputRejected: There are no samples, or a version cannot be read.
        """
        candidate = versions.load(self.kind, version, core)
        own = self._samples(candidate, samples or versions.held_out(version), version)
        number = versions.current()
        current = None if number is None else versions.load(self.kind, number, core)
        if current is None or number is None or not self.comparable(current, own):
            cases = self.baseline(core, versions.card(version), own)
            rows = rows_of("candidate", self.metrics, self.judge(candidate, own), cases)
            return Comparison(version, None, tuple(rows))
        rows = rows_of("candidate", self.metrics, self.judge(candidate, own), self.judge(current, own))
        return Comparison(version, number, (*rows, *self._theirs(versions, number, candidate, current, own)))

    def _theirs(self, versions: Versions, number: int, candidate: Adapter, current: Adapter, own: Samples) -> list[Row]:
        theirs = versions.held_out(number)
        if not theirs or theirs == list(own) or not self.comparable(candidate, theirs):
            return []
        return rows_of("current", self.metrics, self.judge(candidate, theirs), self.judge(current, theirs))

    def _samples(self, adapter: Adapter, samples: Samples, version: int) -> Samples:
        if not samples or not self.comparable(adapter, samples):
            raise InputRejected(
                "version {version} of {domain} without held-out samples that it can be judged on",
                allowed="samples with the labels that it was trained for",
                action="give them with --data",
                code="nothing_to_judge_on",
                values={"version": version, "domain": self.name},
            )
        return samples
