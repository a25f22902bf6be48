"""What is said of the pixels of a series that was read."""

from apps.medical.dicom.pixels.values import Seen
from core_model.errors import Caution

NOTED_SHARE = 0.0005
"""Share of a series below air that is worth a word; less is noise, or streaks beside metal."""


def pixel_cautions(seen: Seen) -> list[Caution]:
    """Cautions from what was seen while a series was read, in a fixed order."""
    found = []
    images = seen.images
    if images["bits_above_stored"]:
        found.append(Caution("bits_above_stored", {"percent": _percent(seen, "bits_above_stored")}))
    if images["below_air"] and seen.pixels["below_air"] > NOTED_SHARE * seen.total:
        found.append(Caution("below_air", {"percent": _percent(seen, "below_air")}))
    if images["padding_in_tissue"]:
        found.append(Caution("padding_in_tissue", {"percent": _percent(seen, "padding_in_tissue")}))
    for code in ("plain_in_items", "plain_under_coded_syntax", "syntax_contradicts", "items_without_end"):
        if images[code]:
            found.append(Caution(code, {"count": images[code]}, count=images[code]))
    return found


def _percent(seen: Seen, code: str) -> float:
    """Share of all pixels, in percent, to two digits that count."""
    return float(f"{100 * seen.pixels[code] / max(1, seen.total):.2g}")
