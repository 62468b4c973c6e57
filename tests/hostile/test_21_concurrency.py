"""Class 21: a caller who changes the buffer while it is read, or lets it go: a value or a typed error; never memory that is not there."""

from __future__ import annotations

import sys
import threading
from typing import Any

import pytest

from bitwright import ParseError
from tests.hostile.messages import Frame, frame


def test_a_buffer_that_changes_while_it_is_read(engine: str) -> None:
    buffer = bytearray(frame().build())
    original, going = bytes(buffer), True

    def disturb() -> None:
        at = 0
        while going:
            at = (at * 5 + 1) % len(buffer)
            buffer[at] ^= 0xFF
            buffer[at] ^= 0xFF

    codec: Any = Frame.codec(engine)
    outcomes = {"value": 0, "error": 0}
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        for _ in range(300):
            try:
                codec.parse(buffer)
                outcomes["value"] += 1
            except ParseError:
                outcomes["error"] += 1
    finally:
        going = False
        thread.join()
        sys.setswitchinterval(interval)
    assert sum(outcomes.values()) == 300
    assert bytes(buffer) == original
    assert codec.parse(buffer) == codec.parse(original)


def test_values_do_not_change_with_the_buffer(engine: str) -> None:
    buffer = bytearray(frame().build())
    value: Any = Frame.codec(engine).parse(buffer)
    before = value.build()
    buffer[:] = bytes(len(buffer))
    assert value.build() == before


def test_a_view_that_was_released(engine: str) -> None:
    view = memoryview(frame().build())
    view.release()
    with pytest.raises(ValueError, match="released"):
        Frame.codec(engine).parse(view)


def test_a_buffer_can_be_resized_after_reading(engine: str) -> None:
    """No view of it is held."""
    buffer = bytearray(frame().build())
    value = Frame.codec(engine).parse(buffer)
    buffer.clear()
    assert value == frame().resolved()
