"""Reading whole captures in tests: the packets, and the error after them."""

from __future__ import annotations

import io

from bitwright import capture
from bitwright.capture import CaptureError, CaptureLimits, Packet


def read(data: bytes, limits: CaptureLimits | None = None) -> tuple[list[Packet], CaptureError | None]:
    """Every packet, and what ended the reading, if it was not the end of the file."""
    packets: list[Packet] = []
    try:
        with capture.open(io.BytesIO(data), limits=limits) as reader:
            packets.extend(reader)
    except CaptureError as error:
        return packets, error
    return packets, None


def whole(data: bytes) -> list[Packet]:
    """Every packet of a file that has no damage."""
    packets, error = read(data)
    assert error is None
    return packets


def refusal(data: bytes, limits: CaptureLimits | None = None) -> CaptureError:
    """The error of a damaged file."""
    _, error = read(data, limits)
    assert error is not None
    return error
