"""Class 21: a caller who changes the buffer while it is read, or lets it go: a value or a typed error; never memory that is not there."""

from __future__ import annotations

import mmap
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from bitwright import Cursor, FieldCodec, ParseError, Struct, array, auto, coded, raw, u8, variant
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


# --- one look at each byte ---------------------------------------------------------------------


class Part(Struct):
    """What a tag chooses."""


class Short(Part, tag=1):
    """Two bytes."""

    word: bytes = raw(size=2)


class Long(Part, tag=2):
    """As many as the length says, with the length beside them."""

    size: int = u8()
    words: bytes = raw(size=size)


class Twice(Struct):
    """Numbers that decide what is read later: whoever looks at one of them again may see another."""

    size: int = u8()
    count: int = u8()
    kind: int = auto(u8())
    body: bytes = raw(size=size)
    items: list[int] = array(u8(), count=count)
    part: Part = variant(Part, on=kind)
    end: bytes = raw()


LOW, HIGH = b"\x03\x02\x01", b"\xc8\x90\x02"  # two headers of `Twice`, each right for what follows


def is_of_one_piece(value: Any) -> bool:
    """Whether every part is as its number says, whichever of the two that was."""
    return (
        len(value.body) == value.size
        and len(value.items) == value.count
        and type(value.part) is {1: Short, 2: Long}[value.kind]
        and (not isinstance(value.part, Long) or len(value.part.words) == value.part.size)
    )


FLIP = """
import mmap, sys
with open(sys.argv[1], "r+b") as file, mmap.mmap(file.fileno(), 0) as view:
    low, high = bytes.fromhex(sys.argv[2]), bytes.fromhex(sys.argv[3])
    print(flush=True)
    while view[-1] == 0:
        for _ in range(5000):
            view[0] = low[0]; view[1] = low[1]; view[2] = low[2]
            view[0] = high[0]; view[1] = high[1]; view[2] = high[2]
"""


def test_no_byte_is_looked_at_twice(engine: str, tmp_path: Path) -> None:
    """Another process changes lengths, counts and tags in shared memory all the time: what is read is of one piece, whenever it was read.

    The interpreter lock keeps other threads away, but not other processes; machine code reads such memory where it lies.
    """
    file = tmp_path / "shared"
    file.write_bytes(LOW + bytes(600))
    codec: Any = Twice.codec(engine)
    seen: set[tuple[int, int, int]] = set()
    flipping = [sys.executable, "-c", FLIP, str(file), LOW.hex(), HIGH.hex()]
    with (
        file.open("r+b") as opened, mmap.mmap(opened.fileno(), 0) as view,
        subprocess.Popen(flipping, stdout=subprocess.PIPE) as other,
    ):  # fmt: skip
        try:
            assert other.stdout is not None
            other.stdout.readline()
            for turn in range(200_000):
                value = codec.parse_prefix(view)[0]
                assert is_of_one_piece(value), value
                seen.add((value.size, value.count, value.kind))
                if len(seen) > 3 and turn > 2000:
                    break
        finally:
            view[-1] = 1
    assert len(seen) > 1, "nothing was changed meanwhile"


class Meddling(FieldCodec[int]):
    """Code of a format's author, run in the middle of a message, that changes the buffer."""

    buffer = bytearray()

    def parse(self, cursor: Cursor) -> int:
        """One byte; then there are others."""
        found = cursor.take(1)[0]
        self.buffer[:] = b"\xff" * len(self.buffer)
        return found

    def build(self, value: int, out: bytearray) -> None:
        """The byte."""
        out.append(value)


class Meddled(Struct):
    """A length, the meddler, and what the length is of."""

    size: int = auto(u8())
    meddler: int = coded(Meddling())
    body: bytes = raw(size=size)
    after: int = u8()


@pytest.mark.parametrize("method", ["parse", "parse_prefix", "check"])
def test_a_buffer_that_changes_in_the_middle_of_a_message(method: str, engine: str) -> None:
    """Where a format runs its author's code, the message is what it was before the first byte was looked at."""
    data = b"\x03\x07abc\x09"
    Meddling.buffer = bytearray(data)
    found = getattr(Meddled.codec(engine), method)(Meddling.buffer)
    value = found if method == "parse" else found[0]
    assert value == Meddled.parse(data)
    assert Meddling.buffer == b"\xff" * len(data)
