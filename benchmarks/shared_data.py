"""Where the real data lies that benchmarks and tests read, and its unpacked copies.

The folder is ``TANDEM_SHARED_DATA``, or ``../shared/data`` beside the repository. Archives are unpacked once into a
cache (``TANDEM_SHARED_CACHE``, or the user's cache folder), named by their size and hash. The product never needs this
data.
"""

import fcntl
import hashlib
import os
import shutil
import tarfile
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path

from core_model.training.splits import Split, split_of_ticker

REPOSITORY = Path(__file__).resolve().parent.parent


class SharedDataAbsent(RuntimeError):
    """The shared data, or one file of it, is not on this machine."""


def root() -> Path:
    """The shared data folder.

    Raises:
        SharedDataAbsent: It does not exist.
    """
    folder = Path(os.environ.get("TANDEM_SHARED_DATA") or REPOSITORY.parent / "shared" / "data")
    if not folder.is_dir():
        raise SharedDataAbsent(
            "the shared data is not here: put it beside the repository as ../shared/data, or set TANDEM_SHARED_DATA"
        )
    return folder


def file(name: str) -> Path:
    """One file of the shared data, for example ``"medical/lidc_series.csv"``."""
    path = root() / name
    if not path.is_file():
        raise SharedDataAbsent(f"the shared data holds no {name}")
    return path


@cache
def sha256_of(name: str) -> str:
    """SHA-256 of one shared file, in hexadecimal."""
    with file(name).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@cache
def folder(name: str) -> Path:
    """The unpacked content of an archive, for example ``"finance/us_filings_ixbrl"`` (without its ending)."""
    archives = [root() / f"{name}{ending}" for ending in (".tar.xz", ".zip")]
    archive = next((path for path in archives if path.is_file()), None)
    if archive is None:
        raise SharedDataAbsent(f"the shared data holds no archive {name}")
    cache_root = Path(os.environ.get("TANDEM_SHARED_CACHE") or user_cache_path("tandem") / "shared")
    cache_root.mkdir(parents=True, exist_ok=True)
    target = cache_root / f"{Path(name).name}-{archive.stat().st_size:x}"
    with (cache_root / f"{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.is_dir():
            partial = target.with_name(target.name + ".partial")
            shutil.rmtree(partial, ignore_errors=True)
            if archive.suffix == ".zip":
                with zipfile.ZipFile(archive) as packed:
                    packed.extractall(partial)  # noqa: S202 - our own data
            else:
                with tarfile.open(archive) as packed:
                    packed.extractall(partial, filter="data")
            partial.rename(target)
    return target


@dataclass(frozen=True, slots=True)
class FilingFile:
    """One real filing: its file, its company's ticker, its form (10-K, 10-Q) and its split."""

    path: Path
    ticker: str
    form: str
    split: Split


def filings(split: Split | tuple[Split, ...] | None = None, form: str | None = None) -> list[FilingFile]:
    """The real filings, sorted by form, ticker and accession number, of one or several splits and of one form."""
    wanted = (split,) if isinstance(split, str) else split
    found = []
    for path in sorted((folder("finance/us_filings_ixbrl") / "filings").glob("*/*/*.html")):
        entry = FilingFile(path, path.parent.name, path.parent.parent.name, split_of_ticker(path.parent.name))
        if (wanted is None or entry.split in wanted) and form in (None, entry.form):
            found.append(entry)
    return found
