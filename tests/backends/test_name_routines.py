"""The routines that read domain names, beside `wire/names.py`, which says what they do: same text, same position, same refusals."""

from __future__ import annotations

import ctypes
import mmap
import random
import sys
from collections.abc import Iterator
from typing import Any, Final

import pytest

from bitwright import Limits, Name, ParseError, Struct, array, domain_name
from bitwright.backends.llvm import jit
from bitwright.backends.llvm.emit import emit_program
from bitwright.backends.llvm.routines import names_table
from bitwright.backends.python.runtime import FAILURES, Fail
from bitwright.codec import codec_of
from bitwright.lower.facts import Options
from bitwright.wire.names import Memo, NameFault, name_end, read_name

_PAGES: Final = 8
_POINTER, _INT = ctypes.c_void_p, ctypes.c_int64
_drop_reference = ctypes.PYFUNCTYPE(None, ctypes.c_void_p)(("Py_DecRef", ctypes.pythonapi))

Found = tuple[str, int] | None


class Reader:
    """Reads names through the routine; every input ends where a page begins that nobody may read."""

    def __init__(self) -> None:
        self.memory = mmap.mmap(-1, mmap.PAGESIZE * (_PAGES + 1))
        begin = ctypes.addressof(ctypes.c_char.from_buffer(self.memory))
        self.edge = begin + mmap.PAGESIZE * _PAGES
        assert ctypes.CDLL(None).mprotect(ctypes.c_void_p(self.edge), mmap.PAGESIZE, 0) == 0
        self.table = (ctypes.c_int64 * (names_table.TABLE_SIZE // 8))()
        read, end, drop = (jit.address_of_routine(name) for name in ("bw_read_name", "bw_name_end", "bw_drop_names"))
        self._read: Any = ctypes.PYFUNCTYPE(ctypes.c_int, _POINTER, _INT, _INT, _INT, _POINTER, _INT, _POINTER, _POINTER)(read)
        self._end: Any = ctypes.PYFUNCTYPE(ctypes.c_int, _POINTER, _INT, _INT, _POINTER)(end)
        self._drop: Any = ctypes.PYFUNCTYPE(None, _POINTER)(drop)
        self.data = 0

    def place(self, data: bytes) -> None:
        """What is read from now on."""
        self.forget()
        self.data = self.edge - len(data)
        ctypes.memmove(self.data, data, len(data))

    def read(self, position: int, end: int, origin: int, hops: int) -> Found:
        text, after = ctypes.c_void_p(), ctypes.c_int64()
        status = self._read(self.data, position, end, origin, self.table, hops, ctypes.byref(text), ctypes.byref(after))
        assert status == (0 if text.value else -1)
        if text.value is None:
            return None
        made = ctypes.cast(text, ctypes.py_object).value
        _drop_reference(text)
        return made, after.value

    def end(self, position: int, end: int) -> int | None:
        after = ctypes.c_int64()
        return after.value if self._end(self.data, position, end, ctypes.byref(after)) == 0 else None

    def forget(self) -> None:
        self._drop(self.table)

    def close(self) -> None:
        self.forget()
        assert ctypes.CDLL(None).mprotect(ctypes.c_void_p(self.edge), mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_WRITE) == 0


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    if not sys.platform.startswith("linux"):
        pytest.skip("pages are protected as Linux does it")
    made = Reader()
    yield made
    made.close()


def said(data: bytes, position: int, end: int, origin: int, memo: Memo, hops: int) -> Found:
    try:
        return read_name(data, position, end, origin, memo, hops)
    except NameFault:
        return None


def said_end(data: bytes, position: int, end: int) -> int | None:
    try:
        return name_end(data, position, end)
    except NameFault:
        return None


def plain(*labels: bytes) -> bytes:
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


LONGEST = plain(*[b"x" * 63] * 3, b"x" * 61)
CASES = {
    "root": (plain(), 0),
    "one letter": (plain(b"a"), 0),
    "plain": (plain(b"www", b"example", b"com"), 0),
    "every byte": (plain(*(bytes(range(low, low + 32)) for low in range(0, 192, 32))), 0),
    "the other bytes": (plain(bytes(range(192, 224)), bytes(range(224, 256))), 0),
    "nothing but escapes": (plain(*[b"\0" * 63] * 3, b"\0" * 61), 0),
    "longest": (LONGEST, 0),
    "too long": (plain(*[b"x" * 63] * 3, b"x" * 62), 0),
    "longest, and a pointer to the root": (b"\0" + LONGEST[:-1] + b"\xc0\0", 1),
    "too long by a pointer": (plain(b"a") + LONGEST[:-1] + b"\xc0\0", 3),
    "reserved label": (b"\x40" + bytes(80), 0),
    "pointer to itself": (b"\xc0\0", 0),
    "pointer forward": (b"\xc0\2\0", 0),
    "half a pointer": (b"\0\xc0", 1),
    "a run that ends behind the pointer to it": (b"\2ab\xc0\0", 3),
    "a pointer from a label on that the run before began earlier than": (b"\4abcd\1x\0\1y\xc0\1", 8),
}


@pytest.mark.parametrize("case", CASES)
def test_names_are_read_as_the_definition_says_at_every_end(case: str, reader: Reader) -> None:
    data, start = CASES[case]
    for stop in range(len(data) + 1):
        reader.place(data[:stop])
        for end in {stop, max(0, stop - 1)}:
            for hops in (64, 1, 0):
                if start <= end:
                    assert reader.read(start, end, 0, hops) == said(data[:stop], start, end, 0, {}, hops)
                    assert reader.end(start, end) == said_end(data[:stop], start, end)


def test_a_pointer_to_what_was_read_gives_the_same_object(reader: Reader) -> None:
    data = plain(b"www", b"example") + b"\xc0\0" * 3
    reader.place(data)
    first, after = reader.read(0, len(data), 0, 64) or ("", 0)
    for at in (after, after + 2, after + 4):
        again = reader.read(at, len(data), 0, 64)
        assert again is not None
        assert again[0] is first
    assert sys.getrefcount(first) == 4  # `first`, what was read last, the table's, and the argument
    reader.forget()
    assert sys.getrefcount(first) == 3


def messages(random_: random.Random) -> Iterator[tuple[bytes, int, list[int]]]:
    """Bytes that are mostly names with pointers into each other, where pointers count from, and where names may begin."""
    out, starts = bytearray(random_.randbytes(random_.choice([0, 12]))), list[int]()
    origin = random_.choice([0, len(out)])
    for _ in range(random_.choice([2, 8, 40])):
        for _ in range(random_.choice([0, 1, 2, 3, 12])):
            starts.append(len(out))
            size = random_.choice([1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63])
            letters = b"abcdefghijklmnopqrstuvwxyz-_ABC0123456789" if random_.random() < 0.8 else bytes(range(256))
            out += bytes([size]) + bytes(random_.choices(letters, k=size))
        starts.append(len(out))
        to = random_.choice(starts[-random_.choice([2, 5, 1000]) :]) - origin + random_.choice([0] * 20 + [-1, 1])
        out += (0xC000 | to & 0x3FFF).to_bytes(2, "big") if random_.random() < 0.7 else b"\0"
    yield bytes(out), origin, starts
    for _ in range(3):
        at = random_.randrange(len(out))
        out[at] = random_.choice([0, 1, 0x3F, 0x40, 0xC0, random_.randrange(256)])
        yield bytes(out), origin, starts
    yield bytes(out[: random_.randrange(len(out))]), origin, starts


@pytest.mark.parametrize("seed", range(10))
def test_names_are_read_as_the_definition_says_whatever_was_read_before(seed: int, reader: Reader) -> None:
    random_, names, good = random.Random(seed), 0, 0
    while names < 2_000:
        for data, origin, starts in messages(random_):
            reader.place(data)
            memo, remembers, hops = dict[int, Any](), random_.random() < 0.7, random_.choice([64, 64, 3, 1, 0, 1 << 40])
            for position in starts:
                end = random_.choice([len(data), random_.randint(0, len(data))])
                other = random_.choice([origin] * 9 + [random_.randint(0, len(data))])
                expected = said(data, position, end, other, {}, hops)
                assert reader.read(position, end, other, hops) == expected
                assert reader.end(position, end) == said_end(data, position, end)
                if other == origin:
                    assert said(data, position, end, origin, memo, hops) == expected
                if not remembers:
                    reader.forget()
                names, good = names + 1, good + (expected is not None)
    assert good > 200


class Owners(Struct):
    """A chain of pointers, each to the one before."""

    names: list[Name] = array(domain_name())


CHAIN = b"\1a\0" + b"".join((0xC000 | max(0, 2 * number - 1)).to_bytes(2, "big") for number in [0, *range(2, 1_500)])


@pytest.mark.parametrize("hops", [64, 1_000, 1_001, 1_498, 1_499, 10**6, 1 << 70])
def test_chains_of_pointers_are_followed_as_far_as_the_limit_says(hops: int) -> None:
    limits, found = Limits(pointer_hops=hops), []
    for engine in ("llvm", "interp"):
        try:
            found.append(Owners.codec(engine).parse(CHAIN, limits=limits).names)
        except ParseError as error:
            found.append((error.code, error.problem.bit_offset))
    assert found[0] == found[1] == (["a."] * 1_500 if hops >= 1_499 else ("too-many-hops", 8 * (3 + 2 * hops)))


@pytest.mark.parametrize(("hops", "in_machine_code"), [(1_000, True), (1_001, False)])
def test_python_reads_names_whose_chains_may_be_longer_than_the_table_helps_with(hops: int, in_machine_code: bool) -> None:
    program = codec_of(Owners, "llvm").optimized(options=Options(limits=Limits(pointer_hops=hops)).lowered())
    assert ("bw_read_name" in emit_program(program, FAILURES, Fail, print).text) == in_machine_code
