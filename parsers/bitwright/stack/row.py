"""What decoding one packet gives: a row with its layers, whatever the packet's bytes.

Promise: every packet has a row.  `status` is

* ``ok``: every layer was read, up to one that has no binding for what it carries;
* ``cut``: the capture kept fewer bytes than the frame had, and a layer lacks some of the missing ones;
* ``malformed``: a layer does not fit its format, or announces more bytes than the frame had;
* ``unknown``: no layer is registered for the packet's link type, so nothing was read.

`cut` and `malformed` rows have an `error` with layer, path and offset; the layers before it, and
the fields of the failing layer that were read before it, are in `layers`.
"""

from __future__ import annotations

import abc
from typing import Any, Literal, Protocol, TypeAlias

import msgspec

from bitwright.errors import Finding
from bitwright.stack.errors import LayerError
from bitwright.struct_ import Struct

Status: TypeAlias = Literal["ok", "cut", "malformed", "unknown"]
STATUSES: tuple[Status, ...] = ("ok", "cut", "malformed", "unknown")


class PacketLike(Protocol):
    """What a packet must offer to be decoded; `bitwright.capture.Packet` does."""

    @property
    @abc.abstractmethod
    def number(self) -> int:
        """Its place in the capture, from 1."""

    @property
    @abc.abstractmethod
    def timestamp_ns(self) -> int | None:
        """Nanoseconds since 1970-01-01 UTC, or None where the capture has no time."""

    @property
    @abc.abstractmethod
    def interface(self) -> int:
        """The index of the interface it was seen on."""

    @property
    @abc.abstractmethod
    def link_type(self) -> int:
        """The type of its first layer."""

    @property
    @abc.abstractmethod
    def captured(self) -> int:
        """Bytes kept."""

    @property
    @abc.abstractmethod
    def original(self) -> int:
        """Bytes the frame had."""

    @property
    @abc.abstractmethod
    def data(self) -> bytes:
        """The bytes kept."""


class Layer(msgspec.Struct):
    """One layer: its name, the packet's byte it begins at, and its value.

    `value` is None where the layer could not be read; then `partial` has the fields read before the error.
    It is also None where a `plain` walker read a layer that nothing lies above: then `plain` has its plain data.
    """

    name: str
    offset: int
    value: Struct | None
    partial: dict[str, Any] | None = None
    plain: dict[str, Any] | None = None


class Row(msgspec.Struct):
    """One decoded packet; see the module's text for `status`."""

    number: int
    time_ns: int | None
    interface: int
    link_type: int
    captured: int
    original: int
    status: Status
    layers: list[Layer]
    findings: list[Finding]
    error: LayerError | None = None
