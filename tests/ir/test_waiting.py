"""Programs whose input is still arriving: what each op that waits asks for, on every engine, and which programs are refused."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bitwright import DeclarationError, Struct, array, auto, const, domain_name, nested, raw, u8, u16
from bitwright.backends.python import compile_program
from bitwright.backends.python.runtime import FAILURES
from bitwright.errors import ParseError
from bitwright.ir.interp import Machine
from bitwright.ir.ops import OPS
from bitwright.ir.verify import PARSE_ONLY, ProgramError, verify
from bitwright.ir.waiting import SERVE_STREAMS, Buffer, Waiting
from bitwright.lower.facts import Options
from tests.ir.programs import parse_text, read

LIMIT = 20


def ask(text: str, data: bytes, engine: str) -> Any:
    """What a program does with so much input: ("wants", up to where, the least), its values, or "fails"."""
    program = read(text)
    verify(program)
    if engine == "interp":
        machine = Machine(program)
        machine.data = data
        try:
            return machine.run(0, LIMIT)
        except Waiting as waiting:
            return "wants", waiting.wanted, max(waiting.least, machine.least)
        except ParseError as error:
            return "fails", error.code
    buffer = Buffer()
    buffer += data
    try:
        wanted, least = next(compile_program(program, "test")[0]["entry"](buffer, 0, LIMIT))
    except StopIteration as done:
        return [done.value]
    except FAILURES:
        return ("fails",)
    return "wants", wanted, max(wanted, least, buffer.least)


def load(size: int, base: str = "%0", out: str = "%2") -> str:
    return f'{out}: int<0..{256**size - 1}> = load {base} {{offset: 0, bytes: {size}, order: "big"}}\n'


FIRST = "need %0, %1 {size: 1, wait: true}\n"
NEED = parse_text("need %0, %1 {size: 2, wait: true, more: 3}\n" + load(2) + "yield %2", "int")
FIND = parse_text('%2: int<0..2^48> = find %0, %1 {terminator: x"0d0a", wait: true}\nyield %2', "int")
VARIABLE = parse_text(
    "%3: int<5..5> = const {value: 5}\nexpect %0, %1, %3\n" + FIRST + load(1)
    + 'need.var %0, %1, %2 {expr: "n", refs: (), wait: true, more: 1}\nyield %2',
    "int",
)  # fmt: skip
NAME = parse_text("%2: obj = memo\n%3: obj, %4: int<0..2^48> = name %0, %1, %0, %2 {hops: 4, wait: true}\nyield %4", "int")
LEB = parse_text('%2: int<0..2^20-1>, %3: int<0..2^48> = varint %0, %1 {coding: "leb128", bits: 20, wait: true}\nyield %3', "int")
QUIC = parse_text('%2: int<0..2^62-1>, %3: int<0..2^48> = varint %0, %1 {coding: "quic", bits: 62, wait: true}\nyield %3', "int")
DER = parse_text('%2: int<0..2^16-1>, %3: int<0..2^48> = varint %0, %1 {coding: "der", bits: 16, wait: true}\nyield %3', "int")
BEHIND = '%2: int<2..2> = const {value: 2}\n%3: int<0..2^48> = bin %0, %2 {op: "add"}\n'
COMPARED = BEHIND + '%4: int<0..1> = bin %3, %1 {op: "gt"}\nfail_if %4 {code: "truncated", message: "short"}\n'
BEFORE_END = '%2: int<2..2> = const {value: 2}\n%3: int<0..2^48> = bin %1, %2 {op: "sub"}\n'
CALLED = 'call %0, %1 {function: "inner"}\n' + BEHIND + 'call %0, %3 {function: "inner"}'
INNER = "function inner(%10: int<0..2^48> pos, %11: int<0..2^48> end)\nend\n"


@pytest.mark.parametrize(
    ("text", "data", "expected"),
    [
        (NEED, b"", ("wants", 2, 5)),
        (NEED, b"a", ("wants", 2, 5)),
        (NEED, b"\1\2", [258]),
        (VARIABLE, b"", ("wants", 1, 5)),
        (VARIABLE, b"\7", ("wants", 7, 8)),
        (VARIABLE, b"\7abcdef", [7]),
        (VARIABLE, bytes([LIMIT + 1]), ("fails", "too-large")),
        (FIND, b"", ("wants", 2, 2)),
        (FIND, b"abc", ("wants", 5, 5)),
        (FIND, b"abc\r", ("wants", 5, 5)),
        (FIND, b"abc\r\n", [3]),
        (FIND, b"a" * LIMIT, ("fails", "no-terminator")),
        (NAME, b"", ("wants", 1, 1)),
        (NAME, b"\3", ("wants", 5, 5)),
        (NAME, b"\3abc", ("wants", 5, 5)),
        (NAME, b"\3abc\0", [5]),
        (NAME, b"\3abc\xc0", ("wants", 6, 6)),
        (NAME, b"\3abc\x80", ("fails", "bad-label")),
        (NAME, b"\x20", ("fails", "too-large")),
        (NAME, b"\xc0\x05", ("fails", "bad-pointer")),
        (NAME, b"\1a" * (LIMIT // 2), ("fails", "too-large")),
        (LEB, b"", ("wants", 1, 1)),
        (LEB, b"\x80\x81", ("wants", 3, 3)),
        (LEB, b"\x80\x01", [2]),
        (LEB, b"\x80\x80\x80", ("fails", "varint")),
        (QUIC, b"", ("wants", 1, 1)),
        (QUIC, b"\x7b", ("wants", 2, 2)),
        (QUIC, b"\x7b\xbd", [2]),
        (DER, b"\x82\x01", ("wants", 3, 3)),
        (DER, b"\x82\x01\x00", [3]),
    ],
)
def test_what_an_op_waits_for(text: str, data: bytes, expected: Any, engine: str) -> None:
    found = ask(text, data, engine)
    assert found == (expected[:1] if expected[0] == "fails" and engine != "interp" else expected)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("need %0, %1 {size: 2}", "reads before an open end and does not wait"),
        ('%2: obj = span %0, %1 {as: "bytes"}', "reads before an open end and does not wait"),
        ("need %0, %1 {size: 1, wait: true, more: -1}", "-1 bytes are said to follow"),
        (load(2), "reads up to byte 2 after %0"),
        (COMPARED + load(2, out="%5"), "reads up to byte 2 after %0"),
        (BEFORE_END + load(2, "%3", "%4"), "%3 counts from an end that is open"),
        (BEFORE_END + '%4: obj = span %0, %3 {as: "bytes"}', "%3 counts from an end that is open, and the op does not wait"),
        (CALLED, "inner is called with an end that is not open, and elsewhere not so"),
        ("attempt {finding: false}\nthen\n" + FIRST + "else\nend", "recovers from a failure, and something in it waits"),
        ("%3: int<-2^48..0> = neg %1", "takes an open end, and cannot wait"),
    ],
)
def test_programs_that_would_read_what_is_not_there(body: str, said: str) -> None:
    with pytest.raises(ProgramError, match=re.escape(said)):
        verify(read(parse_text(FIRST + body, "", more=INNER)))


class Line(Struct):
    text: bytes = raw(terminator=b"\n")


class Mixed(Struct):
    """`Line` occurs before an open end and in a region."""

    magic: bytes = const(raw(size=2), b"BW")
    kind: int = u16()
    first: Line = nested(Line)
    size: int = auto(u8())
    second: Line = nested(Line, size=size)
    owner: str = domain_name()
    rows: list[int] = array(u16(), count=kind)


def test_a_function_before_open_and_closed_ends_is_there_twice() -> None:
    program = Mixed.codec("interp").program("parse", "big", Options(stream=True))
    assert {"parse_Line", "parse_Line_waiting"} <= set(program.functions)


def test_a_wait_does_not_move_over_what_can_fail() -> None:
    optimized = Mixed.codec("python").optimized("parse", "big", Options(stream=True))
    first, second = [op.attrs for op in optimized.functions["entry"].body.ops if op.kind == "need"][:2]
    assert (first["size"], second["size"]) == (2, 4)
    assert first["more"] == 6  # kind, a line break, the size, a line break, the root of a name
    source = Mixed.codec("python")
    assert "yield start + 2, start + 8" in source._tier("parse", "big", Options(stream=True)).source


def test_ops_without_a_form_for_streams_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Row(Struct):
        number: int = u16()

    monkeypatch.setattr("bitwright.lower.passes.waiting.SERVE_STREAMS", SERVE_STREAMS - {"load"})
    with pytest.raises(DeclarationError, match=r"test_waiting.py:\d+: Row.number: cannot be read while .* still arriving \(load\)"):
        Row.stream()


def test_the_list_of_ops_that_serve_streams() -> None:
    assert set(OPS) >= SERVE_STREAMS
    assert PARSE_ONLY & SERVE_STREAMS, "ops of parse programs that are not in it have no waiting form yet"
