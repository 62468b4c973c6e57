"""The routines that write domain names, beside `wire/compression.py` and `wire/names.py`: same bytes, same text, same refusals."""

from __future__ import annotations

import ctypes
import random
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from bitwright.backends.llvm import context, jit
from bitwright.backends.llvm.routines import name_memo, put_names
from bitwright.backends.python import runtime
from bitwright.wire.compression import NameMemo, fit_region
from tests.backends.test_name_routines import _drop_reference

_POINTER, _INT, _OBJECT = ctypes.c_void_p, ctypes.c_int64, ctypes.py_object


class Text(str):
    """A text that is no exact `str`."""

    __slots__ = ()


class Writer:
    """Writes the same through the routines and through the python backend, and compares after each step."""

    def __init__(self, before: int = 0, origin: int = 0) -> None:
        put, fit, memo, room = (jit.address_of_routine(name) for name in ("bw_put_name", "bw_fit", "bw_new_memo", "bw_room"))
        kinds = (_POINTER, _OBJECT, _OBJECT, _OBJECT, _INT, _OBJECT, _INT, _POINTER)
        self._put: Any = ctypes.PYFUNCTYPE(ctypes.c_int, *kinds)(put)
        self._fit: Any = ctypes.PYFUNCTYPE(ctypes.c_int, _POINTER, _OBJECT, _INT, _INT, _INT, _OBJECT)(fit)
        self._room: Any = ctypes.PYFUNCTYPE(_POINTER, _POINTER, _INT)(room)
        self.context, self.stack = (ctypes.c_int64 * context.SIZE)(), ctypes.create_string_buffer(64)
        self._slot("output", ctypes.addressof(self.stack))
        self._slot("capacity", 64)
        self.memo: bytearray = ctypes.PYFUNCTYPE(_OBJECT)(memo)()
        self.out, self.python, self.origin = bytearray(), NameMemo(), origin
        self.octets(bytes(before))

    def _slot(self, name: str, value: int | None = None) -> int:
        index = context.offset_of(name) // 8
        if value is not None:
            self.context[index] = value
        return self.context[index]

    def octets(self, raw: bytes) -> None:
        ctypes.memmove(self._room(self.context, len(raw)), raw, len(raw))
        self.out += raw

    def compare(self) -> None:
        assert ctypes.string_at(self._slot("output"), self._slot("length")) == self.out

    def name(self, text: Any, *, compress: bool = True) -> str | None:
        made = ctypes.c_void_p()
        arguments = (self.context, text, str, put_names.canonical, self.origin, self.memo, compress, ctypes.byref(made))
        try:
            found = None if self._put(*arguments) else ctypes.cast(made, _OBJECT).value
        except runtime.FAILURES:
            found = None
        _drop_reference(made)
        try:
            expected = runtime.put_name(text, self.out, self.origin, self.python, compress)
        except runtime.Fail:
            expected = None
        assert (found, type(found)) == (expected, type(expected))
        self.compare()
        return found

    def fit(self, begin: int, wanted: int) -> bool:
        found = self._fit(self.context, self.memo, self.origin, begin, wanted, name_memo.plan_sizes)
        expected = wanted >= 0 and fit_region(self.out, self.python, self.origin, begin, wanted)
        assert found == int(expected)
        self.compare()
        return expected

    def close(self) -> None:
        if self._slot("array"):
            _drop_reference(self._slot("array"))


TEXTS = [
    ".", "a.", "a", "www.example.com.", "www.example.com", "", "..", "a..", ".a", "a..b.", "é.", "a.\udcff.", "\\é.", "a b.", "a\x7f.",
    "a\\.b.", "a\\\\.", "\\065.", "\\255.", "\\256.", "\\25.", "\\2x5.", "\\x.", "\\", "a\\", "a.\\", "\\065\\066.c.", "$;@().", "\\$\\;.",
    "x" * 63 + ".", "x" * 64 + ".", "\\000" * 63 + ".", "\\000" * 64 + ".", ".".join(["x" * 63] * 3 + ["x" * 61]) + ".",
    ".".join(["x" * 63] * 3 + ["x" * 62]) + ".", "a." * 127, "a." * 128, "x" * 2000, "a.b" + "." * 300, Text("Www.Example."), Text("\\065"),
    None, b"a.", 7,
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:40])
def test_a_text_is_taken_or_refused_as_the_definition_says(text: Any) -> None:
    writer = Writer()
    writer.name(text)
    writer.name(text, compress=False)
    writer.name(text)
    writer.close()


def test_a_canonical_text_is_the_object_that_was_given() -> None:
    writer, text = Writer(), "www.example."
    assert writer.name(text) is text
    before = sys.getrefcount(text)
    assert writer.name(text) is text
    assert sys.getrefcount(text) == before
    writer.close()


def test_pointers_lead_no_further_than_they_can() -> None:
    writer = Writer(before=0x3FF8)
    for text in ("b.example.", "b.example.", "c.b.example.", "example.", "c.b.example."):
        writer.name(text)
    writer.close()


def test_a_memo_grows_as_far_as_it_must() -> None:
    writer = Writer(origin=3, before=3)
    for number in range(700):
        writer.name(f"host-{number}.department-{number % 7}.example.com.")
    for number in range(0, 700, 13):
        writer.name(f"mail.host-{number}.department-{number % 7}.example.com.")
    writer.close()


def labels(random_: random.Random) -> Iterator[str]:
    while True:
        often = random_.choice(["a", "b", "www", "example", "com", "x" * 63, "y" * 17, "z" * random_.randint(1, 64)])
        rare = "".join(random_.choice(["k", "-", "_", "$", "\\065", "\\.", "\\\\", "\\000", "\\256", "é", " "]) for _ in range(3))
        yield often if random_.random() < 0.8 else rare


def region(writer: Writer, random_: random.Random, pool: list[str], depth: int) -> int:
    """Write names and other bytes, until they fit or cannot be made to; how many were taken back."""
    begin, wanted, taken = len(writer.out), -2, 0
    count = random_.choice([0, 1, 2, 3] * 8 + [66 >> 6 * depth])
    steps = [(random_.choice(pool), random_.random() < 0.8, random_.random() < 0.2) for _ in range(count)]
    while True:
        for text, compress, nested in steps:
            if nested and depth < 2:
                taken += region(writer, random_, pool, depth + 1)
            writer.name(text, compress=compress)
            writer.octets(b"...")
        if wanted == -2:
            wanted = max(-1, len(writer.out) - begin + random_.choice([0, 0, 2, 4, -2, 9, 11, -11, random_.randint(-40, 40)]))
        if not writer.fit(begin, wanted):
            return taken
        taken += 1


@pytest.mark.parametrize("seed", range(6))
def test_names_are_written_as_the_definition_says_whatever_was_written_before(seed: int) -> None:
    random_, taken = random.Random(seed), 0
    texts = labels(random_)
    for _ in range(40):
        pool = [".".join(next(texts) for _ in range(random_.choice([1, 2, 3, 4]))) + "." for _ in range(random_.choice([3, 20]))]
        before = random_.choice([0, 12, 0x3F00])
        writer = Writer(before, random_.choice([0, min(before, 12)]))
        for _ in range(10):
            taken += region(writer, random_, pool, 0)
        writer.close()
    assert taken > 3
