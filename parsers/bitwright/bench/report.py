"""What measuring gives: plain data, with a form in JSON.

Promise: times are seconds and sizes bytes, of one message each, whatever text makes of them.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One contender of an operation.

    `seconds` is the first decile of its turns, `lower`, `median` and `upper` are their quartiles.  `relative` is its time beside that
    of the first row.  Allocations are of the results: how many blocks of memory one consists of, and how many bytes; `peak_bytes` is
    held at most while one is made, None where that is not known of one message.  `fields` are what a rival's results were compared in.
    """

    contender: str
    engine: str | None
    seconds: float
    lower: float
    median: float
    upper: float
    rounds: int
    messages_per_second: float
    bytes_per_second: float
    relative: float
    allocated_blocks: float
    allocated_bytes: float
    peak_bytes: float | None
    fields: list[str] | None = None


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured of one operation, and why what is missing is.

    `processor_share` is which part of the time this process had a processor: where others had it too, times are too long.
    """

    name: str
    rows: list[Row]
    notes: list[str]
    processor_share: float | None


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What one field costs, in one message on average.

    `path` names it as `only=` does.  `count` is how often it is there, `bytes` what it takes on the wire, `ops` how many steps the
    program as lowered does in it, what lies in it included.  `seconds` is by how much the whole takes longer with it than without it,
    give or take `error`; None where that cannot be measured, and `why` says so.
    """

    path: str
    depth: int
    count: float
    bytes: float
    ops: float
    seconds: float | None
    error: float | None
    why: str = ""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """Where the time of an operation goes, field by field: `rest` is what no field accounts for."""

    operation: str
    engine: str
    seconds: float
    rest: float
    ops: float
    costs: list[Cost]
    note: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Measurements of one format."""

    spec: str
    messages: int
    bytes: int
    source: str
    operations: list[Operation]
    profiles: list[Profile]
    versions: dict[str, str]
    machine: str

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    def json(self) -> str:
        """As JSON, in ASCII."""
        return json.dumps(self.to_dict(), indent=2)
