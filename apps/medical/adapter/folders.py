"""The medical training data as it comes: folders, or archives of the same name, unpacked once into a cache.

``FOLDER`` holds any of these; what is absent is left out, with a line that says so:

- ``lidc_nodule_slices`` (folder or zip), ``lidc_series.csv``, ``lidc_nodules.csv``: fields around nodules, in the
  format of ``apps.medical.nodules.training.sources.fields``;
- ``ct_NAME`` (folder or tar.xz): whole CT for training background, listed in ``backgrounds.json`` or with a JSON file
  beside the array. Test patients' CT is never opened: its name must have no test identity;
- ``synthea_fhir_r4`` (folder or tar.xz): records, see ``records``;
- ``medical_questions.parquet`` or ``.csv``: see ``questions``.
"""

import tarfile
import zipfile
from pathlib import Path

from core_model.errors import InputRejected, NotFound
from core_model.training.splits import split_of

ARCHIVES = (".zip", ".tar.xz", ".tar.gz", ".tar")
_DONE = ".unpacked"


def unpacked(data: Path, name: str, cache: Path) -> Path:
    """The folder of some name: as it lies, or unpacked from the archive of that name.

    Raises:
        NotFound: There is neither.
        InputRejected: The archive is damaged, or holds a path that leads out of it.
    """
    if (data / name).is_dir():
        return data / name
    archive = next((data / (name + ending) for ending in ARCHIVES if (data / (name + ending)).is_file()), None)
    if archive is None:
        raise NotFound(
            "the folder of data holds no {name}",
            allowed="a folder of that name, or a zip or tar archive",
            action="see apps.medical.adapter.folders",
            code="training_data_missing",
            values={"name": name},
        )
    target = cache / name
    if not (target / _DONE).is_file():
        target.mkdir(parents=True, exist_ok=True)
        try:
            if archive.suffix == ".zip":
                with zipfile.ZipFile(archive) as held:
                    held.extractall(target)  # noqa: S202 - zipfile keeps every path inside
            else:
                with tarfile.open(archive) as tar:
                    tar.extractall(target, filter="data")
        except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError) as error:
            raise InputRejected(
                "an archive of {name} that cannot be unpacked",
                action="get it again",
                code="training_archive_damaged",
                values={"name": name},
            ) from error
        (target / _DONE).touch()
    inner = [path for path in target.iterdir() if path.name != _DONE]
    return inner[0] if len(inner) == 1 and inner[0].is_dir() else target


def identity_of(background: str) -> str:
    """Identity of a whole CT for the split, by its name."""
    return background.removeprefix("CCTMD-")


def background_names(data: Path) -> list[str]:
    """Names of the CT of a folder that may serve as training background: ``NAME`` of ``ct_NAME``, or ``ct_NAME_lungs``.

    Those of test and validation patients are left out.
    """
    found = set()
    for path in data.glob("ct_*"):
        stem = path.name
        for ending in ARCHIVES:
            stem = stem.removesuffix(ending)
        if path.is_dir() or stem != path.name:
            name = stem.removeprefix("ct_").removesuffix("_lungs")
            if split_of(identity_of(name)) == "train":
                found.add(name)
    return sorted(found)
