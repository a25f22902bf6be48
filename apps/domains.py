"""The domains that can be adapted, of all applications, and where their versions and runs lie."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from apps.settings import Settings
from core_model.errors import NotFound

if TYPE_CHECKING:
    from core_model.adapters.versions import Versions
    from core_model.training.tuning.domain import Trainable

DOMAINS = {
    "sentiment": ("apps.finance.adapter.sentiment", "SentimentDomain"),
    "retrieval": ("apps.finance.adapter.retrieval", "RetrievalDomain"),
    "captions": ("apps.finance.adapter.captions", "CaptionsDomain"),
}
"""Module and class by name: a domain is imported when it is asked for, since it brings torch along."""


def domain(name: str) -> "Trainable":
    """A domain by its name.

    Raises:
        NotFound: There is none of this name.
    """
    if name not in DOMAINS:
        raise NotFound(
            "there is no domain {name}",
            allowed="{known}",
            action="see 'tandem adapters list'",
            code="domain_missing",
            values={"name": name, "known": sorted(DOMAINS)},
        )
    module, kind = DOMAINS[name]
    return getattr(import_module(module), kind)()


def shipped_card(name: str) -> Path:
    """Where the card of version 0 of a domain lies, if one ships; the domain itself is not imported."""
    package = Path(str(import_module(DOMAINS[name][0].rpartition(".")[0]).__file__)).parent
    return package / "weights" / f"{name}.json"


def adapters_folder(settings: Settings) -> Path:
    """Where the versions of all domains lie."""
    return settings.data_dir / "adapters"


def runs_folder(settings: Settings) -> Path:
    """Where the runs lie."""
    return settings.data_dir / "runs"


def versions_of(name: str, settings: Settings) -> "Versions":
    """The versions of a domain.

    Raises:
        NotFound: There is none of this name.
    """
    return domain(name).versions(adapters_folder(settings))
