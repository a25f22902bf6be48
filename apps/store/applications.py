"""Applications that keep rows of their own in the store. The store knows none of them: the settings name the packages
of their records, and each has an ``application``, which says what the store has to know of it.

    application = Application("finance", head="finance_0001", needs="0002", metadata=Base.metadata, ...)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from core_model.errors import NotFound

if TYPE_CHECKING:
    from apps.store.deletion import Removal

Remover = Callable[["Removal", str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What the store has to know of an application.

    Attributes:
        name: Its own, and the label of its branch of the migrations; its revisions are called ``NAME_0001`` and so on.
        package: The package of its records. Its revisions lie in the folder ``migrations`` there.
        head: Its newest revision.
        needs: The revision of the store that this one depends on.
        metadata: Its tables. A row that belongs to a reading goes with it (``ON DELETE CASCADE``).
        listed_by: The command that prints the ids of what it keeps.
        kinds: What its ids are of: they begin with one of these and a hyphen.
        removers: How to delete what it keeps, by the kind of the id; see ``apps.store.deletion``.
        inputs: Columns that name inputs: as long as a row of it names one, the input stays.
        rows_of: By the kind of a reading, the rows that belong to a document: what stands in the database is compared
            with them.
        left_by_job: Removes what the jobs on an input had begun to keep and never finished, when the last of them goes.
    """

    name: str
    package: str
    head: str
    needs: str
    metadata: MetaData
    listed_by: str
    kinds: tuple[str, ...] = ()
    removers: Mapping[str, Remover] = field(default_factory=dict)
    inputs: tuple[Any, ...] = ()
    rows_of: Mapping[str, Callable[[bytes], Sequence[DeclarativeBase]]] = field(default_factory=dict)
    left_by_job: Remover | None = None

    @property
    def migrations(self) -> Path:
        """The folder of its revisions."""
        return Path(str(import_module(self.package).__file__)).parent / "migrations"


def load(packages: Sequence[str]) -> tuple[Application, ...]:
    """The applications of some packages of records.

    Raises:
        NotFound: There is no such package.
    """
    return tuple(_imported(name).application for name in packages)


def _imported(package: str) -> Any:
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        if error.name is None or not (package + ".").startswith(error.name + "."):
            raise
        raise NotFound(
            "the package {package}, which should hold an application's records, cannot be found",
            action="correct TANDEM_APPLICATIONS",
            code="records_missing",
            values={"package": package},
        ) from None
