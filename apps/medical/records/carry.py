"""Documents of earlier versions in the present form: sentences that stood in English become codes and values wherever
the catalogue says, or said, the very same, and stay as they were written else."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from apps.messages import said
from apps.messages.nested import joined, nested
from core_model.errors import Message

SCHEMA = "tandem.medical.reading/1"
_MISSING = {
    "lobes are not segmented": "lobes_not_segmented",
    "the finding is below the operating point": "finding_not_shown",
    "no patient record was given with the study": "no_record",
    "the images carry no date": "no_study_date",
}
_REASONS = {
    "localizer": "series_localizer",
    "projection": "series_projection",
    "secondary_capture": "series_captured",
    "not_hounsfield": "series_not_hounsfield",
    "burned_in": "series_burned_in",
    "too_few_slices": "series_too_few_slices",
    "not_axial": "series_not_axial",
    "too_short": "series_too_short",
    "not_asked": "series_not_asked",
    "no_place": "series_no_place",
    "derived": "series_derived",
    "thicker": "series_thicker",
    "less_coverage": "series_less_coverage",
    "as_thick": "series_as_thick",
}
_FIXED = frozenset(
    {"lossy", "derived_series", "rescale_varies", "pixel_format_varies", "uid_repeated", "patient_name_varies",
     "series_localizer", "series_projection", "series_captured", "series_not_hounsfield", "series_burned_in",
     "series_not_axial", "series_not_asked", "series_derived", "series_less_coverage", "series_as_thick"}
) | frozenset(_MISSING.values())  # fmt: skip
"""Sentences without values."""


def _kinds(text: str) -> dict[str, Any]:
    """The numbers of files that were no images, by their kind."""
    words = {"empty": "empty", "PDF": "pdf", "archives": "archive", "DICOMDIR": "dicomdir", "of other kinds": "other"}
    parts = [part.partition(" ") for part in text.split(", ")]
    return joined("files_and_files", [nested(f"files_{words[kind]}", count=int(count)) for count, _, kind in parts])


_VALUES: dict[str, tuple[str, Mapping[str, Callable[[str], Any]]]] = {
    "thick_slices": (r"([\d.]+) mm thick; .* than (\d+) mm", {"thickness_mm": float, "smallest_mm": int}),
    "gantry_tilt": (r"tilted by ([\d.]+)", {"degrees": float}),
    "slices_shifted": (r"up to ([\d.]+)", {"shift_mm": float}),
    "slices_missing_outside": (r"; (\d+) slices", {"num_slices": int}),
    "slices_repeated": (r"^(\d+)", {"num_slices": int}),
    "slices_odd": (r"^(\d+) .*\(at (.*) mm\)", {"num_slices": int, "positions_mm": str}),
    "mixed_series": (r"^(\d+)", {"num_images": int}),
    "several_studies": (r"(\d+) studies", {"num_studies": int}),
    "archives_inside": (r"^(\d+)", {"count": int}),
    "links_skipped": (r"^(\d+)", {"count": int}),
    "private_undecodable": (r"of (\d+) files", {"count": int}),
    "not_dicom": (r"^(\d+) .*: (.*)\.", {"count": int, "kinds": _kinds}),
    "lungs_cut": (r"The (lower|upper)", {"end": str}),
    "lungs_unequal": (r"The (\w+) .* only (\d+) ml of (\d+)", {"side": str, "volume_ml": int, "both_ml": int}),
    "series_too_few_slices": (r"only (\d+)", {"num_slices": int}),
    "series_too_short": (r"only (\d+)", {"height_mm": int}),
    "series_no_place": (r"^(.*) is absent", {"attribute": str}),
    "series_thicker": (r"\(([\d.]+) mm\)", {"read_mm": float}),
}
"""Where the values of a sentence stand in its words."""
_WORDS_THEN = {
    "lossy": "The images were compressed with loss at some time.",
    "derived_series": "The series is derived from other images; no original one fits.",
    "slices_repeated": "{num_slices} slices were there twice, equal pixel by pixel; one was used.",
    "several_studies": "There are {num_studies} studies in it; one series of one was read.",
    "private_undecodable": "Private elements of {count} files cannot be decoded; nothing of them is used.",
    "series_not_hounsfield": "its values are no Hounsfield units",
    "series_captured": "a captured picture",
    "series_burned_in": "text is burned into its pictures",
    "gantry_tilt": (
        "The gantry was tilted by {degrees} degrees; positions and volumes allow for it, shapes are seen slanted."
    ),
    "slices_odd": "{num_slices} slices look nothing like their neighbours (at {positions_mm} mm); they may be damaged.",
    "thick_slices": "Slices are {thickness_mm} mm thick; nodules smaller than {smallest_mm} mm may not be seen.",
}
"""The words of sentences that the catalogue puts otherwise now."""


def carried(document: dict[str, Any]) -> dict[str, Any]:
    """The present form of a document ``tandem.medical.reading/1``; one in the present form stays as it is."""
    if document["schema"] != SCHEMA:
        return document
    series = document["series"]
    geometry = {name: series[name] for name in ("size", "spacing_mm", "origin_mm", "direction")}
    study = document["study"]
    return {
        "schema": "tandem.medical.reading/2",
        "id": document["id"],
        "notice": document["notice"],
        "study": {name: _value(study[name]) for name in ("id", "study_uid", "date")},
        "series": {
            "series_uid": series["uid"],
            "num_slices": series["size"][0],
            "geometry": geometry,
            "quality": series["quality"],
            "part": None,
        },
        "series_skipped": [_skipped(each) for each in document["series_skipped"]],
        "findings": [_finding(finding) for finding in document["findings"]],
        "findings_at_most": None,
        "lungs": _not_kept(),
        "operating_point": document["operating_point"],
        "record": _value(document["record"]),
        "cautions": [_caution(caution) for caution in document["warnings"]],
        "provenance": _provenance(document["provenance"]),
    }


def reason(text: str, code: str = "") -> Message:
    """Why a series was not read, of an earlier version's words and code."""
    return _message(_REASONS.get(code, code), text)


def _skipped(series: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "series_uid": series["uid"],
        # An absent number stood as 0, and so did that of every object that is no CT image.
        "series_number": series.get("number") or None,
        "num_slices": series["images"],
        "modality": series.get("modality", "CT"),
        "spacing_mm": series.get("spacing_mm"),
        "reason": reason(series["reason"], series.get("code", "")).as_dict(),
        "part": None,
    }


def _finding(finding: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: _value(value) for name, value in finding.items() if name != "mean_hu"}
    for name in ("attenuation_spread", "heatmap_start", "mean_diameter_mm", "instance_number"):
        values.setdefault(name, _not_kept())
    return values


def _not_kept() -> dict[str, Any]:
    return {"not_available": Message("not_kept_then").as_dict()}


def _value(value: Any) -> Any:
    if isinstance(value, Mapping) and "not_available" in value:
        text = value["not_available"]
        return {"not_available": _message(_MISSING.get(text, ""), text).as_dict()}
    return value


def _caution(caution: Mapping[str, Any]) -> dict[str, Any]:
    message, source = _message(caution["code"], caution["text"]), caution.get("source", "")
    return {**message.as_dict(), "source": _place(source) if source else None, "count": caution.get("count", 1)}


def _place(text: str) -> dict[str, Any]:
    found = re.fullmatch(r"file (\d+) of (\d+) \(sha256 ([0-9a-f]+)\)", text)
    if found:
        number, count, sha256 = found.groups()
        return Message("file_of_with_hash", {"number": int(number), "count": int(count), "sha256": sha256}).as_dict()
    return Message("as_written", {"text": text}).as_dict()


def _message(code: str, text: str) -> Message:
    """The sentence of a code where it says the same words; else the words as they are."""
    values: dict[str, Any] | None = {} if code in _FIXED else None
    pattern, names = _VALUES.get(code, ("", {}))
    if names and (found := re.search(pattern, text)):
        values = {name: kind(part) for (name, kind), part in zip(names.items(), found.groups(), strict=True)}
    if values is not None and _put_then(Message(code, values)) == text:
        return Message(code, values)
    return Message("as_written", {"text": text})


def _put_then(message: Message) -> str:
    """A sentence in the English words of then."""
    words = _WORDS_THEN.get(message.code)
    return words.format(**message.values) if words else said(message)


def _provenance(before: Mapping[str, Any]) -> dict[str, Any]:
    """What a reading of before follows from: the version of the code was one for all steps, the hash of the weights one
    for all of them."""
    return {
        "input_hash": before["input_hash"],
        "steps": {"code": before["code_version"]},
        "settings": before["settings"],
        "weights": {"all": before["weights_hash"]},
        "libraries": {},
    }
