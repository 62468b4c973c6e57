"""Rows as text: one line a packet, for reading and for grep.

``number time from > to protocols summary``: the addresses are those of the innermost layer that has
fields called `src` and `dst`, the ports those of one with `src_port` and `dst_port`, so any
declared protocol that uses these names is shown as it should be.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from bitwright.cli.output import Output
from bitwright.cli.terminal import Style
from bitwright.escaping import printable
from bitwright.seeing.summary import summary
from bitwright.values import Address

if TYPE_CHECKING:
    from bitwright.stack import Row

ENDPOINTS = ("src", "dst", "src_port", "dst_port")
_STATUS_STYLE = {"malformed": "bad", "cut": "warn", "unknown": "warn"}


class TextLines:
    """Writes rows to an output as lines of text."""

    def __init__(self, output: Output, style: Style, time: str) -> None:
        self._output = output
        self._style = style
        self._clock = Clock(time)

    def row(self, row: Row) -> None:
        """Write one packet's line."""
        self._output.line(self.text(row))

    def text(self, row: Row) -> str:
        """One packet's line."""
        style = self._style
        ends = endpoints(row)
        chain = "/".join(layer.name for layer in row.layers) or f"link type {row.link_type}"
        parts = [f"{row.number:>6}", style("faint", self._clock.text(row.time_ns)), ends, style("name", chain)]
        if row.status != "ok":
            parts.append(style(_STATUS_STYLE[row.status], row.status))
        parts.append(trouble(row) if row.error else _content(row, ENDPOINTS if ends else ()))
        if row.findings:
            parts.append(style("warn", "! " + ", ".join(f"{finding.code} {finding.path}".rstrip() for finding in row.findings)))
        return "  ".join(part for part in parts if part)


class Clock:
    """Packet times as text, in UTC."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._first: int | None = None

    def text(self, time_ns: int | None) -> str:
        """The time of a packet; a dash where the capture has none."""
        if time_ns is None:
            return "-"
        if self._first is None:
            self._first = time_ns
        if self._kind == "epoch":
            return _seconds(time_ns)
        if self._kind == "relative":
            return _seconds(time_ns - self._first)
        seconds, ns = divmod(time_ns, 1_000_000_000)
        try:
            moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
        except (ValueError, OverflowError, OSError):  # a year that calendars do not have
            return _seconds(time_ns)
        shown = f"{moment:%H:%M:%S}" if self._kind == "clock" else f"{moment:%Y-%m-%d %H:%M:%S}"
        return f"{shown}.{ns // 1000:06}"


def _seconds(time_ns: int) -> str:
    sign = "-" if time_ns < 0 else ""
    seconds, ns = divmod(abs(time_ns), 1_000_000_000)
    return f"{sign}{seconds}.{ns // 1000:06}"


def endpoints(row: Row) -> str:
    """From whom to whom."""
    addresses: tuple[Any, Any] | None = None
    ports: tuple[Any, Any] | None = None
    for layer in row.layers:
        value = layer.value
        if value is None:
            continue
        source, target = getattr(value, "src", None), getattr(value, "dst", None)
        if isinstance(source, Address) and isinstance(target, Address):
            addresses, ports = (source, target), None
        source, target = getattr(value, "src_port", None), getattr(value, "dst_port", None)
        if source is not None and target is not None:
            ports = (source, target)
    if addresses is None:
        return ""
    if ports is None:
        return f"{addresses[0]} > {addresses[1]}"
    return " > ".join(_with_port(str(address), port) for address, port in zip(addresses, ports, strict=True))


def _with_port(address: str, port: Any) -> str:
    return f"[{address}]:{int(port)}" if ":" in address else f"{address}:{int(port)}"


def trouble(row: Row) -> str:
    """The error of a row in one piece: where, what, why."""
    error = row.error
    if error is None:
        return ""
    where = f"{error.layer}.{error.path}" if error.path else error.layer
    place = "" if error.byte_offset is None else f" at byte {error.byte_offset}"
    culprit = f", because {error.culprit}" if error.culprit else ""
    return printable(f"{where}{place}: {error.problem.message}{culprit} [{error.code}]")


def _content(row: Row, without: Collection[str]) -> str:
    """The summary of the topmost layer, or of all the messages of a stream."""
    if not row.layers:
        return ""
    top = row.layers[-1]
    messages = [layer.value for layer in row.layers if layer.name == top.name and layer.value is not None]
    line = " | ".join(summary(value, without) for value in messages)
    carried = top.value.__bitwright__.payload if top.value is not None else None
    size = len(getattr(top.value, carried.name)) if carried else 0
    return f"{line} +{size} bytes".lstrip() if size else line
