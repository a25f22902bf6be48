"""Where Tandem keeps its data and how it runs: environment variables with the prefix ``TANDEM_``.

Nothing is read when this module is imported; ``load_settings()`` reads the environment each time it is called, where
a variable that is set to nothing counts as unset. Import it inside commands, not at the top of the command line:
pydantic takes 0.15 s.

    >>> load_settings(data_dir="/data/tandem").database_url
    'sqlite:////data/tandem/tandem.db'
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import unquote

import platformdirs
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core_model.errors import InputRejected, Phrase

PREFIX = "TANDEM_"
SQLITE = "sqlite:///"
DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")


REASONS: dict[str, Callable[[Mapping[str, Any]], Phrase]] = {
    "no_home": lambda _: Phrase("setting_no_home", "this user has no home folder; give the path of a folder"),
    "no_database": lambda _: Phrase("setting_no_database", "a database URL starts with sqlite:/// or postgresql://"),
    "no_device": lambda _: Phrase("setting_no_device", "a device is cpu, cuda or cuda:N"),
    "int_parsing": lambda _: Phrase(
        "setting_no_integer", "Input should be a valid integer, unable to parse string as an integer"
    ),
    "bool_parsing": lambda _: Phrase("setting_no_switch", "a switch is true or false"),
    "greater_than_equal": lambda given: Phrase(
        "setting_too_small", "Input should be greater than or equal to {least}", {"least": given["ge"]}
    ),
    "less_than_equal": lambda given: Phrase(
        "setting_too_large", "Input should be less than or equal to {most}", {"most": given["le"]}
    ),
}
"""Why a value cannot be used, by pydantic's name of the error: the first three are ours."""


def _refused(kind: str) -> PydanticCustomError:
    return PydanticCustomError(kind, str(REASONS[kind]({})))


def _quoted(path: Path) -> str:
    """A path as it stands in a database URL, where ? begins the options and # a fragment."""
    return str(path).replace("%", "%25").replace("?", "%3F").replace("#", "%23")


def _absolute_file(url: str) -> str:
    """The URL of an SQLite file with its absolute path, so that every process means the same file by it."""
    name, sign, options = url.removeprefix(SQLITE).partition("?")
    scheme = "file:" if name.startswith("file:") else ""
    path = name.removeprefix(scheme)
    if path in ("", ":memory:") or path.startswith("/"):
        return url
    try:
        return SQLITE + scheme + _quoted(Path(unquote(path)).expanduser().absolute()) + sign + options
    except RuntimeError:
        raise _refused("no_home") from None


def _usual_folder() -> Path:
    try:
        return platformdirs.user_data_path("tandem", appauthor=False)
    except RuntimeError:
        return Path("~/tandem")  # refused with a sentence where it is validated


class Settings(BaseSettings):
    """Validated, frozen settings; make them with ``load_settings``.

    Attributes:
        data_dir: Folder of everything that Tandem stores; the user's data folder where unset. Always absolute.
        database_url: ``sqlite:////absolute/file`` or ``postgresql://user:password@host/name``; ``tandem.db`` in
            ``data_dir`` where unset. A relative file is made absolute. In a file's path % ? # are %25 %3F %23.
        blobs_dir: Folder of the blobs; ``blobs`` in ``data_dir`` where unset. Workers on several machines share it.
        group_access: Whether the folder's group may read and write all of it too; else this user alone.
        device: ``cpu``, ``cuda`` or ``cuda:N``.
        core_dir: Folder of the core in place of the one that ships, as ``save_pretrained`` writes it.
        port: TCP port of the dashboard, 1 to 65535.
        keep_jobs_days: Days after which a job that has ended is removed, its reading not; 0 keeps all.
        applications: Packages of the records that applications keep in the store (commas in the environment).
        job_modules: Modules that a worker imports, each of which registers jobs (commas in the environment).
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    data_dir: Path = Field(default_factory=_usual_folder, validate_default=True)
    database_url: str = ""
    blobs_dir: Path | None = None
    group_access: bool = False
    device: str = "cpu"
    core_dir: Path | None = None
    port: int = Field(default=8501, ge=1, le=65535)
    keep_jobs_days: int = Field(default=90, ge=0, le=36500)
    applications: Annotated[tuple[str, ...], NoDecode] = ("apps.finance.records", "apps.medical.records")
    job_modules: Annotated[tuple[str, ...], NoDecode] = ("apps.finance.jobs", "apps.medical.jobs")

    @field_validator("data_dir", "blobs_dir", "core_dir")
    @classmethod
    def _absolute(cls, folder: Path | None) -> Path | None:
        try:
            return folder if folder is None else folder.expanduser().absolute()
        except RuntimeError:
            raise _refused("no_home") from None

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        scheme = url.partition("://")[0]
        if url and (scheme not in DATABASES or "://" not in url or (scheme == "sqlite" and SQLITE not in url)):
            raise _refused("no_database")
        return _absolute_file(url) if scheme == "sqlite" else url

    @field_validator("applications", "job_modules", mode="before")
    @classmethod
    def _between_commas(cls, modules: Any) -> Any:
        return [name.strip() for name in modules.split(",") if name.strip()] if isinstance(modules, str) else modules

    @field_validator("device")
    @classmethod
    def _known_device(cls, device: str) -> str:
        if not re.fullmatch(r"cpu|cuda(:[0-9]+)?", device):
            raise _refused("no_device")
        return device

    @model_validator(mode="after")
    def _fill(self) -> Self:
        if not self.database_url:
            object.__setattr__(self, "database_url", SQLITE + _quoted(self.data_dir / "tandem.db"))
        if self.blobs_dir is None:
            object.__setattr__(self, "blobs_dir", self.data_dir / "blobs")
        return self

    @property
    def blobs(self) -> Path:
        """Folder of the blobs."""
        assert self.blobs_dir is not None
        return self.blobs_dir

    def environment(self) -> dict[str, str]:
        """These settings as environment variables, for a process that is to use the same ones."""
        values = self.model_dump(mode="json")
        return {
            PREFIX + name.upper(): ",".join(value) if isinstance(value, list) else str("" if value is None else value)
            for name, value in values.items()
        }


def load_settings(**given: Any) -> Settings:
    """Settings from ``given`` first, then the environment, then the defaults.

    Args:
        given: Values that go before the environment, by the names of ``Settings``.

    Raises:
        InputRejected: A variable has a value that is not allowed; the message names it and says what is.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        reason = REASONS.get(first["type"], lambda _: Phrase("setting_other", "{text}", {"text": first["msg"]}))
        raise InputRejected(
            "the setting {name} cannot be used: {reason}",
            action="correct or unset {name}",
            code="setting_rejected",
            values={
                "name": PREFIX + "_".join(str(part) for part in first["loc"][:1]).upper(),
                "reason": reason(first.get("ctx", {})),
            },
        ) from None
