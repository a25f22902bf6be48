"""Bombs of our own: small documents, files and archives that stand for far more than they are."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from apps.demo.report import make_example_report

MIB = 1 << 20
ITEM = b"\xfe\xff\x00\xe0\x00\x00\x00\x00"


def reports(folder: Path) -> Iterator[Path]:
    """Reports, each a file of the folder."""
    make_example_report(folder / "example.html", 3)
    usual = (folder / "example.html").read_bytes()
    end = usual.rindex(b"</body>")

    def first_id(tag: bytes) -> str:
        found = re.search(tag + rb' id="([^"]+)"', usual)
        assert found is not None
        return found[1].decode()

    context, unit = first_id(rb"<xbrli:context"), first_id(rb"<xbrli:unit")

    def with_body(name: str, body: str) -> Path:
        path = folder / f"{name}.html"
        path.write_bytes(usual[:end] + body.encode() + usual[end:])
        return path

    def with_prolog(name: str, prolog: bytes) -> Path:
        path = folder / f"{name}.html"
        path.write_bytes(prolog + usual[usual.index(b"<html") :])
        return path

    def fact(number: int, text: str) -> str:
        given = f'id="bomb-{number}" name="us-gaap:Assets" contextRef="{context}" unitRef="{unit}"'
        return f"<ix:nonFraction {given}>{text}</ix:nonFraction>"

    table = "<table><tr><td>{}</td><td>1</td></tr></table>"
    yield with_body("empty_elements_30mb", "<b/>" * 7_500_000)
    yield with_body("empty_attributes", '<b a="" c="" d="" e="" f=""/>' * 700_000)
    yield with_body("one_letter_each", "<b>x</b>" * 3_000_000)
    yield with_body("nested_200000", "<div>" * 200_000 + "</div>" * 200_000)
    yield with_body("attribute_of_11_million", f'<p title="{"x" * 11_000_000}"/>')
    yield with_body("equal_facts_100000", "".join(fact(number, "5") for number in range(100_000)))
    yield with_body("differing_facts_50000", "".join(fact(number, str(number)) for number in range(50_000)))
    yield with_body("paragraphs_20mb", f"<p>{'word ' * 60}</p>" * 66_000)
    yield with_body("facts_8000_in_a_megabyte", "".join(fact(number, "5") for number in range(8_000)))
    yield with_body("asterisks", table.format("Assets" + " * †" * 50_000 + "!"))
    yield with_body("brackets", table.format("Assets" + " (1)" * 50_000 + "!"))
    yield with_body("digits", table.format("1" * 200_000 + "!"))
    yield with_body("columns", "<table><tr>" + '<td colspan="200" rowspan="200">x</td>' * 6_000 + "</tr></table>")
    links = "".join(f'<ix:continuation id="k{i}" continuedAt="k{i + 1}"/>' for i in range(3_000))
    given = f'name="dei:DocumentType" contextRef="{context}" continuedAt="k0"'
    chained = "".join(f'<ix:nonNumeric id="t{i}" {given}/>' for i in range(3_000))
    yield with_body("continuations_3000", links + chained)
    yield with_prolog("document_type_100000", b'<!DOCTYPE html PUBLIC "-//' + b"XHTML " * 17_000)
    yield with_prolog("document_type_spaces", b"<!DOCTYPE html" + b" " * 100_000 + b"[")
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    yield with_prolog("billion_laughs", f'<!DOCTYPE html [<!ENTITY l0 "lol">{entities}]>'.encode())
    half = folder / "cut_in_the_middle.html"
    half.write_bytes(with_body("words_20mb", "<p>word</p>" * 1_800_000).read_bytes()[:-30])
    (folder / "words_20mb.html").unlink()
    yield half
    packed = folder / "zip_of_3_gb.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(24):
            with archive.open(f"{number}.html", "w", force_zip64=True) as member:
                for _ in range(128):
                    member.write(bytes(MIB))
    yield packed


def studies(folder: Path) -> Iterator[Path]:
    """Studies, each a file or folder of the folder."""

    def zipped(name: str, fill: Callable[[zipfile.ZipFile], None]) -> Path:
        with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
            fill(archive)
        return folder / name

    def member(archive: zipfile.ZipFile, name: str, mib: int, start: bytes = b"") -> None:
        with archive.open(name, "w", force_zip64=True) as sink:
            sink.write(start)
            for _ in range(mib):
                sink.write(bytes(MIB))

    def members(archive: zipfile.ZipFile, count: int, mib: int) -> None:
        for number in range(count):
            member(archive, f"{number}.dcm", mib, b"x")

    yield zipped("ratio_1000.zip", lambda archive: member(archive, "1.dcm", 300, _file(b"")))
    yield zipped("member_of_900_mb.zip", lambda archive: member(archive, "1.dcm", 900, _file(b"")))
    yield zipped("total_of_3_gb.zip", lambda archive: members(archive, 50, 60))
    yield zipped("members_6000.zip", lambda archive: members(archive, 6000, 0))
    yield zipped("name_leads_out.zip", lambda archive: archive.writestr("../../evil.dcm", _file(b"")))
    yield _overlapping(folder / "overlapping_4000.zip")
    noise = _noise(450)
    yield zipped("member_of_900_mb_little_packed.zip", lambda archive: _repeated(archive, noise, 900))
    for name, dataset in {
        "items_4_million": _sequence(ITEM * 4_000_000),
        "sequences_in_sequences": _nested(3_000),
        "element_of_4_gb": struct.pack("<HH2sHI", 9, 0x1000, b"OB", 0, 0xFFFFFFF0),
        "rows_65535": _element(0x28, 0x10, b"US", b"\xff\xff") + _element(0x28, 0x11, b"US", b"\xff\xff"),
    }.items():
        (folder / f"{name}.dcm").write_bytes(_file(dataset))
        yield folder / f"{name}.dcm"
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    swollen = b"".join(deflate.compress(bytes(MIB)) for _ in range(300)) + deflate.flush()
    (folder / "deflated_300_mb.dcm").write_bytes(_file(swollen, b"1.2.840.10008.1.2.1.99"))
    yield folder / "deflated_300_mb.dcm"


def _element(group: int, number: int, vr: bytes, value: bytes) -> bytes:
    return struct.pack("<HH2sH", group, number, vr, len(value)) + value


def _sequence(items: bytes) -> bytes:
    return struct.pack("<HH2sHI", 9, 0x1000, b"SQ", 0, 0xFFFFFFFF) + items + b"\xfe\xff\xdd\xe0\x00\x00\x00\x00"


def _nested(depth: int) -> bytes:
    opened = struct.pack("<HH2sHI", 9, 0x1000, b"SQ", 0, 0xFFFFFFFF) + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    return opened * depth


def _file(dataset: bytes, syntax: bytes = b"1.2.840.10008.1.2.1\0") -> bytes:
    meta = _element(2, 2, b"UI", b"1.2.840.10008.5.1.4.1.1.2\0") + _element(2, 0x10, b"UI", syntax)
    return bytes(128) + b"DICM" + _element(2, 0, b"UL", struct.pack("<I", len(meta))) + meta + dataset


def _noise(kib: int) -> bytes:
    """Bytes that pack to themselves, the same every time."""
    made, state = bytearray(), 12345
    while len(made) < kib * 1024:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        made += state.to_bytes(8, "little")
    return bytes(made)


def _repeated(archive: zipfile.ZipFile, noise: bytes, mib: int) -> None:
    """A member of one part noise to some hundred parts of nothing: below the rate of compression that is refused."""
    with archive.open("1.dcm", "w", force_zip64=True) as sink:
        sink.write(_file(b""))
        for number in range(mib):
            sink.write(noise[(number * 8192) % (len(noise) - 8192) :][:8192])
            sink.write(bytes(MIB - 8192))


def _overlapping(path: Path) -> Path:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.dcm", _file(bytes(2 * MIB)))
        first = archive.infolist()[0]
        for number in range(1, 4000):
            again = zipfile.ZipInfo(f"{number}.dcm")
            for name in ("compress_type", "CRC", "compress_size", "file_size", "header_offset", "flag_bits"):
                setattr(again, name, getattr(first, name))
            archive.filelist.append(again)
    path.write_bytes(packed.getvalue())
    return path
