"""What tells the images of one series apart: how they were reconstructed, and in which acquisition.

Free text is kept as the beginning of its hash: enough to tell two texts apart, nothing to read.
"""

import hashlib
import math
import re
from dataclasses import dataclass

from pydicom.dataset import Dataset

from apps.medical.dicom import attributes

SECONDS = (3600, 60, 1)


@dataclass(frozen=True)
class Labels:
    """Labels of one image. What is absent is "" or not-a-number.

    Attributes:
        kernel: Of the reconstruction, whatever signs it is written with.
        filter: Of the tube.
        kvp: Peak voltage in kV.
        kind: What its image type says beyond the third value.
        contrast: The agent, where one was given.
        acquisition: Number of the acquisition.
        stack: Stack, temporal position and phase of heart and breath.
        seconds: When it was acquired, from midnight.
    """

    kernel: str = ""
    filter: str = ""
    kvp: float = math.nan
    kind: str = ""
    contrast: str = ""
    acquisition: str = ""
    stack: str = ""
    seconds: float = math.nan


def labels_of(dataset: Dataset, groups: dict[str, Dataset]) -> Labels:
    """The labels of one image.

    Args:
        dataset: Of the file, without pixels.
        groups: The functional groups of a frame by their sequence keyword; empty where there are none.
    """
    content = groups.get("FrameContentSequence", dataset)
    reconstruction = groups.get("CTReconstructionSequence", dataset)
    image_type = attributes.loose_text(
        groups.get("CTImageFrameTypeSequence", dataset), "FrameType" if groups else "ImageType"
    )
    beam = groups.get("CTXRayDetailsSequence", dataset)
    return Labels(
        kernel=_hashed(attributes.loose_text(reconstruction, "ConvolutionKernel")),
        filter=_hashed(attributes.loose_text(beam, "FilterType")),
        kvp=attributes.loose_number(beam, "KVP"),
        kind=_hashed("\\".join(image_type.split("\\")[3:])),
        contrast=_agent(dataset, groups),
        acquisition=_first(content, "FrameAcquisitionNumber") or _first(dataset, "AcquisitionNumber"),
        stack=_hashed(
            "/".join(
                (
                    _first(content, "StackID"),
                    _first(content, "TemporalPositionIndex") or _first(dataset, "TemporalPositionIdentifier"),
                    _first(groups.get("CardiacSynchronizationSequence", dataset), "NominalPercentageOfCardiacPhase"),
                    _first(
                        groups.get("RespiratorySynchronizationSequence", dataset), "NominalPercentageOfRespiratoryPhase"
                    ),
                )
            ).strip("/")
        ),
        seconds=_seconds(content, dataset),
    )


def _hashed(text: str) -> str:
    plain = " ".join(text.split()).casefold()
    return hashlib.sha256(plain.encode("utf8", "replace")).hexdigest()[:12] if plain else ""


def _first(dataset: Dataset, keyword: str) -> str:
    return attributes.loose_text(dataset, keyword)[:64]


def _agent(dataset: Dataset, groups: dict[str, Dataset]) -> str:
    """The agent that was in the patient, "" where none was or none is named."""
    if not attributes.contrast(dataset, groups.get("ContrastBolusUsageSequence")):
        return ""
    return _hashed(attributes.loose_text(dataset, "ContrastBolusAgent")) or "given"


def _seconds(content: Dataset, dataset: Dataset) -> float:
    """Time of the acquisition: of the frame, else of the image, else of its date and time."""
    for found, keyword in (
        (content, "FrameAcquisitionDateTime"),
        (dataset, "AcquisitionDateTime"),
        (dataset, "AcquisitionTime"),
    ):
        written = attributes.loose_text(found, keyword)
        day = r"\d{8}" if keyword.endswith("DateTime") else ""
        clock = re.fullmatch(day + r"(\d{2}):?(\d{2}):?(\d{2}(?:\.\d+)?)(?:[+-]\d{4})?", written)
        if clock:
            return sum(float(part) * size for part, size in zip(clock.groups(), SECONDS, strict=True))
    return math.nan
