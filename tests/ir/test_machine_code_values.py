"""Single ops in machine code, each over very many inputs: what it gives is what the interpreter gives, and it fails where that fails."""

from __future__ import annotations

import itertools
import math
import random
import struct
import sys
from collections.abc import Iterable
from typing import Any

import pytest

from bitwright.backends.llvm import compile_program, is_available
from bitwright.backends.llvm.emit import emit_program
from bitwright.backends.python.runtime import FAILURES, Fail
from bitwright.backends.python.runtime import checksum as covered_sum
from bitwright.checksum import Algorithm, Crc, adler32, crc32, fletcher16, internet, sum8, xor8
from bitwright.enums import OpenEnum, table_of
from bitwright.errors import BitwrightError
from bitwright.ir.interp import Machine
from bitwright.ir.ops import Program
from bitwright.ir.text import literal
from bitwright.ir.verify import verify
from bitwright.wire.varints import KINDS, bounds_of_varint, write_varint
from tests.ir.programs import parse_text, read
from tests.ir.test_interp import deep_types

pytestmark = pytest.mark.skipif(not is_available(), reason="llvmlite is not installed")

FAILED = object()


class Sparse(OpenEnum):
    ZERO = 0
    LOW = 3
    NEXT = 4
    HIGH = 65_535


SYMBOLS = {"@Sparse": table_of(Sparse), "@shout": lambda raw: raw.hex().upper()}


def program_of(body: str, outs: str) -> Program:
    """A program of these lines, all of it machine code but for what the lines must call."""
    program = read(parse_text(body, outs, symbols=SYMBOLS), SYMBOLS)
    verify(program)
    return program


def interpreted(program: Program, data: bytes) -> Any:
    machine = Machine(program)
    machine.data = data
    try:
        yields = machine.run(0, len(data))
    except BitwrightError:
        return FAILED
    return yields[0] if len(yields) == 1 else tuple(yields)


def same(found: Any, wanted: Any) -> bool:
    """Floats are the same if their bits are."""
    if isinstance(wanted, float) and isinstance(found, float):
        return struct.pack("d", found) == struct.pack("d", wanted)
    if isinstance(wanted, tuple) and isinstance(found, tuple):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    return bool(found == wanted) and deep_types(found) == deep_types(wanted)


def compare(body: str, outs: str, inputs: Iterable[bytes], least: int = 1) -> tuple[int, int]:
    """How many inputs went well, and how many failed; on both engines alike."""
    program = program_of(body, outs)
    emitted = emit_program(program, FAILURES, Fail, print)
    assert not emitted.python_source, f"calls Python:\n{emitted.python_source}"
    functions, _ = compile_program(program, "test", print)
    count = [0, 0]
    for data in inputs:
        wanted = interpreted(program, data)
        try:
            found = functions["entry"](data, 0, len(data))
        except FAILURES:
            found = FAILED
        assert (found is FAILED) == (wanted is FAILED), (data.hex(), found, wanted)
        assert found is FAILED or same(found, wanted), (data.hex(), found, wanted)
        count[found is FAILED] += 1
    assert count[0] >= least, count
    return count[0], count[1]


# --- floats ---------------------------------------------------------------------------------------

SPECIAL = {
    32: (0, 1 << 31, 1, 0x7FFFFF, 0x800000, 0x7F7FFFFF, 0x7F800000, 0xFF800000, 0x7F800001, 0xFFA00001, 0x7FC00000, 0xFFFFFFFF),
    64: (0, 1 << 63, 1, 0x7FF << 52, 0xFFF << 52, (0x7FF << 52) + 1, 0xFFF4 << 48, 0x7FF8 << 48, (1 << 64) - 1, 0x3FF << 52),
}


def float_body(width: int, order: str) -> str:
    size = width // 8
    return f"""\
  need %0, %1 {{size: {size}}}
  %2: int<0..2^{width}-1> = load %0 {{offset: 0, bytes: {size}, order: "{order}"}}
  %3: obj = float %2 {{width: {width}, plain: false}}
  yield %3"""


def test_every_half() -> None:
    assert compare(float_body(16, "big"), "obj", (struct.pack(">H", n) for n in range(65_536))) == (65_536, 0)


@pytest.mark.parametrize("width", [32, 64])
@pytest.mark.parametrize("order", ["big", "little"])
def test_floats(width: int, order: str) -> None:
    chance = random.Random(width)
    numbers = (*SPECIAL[width], *(chance.getrandbits(width) for _ in range(3_000)))
    compare(float_body(width, order), "obj", (n.to_bytes(width // 8, "little" if order == "little" else "big") for n in numbers))


@pytest.mark.parametrize("order", ["", "-little"])
def test_floats_and_signed_numbers_among_others(order: str) -> None:
    sizes = ((2, "float"), (4, "float"), (8, "float"), (1, "signed"), (2, "signed"), (8, "signed"))
    layout = ", ".join(f'({sum(n for n, _ in sizes[:at])}, {size}, "{kind}{order}")' for at, (size, kind) in enumerate(sizes))
    body = f"""\
  need %0, %1 {{size: 25}}
  %2: obj, %3: obj, %4: obj, %5: int<-128..127>, %6: int<-32768..32767>, %7: int<-2^63..2^63-1> = unpack %0 {{layout: ({layout})}}
  %8: obj = box %5 {{as: "int"}}
  %9: obj = box %6 {{as: "int"}}
  %10: obj = box %7 {{as: "int"}}
  yield %2, %3, %4, %8, %9, %10"""
    chance = random.Random(1)
    compare(body, "obj, obj, obj, obj, obj, obj", (chance.randbytes(25) for _ in range(2_000)))


def test_finite() -> None:
    body = f"""\
{float_body(32, "big").rpartition("  yield")[0]}  %4: int<0..1> = finite %3
  yield %4"""
    program = program_of(body, "int")
    chance = random.Random(2)
    numbers = (*SPECIAL[32], *(chance.getrandbits(32) | chance.choice((0, 0x7F800000)) for _ in range(1_000)))
    compare(body, "int", (struct.pack(">I", n) for n in numbers))
    assert {interpreted(program, struct.pack(">f", value)) for value in (1.0, math.inf, math.nan)} == {0, 1}


# --- text -----------------------------------------------------------------------------------------

TEXTS = [b"", b"plain", "Grüße, 日本 🎈".encode(), b"\xff\xfe", b"\xc3", b"a\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", bytes(range(256))]


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "ascii", "latin-1", "utf-16-le", "utf-16-be", "utf-32-le", "cp1252", "cp437"])
def test_text(encoding: str) -> None:
    body = f"""\
  %2: obj = text %0, %1 {{encoding: "{encoding}"}}
  yield %2"""
    chance = random.Random(3)
    inputs = [*TEXTS, *(text.decode("utf-8", "replace").encode(encoding, "replace") for text in TEXTS)]
    inputs += [data[:end] for data in inputs for end in range(len(data))]
    inputs += [chance.randbytes(chance.randrange(9)) for _ in range(500)]
    compare(body, "obj", inputs, least=10)


@pytest.mark.parametrize("how", ['"hex"', "@shout"])
def test_render(how: str) -> None:
    compare(f"  %2: obj = render %0, %1 {{with: {how}}}\n  yield %2", "obj", [bytes(range(n)) for n in range(40)])


# --- questions ------------------------------------------------------------------------------------


def test_zeros() -> None:
    inputs = [bytes(n) for n in range(40)]
    inputs += [bytes(at) + b"\1" + bytes(n - at) for n in range(20) for at in range(n + 1)]
    compare("  %2: int<0..1> = zeros %0, %1\n  yield %2", "int", inputs)


def test_known() -> None:
    body = """\
  need %0, %1 {size: 2}
  %2: int<0..65535> = load %0 {offset: 0, bytes: 2, order: "big"}
  %3: int<0..1> = known %2 {table: @Sparse}
  yield %3"""
    compare(body, "int", (struct.pack(">H", n) for n in itertools.chain(range(300), range(65_000, 65_536))))


def test_records_have_interned_keys() -> None:
    body = """\
  need %0, %1 {size: 9}
  %2: int<0..2^64-1> = load %0 {offset: 0, bytes: 8, order: "big"}
  %3: obj = span %0, %1 {as: "bytes"}
  %4: obj = record %2, %3 {names: ("number", "octets")}
  yield %4"""
    chance = random.Random(4)
    compare(body, "obj", (chance.randbytes(9) for _ in range(200)))


# --- numbers of variable size ---------------------------------------------------------------------


def wire_forms(kind: str, bits: int, chance: random.Random) -> Iterable[bytes]:
    """Numbers around each power of two, the shortest forms and longer ones, cut off anywhere, and bytes of no meaning."""
    lo, hi = bounds_of_varint(kind, KINDS[kind][0])
    for power in range(KINDS[kind][0] + 1):
        for number in {one for near in (-2, -1, 0, 1) for one in ((1 << power) + near, -(1 << power) + near) if lo <= one <= hi}:
            form = write_varint(number, kind)
            yield from (form[:end] for end in range(len(form)))
            yield form
            yield form + b"\x80\x01"
            yield form[:-1] + bytes([form[-1] | 0x80]) + b"\0"
            yield form[:-1] + bytes([form[-1] | 0x80]) + b"\x7f"
    for _ in range(1_000):
        data = bytearray(chance.randbytes(chance.randrange(14)))
        if chance.random() < 0.5:
            data = bytearray(byte | 0x80 for byte in data)
        yield bytes(data)
    yield from (bytes([first, *rest]) for first in range(256) for rest in ((), (0,), (1,) * 9, (0xFF,) * 20))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bits", [1, 5, 6, 7, 8, 13, 14, 21, 28, 32, 33, 56, 62, 63, 64])
def test_varints(kind: str, bits: int) -> None:
    if bits > KINDS[kind][0]:
        pytest.skip("more than the kind has")
    lo, hi = bounds_of_varint(kind, bits)
    body = f"""\
  %2: int<{lo}..{hi}>, %3: int<0..2^48> = varint %0, %1 {{coding: "{kind}", bits: {bits}}}
  %4: int<1..10> = varint.size %2 {{coding: "{kind}"}}
  yield %2, %3, %4"""
    good, bad = compare(body, "int, int, int", wire_forms(kind, bits, random.Random(bits)), least=2)
    assert bad > 100, (good, bad)


# --- terminators and areas ------------------------------------------------------------------------


@pytest.mark.parametrize(("terminator", "unit"), [
    (b"\0", 1), (b"\r\n", 1), (b"ab", 1), (b"aba", 1), (b"\0\0", 2), (b"a\0", 2), (b"abab", 2), (b"\0a\0b", 2),
])  # fmt: skip
def test_find(terminator: bytes, unit: int) -> None:
    chance = random.Random(unit)
    inputs = [bytes(chance.choice(b"\0ab\r\n") for _ in range(chance.randrange(24))) for _ in range(2_000)]
    body = f"  %2: int<0..2^48> = find %0, %1 {{terminator: {literal(terminator)}, unit: {unit}}}\n  yield %2"
    compare(body, "int", inputs, least=10)


@pytest.mark.parametrize(("pad", "terminator"), [
    (b"\0", None), (b" ", None), (b"\0\0", None), (b"a\0", None), (b"\0\0\0\0", None), (b"\0", b"\0"), (b" ", b"\0"), (b"\0", b"ab"),
    (b"\0\0", b"\0\0"), (b"a\0", b"\0\0"), (b"\0\0", b"\0a\0b"),
])  # fmt: skip
def test_trim(pad: bytes, terminator: bytes | None) -> None:
    chance = random.Random(len(pad))
    inputs = [bytes(chance.choice(b"\0\0\0a b") for _ in range(chance.randrange(20))) for _ in range(1_500)]
    inputs += [data + pad * chance.randrange(9) for data in inputs]
    body = f"""\
  %2: int<0..2^48>, %3: int<0..1> = trim %0, %1 {{pad: {literal(pad)}, terminator: {literal(terminator)}, unit: {len(pad)}}}
  yield %2, %3"""
    compare(body, "int, int", inputs, least=10)


# --- checksums ------------------------------------------------------------------------------------

ODD_CRCS = [
    Crc(3, 0b011, 0b101), Crc(5, 0x05, 0x1F, refin=True, refout=True, xorout=0x1F), Crc(7, 0x09),
    Crc(12, 0x80F, refout=True), Crc(16, 0x1021, 0xB2AA, refin=True), Crc(31, 0x04C11DB7, 1, xorout=5),
    Crc(64, 0x42F0E1EBA9EA3693), Crc(64, 0x1B, (1 << 64) - 1, refin=True, refout=True, xorout=1 << 63),
]  # fmt: skip
KNOWN_SUMS: list[Algorithm] = [
    internet, crc32, adler32, fletcher16, sum8, xor8,
    *(each for each in vars(sys.modules[Crc.__module__]).values() if isinstance(each, Crc)), *ODD_CRCS,
]  # fmt: skip


@pytest.mark.parametrize("algorithm", KNOWN_SUMS, ids=lambda algorithm: f"{algorithm.__name__}{getattr(algorithm, 'width', '')}")
@pytest.mark.parametrize(("size", "own"), [(1, b"\0"), (2, b"\0"), (2, b""), (3, b"\xff"), (8, b"\0")])
def test_checksums(algorithm: Any, size: int, own: bytes) -> None:
    """With and without a prefix, over any part, wherever the sum itself lies: before, at the edge, within, behind."""
    symbols = {"@sum": algorithm}
    body = f"""\
  %3: int<0..2^64-1> = checksum %4, %5, %6, %7, %8 {{algorithm: @sum, bytes: {size}, own: {literal(own)}}}
  yield %3"""
    params = "%4: int<0..2^48>, %5: int<0..2^48>, %6: int<0..2^48>, %7: int<0..1>, %8: obj"
    program = read(parse_text(body.replace("2^64-1", str((1 << 8 * size) - 1)), "int", params, symbols=symbols), symbols)
    verify(program)
    assert not emit_program(program, FAILURES, Fail, print).python_source
    entry = compile_program(program, "test", print)[0]["entry"]
    chance = random.Random(size)
    for _ in range(400):
        many = chance.choice((0, 1, 2, 7, 8, 9, 31, 40, 70))
        data = chance.choice((bytes(many), chance.randbytes(many), b"\xff" * many))
        begin, stop, at = (chance.randrange(len(data) + 3) for _ in range(3))
        if chance.random() < 0.7:
            begin, at, stop = sorted((begin, at, stop))
        present, prefix = int(chance.random() < 0.9), chance.choice((None, b"", b"\xff", chance.randbytes(chance.randrange(30))))
        wanted = covered_sum(data, begin, stop, at, present, prefix, size, algorithm, own)
        assert entry(data, 0, len(data), begin, stop, at, present, prefix) == wanted, (data, begin, stop, at, present, prefix)


def test_a_sum_over_much() -> None:
    body = """\
  %2: obj = none
  %3: int<1..1> = const {value: 1}
  %4: int<0..0> = const {value: 0}
  %5: int<0..2^32-1> = checksum %4, %1, %1, %3, %2 {algorithm: @sum, bytes: 4}
  yield %5"""
    for algorithm in KNOWN_SUMS[:6]:
        program = read(parse_text(body, "int", symbols={"@sum": algorithm}), {"@sum": algorithm})
        for data in (b"\xff" * 1_000_000, bytes(range(251)) * 9_999):
            assert compile_program(program, "test", print)[0]["entry"](data, 0, len(data)) == algorithm(data)
