"""Medical readings made at random, and one made by hand, for tests of what is done with them."""

from hypothesis import strategies as st

from apps.documents import Missing, missing
from apps.medical.ct.volume import Geometry
from apps.medical.reading import (
    AboutStudy,
    LungVolumes,
    MedicalReading,
    ReadFinding,
    ReadSeries,
    ShownFrom,
    Spread,
)
from apps.medical.series import Quality, SkippedSeries
from apps.provenance import Provenance
from core_model.errors import Caution, Message

PROVENANCE = Provenance("2" * 64, {"import": "1"}, {"series_uid": None}, {"core": "0" * 64}, {"torch": "2.13.0"})
GEOMETRY = Geometry((133, 512, 512), (2.5, 0.703125, 0.703125), (0.0, 0.0, 0.0), ((0, 0, 1), (0, 1, 0), (1, 0, 0)))
QUALITY = Quality("good", (), 2.5, 2.5, 2.5, 0.0, "B30f", "siemens", False, False)


def make_finding(rank: int, **changed) -> ReadFinding:
    """A finding of the right lung, shown, with everything measured."""
    given = {
        "id": f"finding-{rank}", "tracking_uid": f"2.25.{rank}", "rank": rank, "probability": 0.912, "shown": True,
        "centre_mm": (-112.53, 40.0, -1100.25), "centre_voxel": (1310.0, 200.0, 300.0), "long_axis_mm": 28.46,
        "short_axis_mm": 16.04, "volume_mm3": 12210.4, "attenuation": 38.0,
        "attenuation_spread": Spread(12.0, -20.0, 71.0), "side": "right", "lobe": missing("lobes_not_segmented"),
        "heatmap": missing("finding_not_shown"), "heatmap_start": missing("finding_not_shown"),
    }  # fmt: skip
    return ReadFinding(**given | changed)


def make_reading(*findings: ReadFinding, **changed) -> MedicalReading:
    """A reading of a whole chest with these findings."""
    given = {
        "id": "reading-1",
        "study": AboutStudy("study-1", "1.2", "2024-05-06"),
        "series": ReadSeries("1.2.3", 133, GEOMETRY, QUALITY),
        "series_skipped": (),
        "findings": findings,
        "operating_point": ShownFrom(0.5, "0" * 64),
        "record": missing("no_record"),
        "cautions": (),
        "provenance": PROVENANCE,
    }
    return MedicalReading(**given | changed)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(st.text(), json_values, max_size=3)
messages = st.builds(Message, st.text(), objects)
numbers = st.floats(allow_nan=False, allow_infinity=False)
lengths = st.floats(0.01, 1e3)
absent = st.builds(Missing, messages)


def few(parts: st.SearchStrategy) -> st.SearchStrategy:
    """At most three of them."""
    return st.lists(parts, max_size=3).map(tuple)


def point(parts: st.SearchStrategy) -> st.SearchStrategy:
    """Three of them."""
    return st.tuples(parts, parts, parts)


geometries = st.builds(
    Geometry,
    size=point(st.integers(1, 4096)),
    spacing_mm=point(lengths),
    origin_mm=point(st.floats(-1e3, 1e3)),
    direction=st.permutations([(0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)]).map(tuple),
)
qualities = st.builds(
    Quality,
    reasons=few(st.text()),
    effective_mm=lengths,
    thickness_mm=st.none() | lengths,
    step_mm=lengths,
    tilt_degrees=lengths,
    contrast=st.booleans() | absent,
)
parts = st.none() | st.integers(1)
findings = st.builds(
    ReadFinding,
    probability=st.floats(0, 1),
    centre_mm=point(numbers),
    centre_voxel=point(numbers),
    long_axis_mm=numbers | absent,
    short_axis_mm=numbers | absent,
    volume_mm3=numbers | absent,
    attenuation=numbers | absent,
    attenuation_spread=st.builds(Spread, numbers, numbers, numbers) | absent,
    side=st.text() | absent,
    lobe=st.text() | absent,
    heatmap=st.text() | absent,
    heatmap_start=point(st.integers()) | absent,
    mean_diameter_mm=numbers | absent,
    instance_number=st.integers() | absent,
)
readings = st.builds(
    MedicalReading,
    study=st.builds(AboutStudy, date=st.text() | absent),
    series=st.builds(ReadSeries, geometry=geometries, quality=qualities, part=parts),
    series_skipped=few(st.builds(SkippedSeries, spacing_mm=st.none() | lengths, reason=messages, part=parts)),
    findings=few(findings),
    operating_point=st.builds(ShownFrom, threshold=st.floats(0, 1)),
    findings_at_most=st.none() | st.integers(1),
    lungs=st.builds(LungVolumes, numbers, numbers, numbers) | absent,
    record=absent,
    cautions=few(st.builds(Caution, values=objects, source=st.none() | messages)),
    provenance=st.builds(
        Provenance,
        steps=st.dictionaries(st.text(), st.text(), max_size=3),
        settings=objects,
        weights=st.dictionaries(st.text(), st.text(), max_size=3),
        libraries=st.dictionaries(st.text(), st.text(), max_size=3),
    ),
)
