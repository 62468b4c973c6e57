"""Writing pcapng files, with the formats that reading them has.

Promise: what is written is read back the same by `bitwright.capture.open`, as soon as `packet` has returned, and so is a file
whose writer was killed, up to its last whole block.
"""

from __future__ import annotations

import errno
import os
from types import TracebackType
from typing import Any, BinaryIO, Final, Self, TypeVar

from bitwright.capture import pcapng_format as ng
from bitwright.capture import pcapng_options as options
from bitwright.struct_ import Struct

_NANOSECONDS: Final = 9  # the exponent of a tick
_LATEST: Final = 1 << 64
_TEXTS: Final = 65535  # bytes of an option's value, at most

Made = TypeVar("Made", bound=Struct)


class PcapngWriter:
    """One section, little-endian, with any number of interfaces; times are nanoseconds.

    `target`: a path, which is overwritten, or a binary file, which stays open.  `application`: who writes.  OSError where the
    file cannot be opened, or written.
    """

    def __init__(self, target: str | os.PathLike[str] | BinaryIO, *, application: str = "", comment: str = "") -> None:
        if isinstance(target, str | os.PathLike):
            self._file: Any = open(target, "wb", buffering=0)  # noqa: PTH123, SIM115  # closed by `close`
            self._owned = True
        else:
            self._file, self._owned = target, False
        self._link_types: list[int] = []
        self.packets_written = 0
        try:
            self._begin(application, comment)
        except BaseException:
            self.close()
            raise

    def _begin(self, application: str, comment: str) -> None:
        texts = ((options.SectionOptionCode.APPLICATION, application), (options.SectionOptionCode.COMMENT, comment))
        found = [options.SectionOption(code=code, body=options.SectionText(text=_text(text))) for code, text in texts if text]
        end = options.SectionOption(code=options.SectionOptionCode.END, body=options.UnknownSectionOption())
        self._write(ng.SectionHeader(options=_ended(found, end)))

    def interface(self, link_type: int, *, name: str = "", description: str = "", snap_length: int = 0) -> int:
        """Describe where packets are seen; its index.  `link_type` is a number of the tcpdump group's LINKTYPE registry."""
        code = options.InterfaceOptionCode
        texts = ((code.NAME, name), (code.DESCRIPTION, description))
        found = [options.InterfaceOption(code=each, body=options.InterfaceText(text=_text(text))) for each, text in texts if text]
        found.append(options.InterfaceOption(body=options.TimeResolution(code=_NANOSECONDS)))
        end = options.InterfaceOption(code=code.END, body=options.UnknownInterfaceOption())
        self._write(ng.InterfaceDescription(link_type=link_type, snap_length=snap_length, options=_ended(found, end)))
        self._link_types.append(link_type)
        return len(self._link_types) - 1

    def link_type(self, interface: int) -> int:
        """The link type of an interface."""
        return self._link_types[interface]

    def packet(self, timestamp_ns: int, data: bytes, *, interface: int = 0, original: int | None = None, comment: str = "") -> None:
        """Write a packet of nanoseconds since 1970 UTC; `original` are the bytes the frame had, where `data` are fewer.

        ValueError for an interface that was not described, and for what the format cannot say.
        """
        if not 0 <= interface < len(self._link_types):
            raise ValueError(f"interface {interface} was not described; there are {len(self._link_types)}")
        if not 0 <= timestamp_ns < _LATEST:
            raise ValueError(f"a time of {timestamp_ns} ns since 1970; pcapng has 0 to 2^64 - 1")
        length = len(data) if original is None else original
        if length < len(data):
            raise ValueError(f"original={length} bytes, of which {len(data)} are there")
        found = [options.PacketOption(body=options.PacketComment(text=_text(comment)))] if comment else []
        end = options.PacketOption(code=options.PacketOptionCode.END, body=options.UnknownPacketOption())
        high, low = divmod(timestamp_ns, 1 << 32)
        self._write(
            ng.EnhancedPacket(
                interface=interface, timestamp_high=high, timestamp_low=low, original=length, data=data, options=_ended(found, end)
            )
        )
        self.packets_written += 1

    def close(self) -> None:
        """Close the file, if it was opened here."""
        if self._owned:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _write(self, body: ng.BlockBody) -> None:
        left = memoryview(ng.LittleBlock(body=body).build())
        while left:
            written = self._file.write(left)
            if not written:
                raise BlockingIOError(errno.EAGAIN, "the file has no room now")
            left = left[written:]
        self._file.flush()


def _ended(found: list[Made], end: Made) -> list[Made]:
    """A list of options ends with one that says so; where there is none, nothing is needed."""
    return [*found, end] if found else found


def _text(text: str) -> bytes:
    """UTF-8, whole characters, as much as an option holds."""
    data = text.encode("utf-8", "replace")
    return data if len(data) <= _TEXTS else data[:_TEXTS].decode("utf-8", "ignore").encode()
