"""Archives and files that are broken or hostile."""

import struct
import zipfile
from pathlib import Path

from apps.demo.faults.damage import Damage

_DAY = (2026, 1, 5, 9, 30, 0)


def zip_folder(folder: Path, path: Path) -> Damage:
    """Pack a folder into a zip, unharmed: the same bytes for the same files."""
    files = sorted(p for p in Path(folder).rglob("*") if p.is_file())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes(), compresslevel=1)
    return Damage("zip_folder", (Path(path).name,), (), f"{len(files)} files packed", refused=False)


def bomb_zip(path: Path, megabytes: int = 256, claims: int | None = None) -> Damage:
    """A small zip that unpacks to zeros, about a thousand times its size.

    Args:
        path: The zip to write.
        megabytes: What it unpacks to.
        claims: A false size in bytes in its directory, so that the claim cannot be trusted.
    """
    block = bytes(2**20)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        entry = zipfile.ZipInfo("IM0001.dcm", _DAY)
        entry.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(entry, "w", force_zip64=True) as out:
            for _ in range(megabytes):
                out.write(block)
    if claims is not None:
        data = bytearray(Path(path).read_bytes())
        at = data.rfind(b"PK\x01\x02")
        data[at + 24 : at + 28] = struct.pack("<I", claims)
        Path(path).write_bytes(bytes(data))
    return Damage("bomb_zip", (Path(path).name,), (), f"unpacks to {megabytes} MiB of zeros", refused=True)


def traversal_zip(path: Path, folder: Path | None = None, name: str = "../../escaped.dcm") -> Damage:
    """A zip with an entry that would land outside the folder it is unpacked to; the files of ``folder`` beside it."""
    files = sorted(p for p in Path(folder).iterdir() if p.is_file()) if folder else []
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            archive.writestr(zipfile.ZipInfo(file.name, _DAY), file.read_bytes())
        archive.writestr(zipfile.ZipInfo(name, _DAY), files[0].read_bytes() if files else b"escaped")
    return Damage("traversal_zip", (name,), (), "an entry leads out of the archive", refused=True)


def nothing_dicom_zip(path: Path) -> Damage:
    """A sound zip without a DICOM image in it."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("letter.txt", _DAY), b"Dear colleague,\n")
        archive.writestr(zipfile.ZipInfo("photos/one.jpg", _DAY), b"\xff\xd8\xff\xe0" + bytes(64))
    return Damage("nothing_dicom_zip", ("letter.txt", "photos/one.jpg"), (), "nothing is a DICOM image", refused=True)


def truncate_zip(path: Path, share: float = 0.5) -> Damage:
    """Cut a zip off, so that its directory is lost."""
    data = Path(path).read_bytes()
    Path(path).write_bytes(data[: int(len(data) * share)])
    return Damage("truncate_zip", (Path(path).name,), (), f"cut to {share:.0%} of its length", refused=True)


def empty_file(path: Path) -> Damage:
    """A file of 0 bytes."""
    Path(path).write_bytes(b"")
    return Damage("empty_file", (Path(path).name,), (), "0 bytes", refused=True)
