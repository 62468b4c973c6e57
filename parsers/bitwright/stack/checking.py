"""Checksums, reserved bits and padding of one layer, for a walk that was asked to check.

Promise: only complete layers are checked.  A pseudo-header comes from the nearest layer below whose
class has a method `pseudo_header(protocol, length) -> bytes`; without one, no checksum is judged.
"""

from __future__ import annotations

import struct
from typing import Any

import msgspec

from bitwright.errors import Finding, ParseError
from bitwright.stack import trouble
from bitwright.stack.plan import PSEUDO_HEADER, Step
from bitwright.stack.row import Row


def examine(row: Row, step: Step, data: bytes, begin: int, used: int, base: int, protocol: int) -> None:
    """Add what is wrong with the layer just read, which uses `data[begin:begin + used]`, to the row's findings."""
    if begin + used > len(data):
        return
    parameters: dict[str, Any] = {}
    judged = True
    if step.wants(PSEUDO_HEADER):
        header = _pseudo_header(row, protocol, used)
        judged = header is not None
        if header is not None:
            parameters[PSEUDO_HEADER] = header
    try:
        found = step.findings(data[begin : begin + used], parameters)
    except ParseError as error:
        trouble.failed(row, step, error, used, base + begin, 0)
        return
    for finding in found:
        if judged or finding.code != "checksum":
            row.findings.append(_moved(finding, step.name, base + begin))


def _pseudo_header(row: Row, protocol: int, length: int) -> bytes | None:
    for layer in reversed(row.layers[:-1]):
        make = getattr(layer.value, PSEUDO_HEADER, None)
        if make is not None:
            try:
                made: bytes = make(int(protocol), length)
            except (OverflowError, ValueError, struct.error):
                return None  # a segment longer than the pseudo-header can say, as offloading leaves them
            return made
    return None


def _moved(finding: Finding, layer: str, base: int) -> Finding:
    return msgspec.structs.replace(finding, path=f"{layer}.{finding.path}", bit_offset=finding.bit_offset + 8 * base)
