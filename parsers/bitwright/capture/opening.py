"""Opening a capture: what it is, by its first bytes and never by its name; and making one."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from bitwright.capture.errors import CaptureError
from bitwright.capture.inflate import GZIP_MAGIC, ZSTD_MAGIC, ZSTD_SKIPPABLE, GzipSource, InflatingSource, ZstdSource
from bitwright.capture.packet import CaptureLimits
from bitwright.capture.pcap_reader import PCAP_MAGICS, PcapReader
from bitwright.capture.reader import CaptureReader
from bitwright.capture.source import FileSource, Source
from bitwright.capture.window import Window

if TYPE_CHECKING:
    from bitwright.capture.writer import PcapngWriter

# Formats that are recognized, so that the message can say what to do.
_UNSUPPORTED: Final = (
    (b"\xfd7zXZ\0", "compressed with xz; pipe it: xz -dc FILE | bitwright decode -"),
    (b"BZh", "compressed with bzip2; pipe it: bzip2 -dc FILE | bitwright decode -"),
    (b"\x04\x22\x4d\x18", "compressed with lz4; pipe it: lz4 -dc FILE | bitwright decode -"),
    (b"PK\x03\x04", "a zip archive; extract the capture first"),
    (b"btsnoop\0", "a btsnoop file; convert it: editcap -F pcapng FILE NEW"),
    (b"snoop\0\0\0", "a snoop file; convert it: editcap -F pcapng FILE NEW"),
)

_COMPRESSED: Final[dict[bytes, type[InflatingSource]]] = {
    GZIP_MAGIC: GzipSource, ZSTD_MAGIC: ZstdSource, **dict.fromkeys(ZSTD_SKIPPABLE, ZstdSource),
}  # fmt: skip
_MAGIC_SIZE: Final = 4
SECTION_MAGIC: Final = b"\x0a\x0d\x0d\x0a"  # of pcapng
_LONGEST_MAGIC: Final = 8


def open_capture(source: str | os.PathLike[str] | BinaryIO, *, limits: CaptureLimits | None = None) -> CaptureReader:
    """Open a capture: a path, "-" for standard input, or a binary file, which need not be seekable.

    OSError if the file cannot be opened; `CaptureError` if it is no capture.
    """
    with contextlib.ExitStack() as undo:
        file, path, size, owned = _file(source)
        if owned:
            undo.callback(file.close)
        reader = _reader(FileSource(file), path, size, limits or CaptureLimits(), file if owned else None)
        undo.pop_all()
        return reader


def create_capture(target: str | os.PathLike[str] | BinaryIO, *, application: str = "", comment: str = "") -> PcapngWriter:
    """Begin a pcapng file at a path, which is overwritten, or in a binary file; OSError if it cannot be opened."""
    from bitwright.capture.writer import PcapngWriter

    return PcapngWriter(target, application=application, comment=comment)


def _file(source: str | os.PathLike[str] | BinaryIO) -> tuple[Any, str, int | None, bool]:
    """The binary file, its name, its size where known, and whether it is ours to close."""
    if isinstance(source, str) and source == "-":
        return sys.stdin.buffer, "<stdin>", _size(sys.stdin.buffer), False
    if isinstance(source, str | os.PathLike):
        file = open(source, "rb", buffering=0)  # noqa: PTH123, SIM115  # closed by the reader
        return file, os.fspath(source), _size(file), True
    if not hasattr(source, "read"):
        raise TypeError(f"a capture is opened from a path or a binary file, not {type(source).__name__}")
    return source, str(getattr(source, "name", "<file>")), _size(source), False


def _size(file: Any) -> int | None:
    """The bytes of a regular file or a buffer in memory; None for a pipe."""
    if isinstance(file, io.BytesIO):
        return len(file.getbuffer())
    try:
        return os.fstat(file.fileno()).st_size or None
    except (AttributeError, OSError, ValueError):
        return None


def _reader(source: Source, path: str, size: int | None, limits: CaptureLimits, owned: Any) -> CaptureReader:
    window = Window(source)
    head = window.extend(0, _MAGIC_SIZE)
    inflating = next((kind for magic, kind in _COMPRESSED.items() if head.startswith(magic)), None)
    if inflating is not None:
        window = Window(inflating(source, head, path, limits))
        head = window.extend(0, _MAGIC_SIZE)
    magic = head[:_MAGIC_SIZE]
    if magic in PCAP_MAGICS:
        return PcapReader(window, path, size, limits, owned)
    if magic == SECTION_MAGIC:
        from bitwright.capture.pcapng_reader import PcapngReader  # its formats take longer to make than many captures to read

        return PcapngReader(window, path, size, limits, owned)
    raise _not_a_capture(window.extend(0, _LONGEST_MAGIC), path)


def _not_a_capture(head: bytes, path: str) -> CaptureError:
    if not head:
        return CaptureError("empty", "the file is empty", path, 0, 1)
    for magic, what in _UNSUPPORTED:
        if head.startswith(magic):
            return CaptureError("unsupported", f"this is {what}", path, 0, 1)
    known = [*PCAP_MAGICS, SECTION_MAGIC]
    if len(head) < _MAGIC_SIZE and any(magic.startswith(head) for magic in known):
        return CaptureError("truncated", f"the file ends after {len(head)} bytes", path, 0, 1)
    return CaptureError("not-a-capture", f"neither pcap nor pcapng: the first bytes are {head[:_LONGEST_MAGIC].hex(' ')}", path, 0, 1)
