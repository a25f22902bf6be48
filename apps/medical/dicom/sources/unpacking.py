"""A member of an archive, unpacked only as far as it is looked into."""

import contextlib
import io
from collections.abc import Callable
from typing import IO, TYPE_CHECKING

from core_model.errors import InputRejected

if TYPE_CHECKING:
    from typing_extensions import Buffer

MAX_KEPT_BYTES = 96 * 1024**2
"""Of a zip's member that is looked into and not read whole: what stands before its pixels."""


class Prefix(io.RawIOBase):
    """A seekable view of a stream that unpacks only as far as it is read, and keeps what it has read."""

    STEP = 256 * 1024

    def __init__(
        self, stream: IO[bytes], count: Callable[[int], None], refusing: Callable[[], contextlib.AbstractContextManager]
    ) -> None:
        self._stream = stream
        self._count = count
        self._refusing = refusing
        self._seen = bytearray()
        self._position = 0
        self._ended = False

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            self._fill(None)
            offset += len(self._seen)
        elif whence == io.SEEK_CUR:
            offset += self._position
        if offset < 0:
            raise ValueError("negative position")
        self._position = offset
        return offset

    def read(self, size: int | None = -1) -> bytes:
        until = None if size is None or size < 0 else self._position + size
        self._fill(until)
        data = bytes(self._seen[self._position : until])
        self._position += len(data)
        return data

    def readinto(self, buffer: "Buffer") -> int:
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def _fill(self, until: int | None) -> None:
        while not self._ended and (until is None or len(self._seen) < until):
            with self._refusing():
                part = self._stream.read(self.STEP)
            self._ended = not part
            self._seen += part
            if part:
                self._count(len(self._seen))
            if len(self._seen) > MAX_KEPT_BYTES:
                raise InputRejected(
                    "a file in the zip archive holds {mib} MiB before its pixels",
                    action="unpack it with a program that you trust and give the folder",
                    code="zip_member_unending",
                    values={"mib": MAX_KEPT_BYTES // 1024**2},
                )

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()
