"""Reading pcapng files: any number of sections, each with its byte order, interfaces and link types.

Promise: every whole packet before damage is delivered, then one `CaptureError`.  Blocks that carry no
packets are skipped, those of unknown types too; of every block both lengths are checked.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple, TypeAlias, TypeVar

from bitwright.capture import pcapng_format as ng
from bitwright.capture import pcapng_options as options
from bitwright.capture.errors import CaptureError
from bitwright.capture.packet import CaptureLimits, Interface, Packet, Section
from bitwright.capture.reader import CaptureReader
from bitwright.capture.window import Window
from bitwright.errors import ParseError


class _Order(NamedTuple):
    """The formats in one byte order."""

    header: type[ng.BlockHeader]
    block: type[ng.Block]
    name: Literal["little", "big"]
    section: type[ng.SectionHeaderStart]
    interface: type[ng.InterfaceDescriptionStart]
    enhanced: type[ng.EnhancedPacketStart]
    packet: type[ng.PacketBlockStart]


_LITTLE: Final = _Order(
    ng.LittleBlockHeader, ng.LittleBlock, "little", ng.LittleSectionHeaderStart, ng.LittleInterfaceDescriptionStart,
    ng.LittleEnhancedPacketStart, ng.LittlePacketBlockStart,
)  # fmt: skip
_BIG: Final = _Order(
    ng.BigBlockHeader, ng.BigBlock, "big", ng.BigSectionHeaderStart, ng.BigInterfaceDescriptionStart,
    ng.BigEnhancedPacketStart, ng.BigPacketBlockStart,
)  # fmt: skip
_ORDERS: Final = {ng.BYTE_ORDER_MAGIC.to_bytes(4, "little"): _LITTLE, ng.BYTE_ORDER_MAGIC.to_bytes(4, "big"): _BIG}

_SECTION = int(ng.BlockType.SECTION_HEADER)
_ENHANCED = int(ng.BlockType.ENHANCED_PACKET)
_PACKET = int(ng.BlockType.PACKET)
_WITH_START: Final = frozenset((_ENHANCED, _PACKET))
_SIMPLE = int(ng.BlockType.SIMPLE_PACKET)
_INTERFACE = int(ng.BlockType.INTERFACE_DESCRIPTION)

_HEADER_SIZE: Final = 8
_INTERFACE_START: Final = 8
_EMPTY_BLOCK: Final = 12  # type, length and length
_SECTION_START: Final = 16
_PACKET_START: Final = 20  # of an Enhanced Packet Block and of a Packet Block
_NANOSECONDS: Final = 1_000_000_000

_OPTIONS_END: Final = 0
_CLOCK_OPTIONS: Final[Mapping[int, type[options.InterfaceOptionBody]]] = {
    options.InterfaceOptionCode.TIME_RESOLUTION: options.TimeResolution,
    options.InterfaceOptionCode.TIME_OFFSET: options.TimeOffset,
    options.InterfaceOptionCode.FCS_LENGTH: options.FCSLength,
}
_SECTION_TEXTS: Final[Mapping[int, str]] = {
    options.SectionOptionCode.HARDWARE: "hardware",
    options.SectionOptionCode.OS: "os",
    options.SectionOptionCode.APPLICATION: "application",
}
_INTERFACE_TEXTS: Final[Mapping[int, str]] = {
    options.InterfaceOptionCode.NAME: "name",
    options.InterfaceOptionCode.DESCRIPTION: "description",
    options.InterfaceOptionCode.OS: "os",
    options.InterfaceOptionCode.HARDWARE: "hardware",
}

Described = TypeVar("Described", Interface, Section)
BlockPlace: TypeAlias = tuple[int, bytes, int, int]


class PcapngReader(CaptureReader):
    """A pcapng file; the window stands at its first byte."""

    format = "pcapng"

    def __init__(self, window: Window, path: str, size: int | None, limits: CaptureLimits, owned: Any) -> None:
        super().__init__(window, path, size, limits, owned)
        self._section = -1
        # Number of an interface in its section → index in `interfaces`, link type, and ticks * a // b + c nanoseconds.
        self._clocks: list[tuple[int, int, int, int, int]] = []
        self._order = _LITTLE
        self._set_order(self._need(0, _EMPTY_BLOCK, "section header"), 0)

    def _need(self, position: int, needed: int, what: str) -> bytes:
        """Data from `position` on, of at least `needed` bytes."""
        data = self._window.extend(position, needed)
        if len(data) < needed:
            self._fail("truncated", f"the file ends inside a {what}: {needed} bytes are needed, {len(data)} are there", 0)
        return data

    def _set_order(self, data: bytes, position: int) -> None:
        """A section begins: its mark says the byte order."""
        mark = data[position + 8 : position + 12]
        if mark not in _ORDERS:
            self._fail("byte-order", f"the byte order mark of a section is {mark.hex()}, not 1a2b3c4d in either order", position + 8)
        self._order = _ORDERS[mark]
        self._parse_header = self._order.header.codec().layer_parser()
        self._parse_enhanced = self._order.enhanced.codec().layer_parser()
        self._parse_packet = self._order.packet.codec().layer_parser()

    def _blocks(self) -> Iterator[BlockPlace]:
        """Every block: its type, the data it lies in, and where it begins and ends there."""
        window, limit = self._window, self._limits.block
        data, position = window.data, 0
        end = len(data)
        while True:
            if position + _HEADER_SIZE > end:
                data = window.extend(position, _HEADER_SIZE)
                position, end = 0, len(data)
                if not end:
                    return
                if end < _HEADER_SIZE:
                    self._fail("truncated", f"the file ends inside a block header: {_HEADER_SIZE} bytes are needed, {end} are there", 0)
            header, _ = self._parse_header(data, position)
            if header.block_type == _SECTION:
                data = self._need(position, _EMPTY_BLOCK, "section header")
                position, end = 0, len(data)
                self._set_order(data, position)
                header, _ = self._parse_header(data, position)
            length = header.total_length
            if length < _EMPTY_BLOCK or length % 4 or length > limit:
                allowed = f"a multiple of 4 from {_EMPTY_BLOCK} to {limit}"
                self._fail("block-length", f"a block's length is {length}, which is not {allowed}", position + 4)
            stop = position + length
            if stop > end:
                data = self._need(position, length, "block")
                position, stop, end = 0, length, len(data)
            if data[stop - 4 : stop] != data[position + 4 : position + 8]:
                self._fail("block-length", f"a block's first length is {length}, but its second one differs", stop - 4)
            yield header.block_type, data, position, stop
            position = stop

    def _read(self) -> Iterator[Packet]:
        clocks = self._clocks
        number = 0
        for kind, data, position, stop in self._blocks():
            if kind in _WITH_START:
                begin = position + _HEADER_SIZE + _PACKET_START
                if begin + 4 > stop:
                    self._fail("packet-length", f"a packet block of {stop - position} bytes is too short", position + 4)
                start, _ = (self._parse_enhanced if kind == _ENHANCED else self._parse_packet)(data, position + _HEADER_SIZE)
                captured = start.captured
                if begin + captured + 4 > stop:
                    self._too_long(captured, stop - 4 - begin, position)
                if start.interface >= len(clocks):
                    self._no_interface(start.interface, position)
                interface, link_type, multiplier, divisor, offset_ns = clocks[start.interface]
                ticks = start.timestamp_high << 32 | start.timestamp_low
                time_ns = ticks * multiplier // divisor + offset_ns
                packet = Packet(number + 1, time_ns, interface, link_type, captured, start.original, data[begin : begin + captured])
            elif kind == _SIMPLE:
                packet = self._simple(number + 1, data, position, stop)
            else:
                if kind == _SECTION:
                    self._begin_section(data, position, stop)
                elif kind == _INTERFACE:
                    self._add_interface(data, position, stop)
                continue
            number += 1
            self.packets_read = number
            yield packet

    def _simple(self, number: int, data: bytes, position: int, stop: int) -> Packet:
        """A Simple Packet Block: its captured length follows from the original one and the interface's snap length."""
        if not self._clocks:
            self._no_interface(0, position)
        body: Any = self._parse_block(data, position, stop)
        interface, link_type, *_ = self._clocks[0]
        snap_length = self.interfaces[interface].snap_length
        captured = min(body.original, snap_length) if snap_length else body.original
        if captured > len(body.data):
            self._too_long(captured, len(body.data), position)
        return Packet(number, None, interface, link_type, captured, body.original, body.data[:captured])

    def _begin_section(self, data: bytes, position: int, stop: int) -> None:
        if stop - position < _EMPTY_BLOCK + _SECTION_START:
            self._fail("block-length", f"a section header of {stop - position} bytes is too short", position + 4)
        start: Any
        start, _ = self._order.section.parse_prefix(data, position + _HEADER_SIZE)
        version = (start.version_major, start.version_minor)
        if version not in ((1, 0), (1, 2)):  # 1.2 was written by mistake, and means 1.0
            self._fail("version", f"pcapng version {version[0]}.{version[1]} is not known, only 1.0 is", position + 12)
        self._section += 1
        self._clocks.clear()
        made = Section(self._order.name)
        with contextlib.suppress(CaptureError):  # nothing in them says how to read what follows
            for option in self._options(data, position, position + _HEADER_SIZE + _SECTION_START, stop):
                made = _with_text(made, _SECTION_TEXTS, option)
        self.sections.append(made)

    def _add_interface(self, data: bytes, position: int, stop: int) -> None:
        if stop - position < _EMPTY_BLOCK + _INTERFACE_START:
            self._fail("block-length", f"an interface description of {stop - position} bytes is too short", position + 4)
        start: Any
        start, _ = self._order.interface.parse_prefix(data, position + _HEADER_SIZE)
        made = Interface(start.link_type, start.snap_length, section=self._section, number_in_section=len(self._clocks))
        at = position + _HEADER_SIZE + _INTERFACE_START
        for option in self._options(data, position, at, stop):
            made = self._with_option(made, option, at + 4)
            at += 4 + option.length + -option.length % 4
        common = math.gcd(_NANOSECONDS, made.ticks_per_second)
        clock = (_NANOSECONDS // common, made.ticks_per_second // common, made.offset_seconds * _NANOSECONDS)
        self._clocks.append((len(self.interfaces), made.link_type, *clock))
        self.interfaces.append(made)

    def _options(self, data: bytes, position: int, begin: int, stop: int) -> list[options.Option]:
        """The options of the block at `position`, up to the one that ends them; their values are nobody's business yet."""
        try:
            found = options.Options.codec().parse(data[begin : stop - 4], endian=self._order.name).options
        except ParseError as error:
            self._misfit("block", error, position, begin - position)
        end = next((at for at, option in enumerate(found) if option.code == _OPTIONS_END), len(found))
        return list(found[:end])

    def _with_option(self, interface: Interface, option: options.Option, position: int) -> Interface:
        """The interface with what one option says of it; those that say how to read its packets must make sense."""
        kind = _CLOCK_OPTIONS.get(option.code)
        if kind is None:
            if option.code == options.InterfaceOptionCode.FILTER and option.value[:1] == b"\0":
                return dataclasses.replace(interface, filter=_text(option.value[1:]))
            return _with_text(interface, _INTERFACE_TEXTS, option)
        try:
            body: Any = kind.codec().parse(option.value, endian=self._order.name)
        except ParseError as error:
            self._misfit(f"block, option {option.code}", error, position)
        match body:
            case options.TimeResolution():
                base = 2 if body.is_binary else 10
                return dataclasses.replace(interface, ticks_per_second=base**body.exponent)
            case options.TimeOffset(seconds=seconds):
                return dataclasses.replace(interface, offset_seconds=seconds)
        return dataclasses.replace(interface, fcs_length=body.length)

    def _parse_block(self, data: bytes, position: int, stop: int) -> ng.BlockBody:
        try:
            block: Any = self._order.block.parse(data[position:stop])
        except ParseError as error:
            self._misfit("block", error, position)
        body: ng.BlockBody = block.body
        return body

    def _no_interface(self, number: int, position: int) -> None:
        known = len(self._clocks)
        self._fail("interface", f"a packet is of interface {number}, but its section describes {known} so far", position + _HEADER_SIZE)

    def _too_long(self, captured: int, there: int, position: int) -> None:
        self._fail("packet-length", f"a packet announces {captured} bytes, its block has {there}", position + _HEADER_SIZE)


def _text(value: bytes) -> str:
    return value.decode(errors="backslashreplace")


def _with_text(made: Described, texts: Mapping[int, str], option: options.Option) -> Described:
    """The section or interface with what a text option says of it."""
    if option.code == options.InterfaceOptionCode.COMMENT:
        return dataclasses.replace(made, comments=(*made.comments, _text(option.value)))
    attribute = texts.get(option.code)
    said: dict[str, Any] = {attribute: _text(option.value)} if attribute else {}
    return dataclasses.replace(made, **said)
