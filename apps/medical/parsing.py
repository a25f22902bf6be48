"""A study's parse, as it runs in a process of its own (see ``apps.isolation``)."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.documents import to_json
from apps.isolation import Port
from apps.medical.ct.windows import render_plane, view_along
from apps.medical.dicom import FirstImage, read_study
from apps.medical.imported import Imported, Notes
from apps.medical.reading import ReadSeries

FIRST_IMAGE, VOLUME = "first image", "volume"
"""Files in the call's folder: the PNG of the middle slice, and the Hounsfield units as ``.npy``."""


def parse(given: dict[str, Any], port: Port) -> dict[str, Any]:
    """Read a study, its volume into the call's folder.

    Args:
        given: ``path`` of the study, ``series_uid`` or None.
        port: Told when the first image lies in the folder.

    Returns:
        ``imported``: an ``Imported`` as JSON; ``identity``: the patient's, which crosses in memory alone.

    Raises:
        InputRejected, NotFound, Unavailable: As ``read_study`` does.
    """

    def show(image: FirstImage) -> None:
        view = view_along(image.row_direction, image.column_direction)
        (port.folder / FIRST_IMAGE).write_bytes(render_plane(image.hu, image.spacing_mm, view))
        port.say(FIRST_IMAGE)

    study = read_study(Path(given["path"]), given["series_uid"], port.tick, on_first_image=show)
    _save(study.volume.hu, port.folder / VOLUME)
    patient, series = study.patient, study.series
    imported = Imported(
        study_uid=study.study.study_uid,
        study_date=study.study.study_date,
        series=ReadSeries(
            series.series_uid,
            series.num_slices,
            study.volume.geometry.rounded(),
            series.quality.rounded(),
            series.part,
        ),
        instance_numbers=series.instance_numbers,
        notes=Notes(tuple(skipped.rounded() for skipped in study.skipped), study.cautions),
        input_hash=study.input_hash,
    )
    identity = {
        "patient_id": patient.patient_id,
        "name": patient.name,
        "birth_date": patient.birth_date,
        "sex": patient.sex,
        "issuer": patient.issuer,
    }
    return {"identity": identity, "imported": to_json(imported).decode()}


def _save(hu: NDArray[np.int16], path: Path) -> None:
    """Write a volume as ``numpy.save`` does, which does not tell why the disk refused it.

    Raises:
        OSError: With the system's reason.
    """
    volume = np.ascontiguousarray(hu)
    with open(path, "wb") as file:
        np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(volume))
        file.write(volume.data)
