"""Runs of bits as `bitstring.Bits`: any number of them at any bit, from either side of a byte, also of a size that varies."""

from __future__ import annotations

import copy
import pickle
import random
import subprocess
import sys
import types
from typing import Any

import pytest
from bitstring import BitArray, Bits

from bitwright import DeclarationError, Struct, array, auto, bits, check, flag, nested, pad, u8, u16, when
from bitwright.wire.bitstrings import is_bits
from tests.engines.agreement import agreed, built

BIT_ORDERS = ("msb", "lsb")


def stream(data: bytes, bit_order: str) -> str:
    """The bits of some bytes as they come on the wire."""
    return "".join(f"{byte:08b}"[:: 1 if bit_order == "msb" else -1] for byte in data)


@pytest.mark.parametrize("bit_order", BIT_ORDERS)
def test_any_number_at_any_bit(bit_order: str) -> None:
    rng = random.Random(bit_order)
    for before in range(8):
        for width in (1, 2, 7, 8, 9, 31, 64, 65, 100, 1000, 1001):
            after = -(before + width) % 8 + 8

            def body(namespace: dict[str, Any], before: int = before, width: int = width, after: int = after) -> None:
                namespace["__annotations__"] = {**({"before": int} if before else {}), "run": Bits, "after": int}
                if before:
                    namespace["before"] = bits(before)
                namespace["run"] = bits(width, Bits)
                namespace["after"] = bits(after)

            struct: Any = types.new_class("Run", (Struct,), {"bit_order": bit_order}, body)
            data = rng.randbytes((before + width + after) // 8)
            found = agreed(struct, "parse", data).value
            assert found.run.bin == stream(data, bit_order)[before : before + width]
            assert type(found.run) is Bits
            assert built(found) == data
            assert agreed(struct, "parse_layer", data, plain=True).value[0] == found.to_dict()
            assert struct.from_json(found.to_json()) == found
            assert agreed(struct, "parse", data[:-2]).problem.code == "truncated"


class Coils(Struct, bit_order="lsb"):
    """As Modbus answers: so many coils, in as many bytes as they need."""

    count: int = auto(u16(endian="big"))
    coils: Bits = bits(count, Bits)
    after: int = u8()


class Unused(Struct):
    """As BER has a BIT STRING: bytes, and how many bits of the last are none."""

    length: int = auto(u8())
    unused: int = u8()
    content: Bits = bits((length - 1) * 8 - unused, Bits)


def test_a_number_of_bits_that_varies() -> None:
    data = built(Coils(coils=Bits("0b1011001110"), after=255))
    assert data == bytes.fromhex("000a cd01 ff")
    assert built(Coils(coils=Bits(), after=1)) == b"\0\0\1"
    assert Coils(coils=Bits("0b1"), after=0).resolved().count == 1
    for end in range(len(data)):
        assert agreed(Coils, "parse", data[:end]).problem.code == "truncated"
    found = agreed(Unused, "parse", b"\x03\x03\xff\xf8").value
    assert found.content == Bits(bin="1" * 13)
    assert built(found) == b"\x03\x03\xff\xf8"
    assert agreed(Unused, "parse", b"\x01\x02\xff").problem.code == "negative-size"
    assert built(Unused(unused=3, content=Bits(bin="1" * 13))) == b"\x03\x03\xff\xf8"


def test_what_lies_behind_them_in_the_last_byte() -> None:
    for struct, data, left, place in ((Coils, b"\0\5\xbf\0", 5, 16), (Unused, b"\2\3\xfd", 5, 16)):
        value, findings = agreed(struct, "check", data).value
        assert [(f.code, f.path, f.bit_offset) for f in findings] == [("padding", findings[0].path, place)]
        assert f"{left:#x}" in findings[0].message
        assert value.build() != data
        assert struct.parse(data, keep=True).build() == data
        assert struct.certificate().kind == "lossless"
    shorter = Coils.parse(b"\0\5\xbf\0", keep=True)
    shorter.count, shorter.coils = 4, Bits("0b1111")
    assert shorter.build() == b"\0\4\x0f\0"  # what was kept belonged to five bits


def test_padding_from_the_lowest_bit_is_kept_too() -> None:
    class Padded(Struct, bit_order="lsb"):
        a: int = bits(5)
        _one = pad(bits=6)
        b: int = bits(3)
        _two = pad(bits=82)

    rng = random.Random(5)
    for _ in range(20):
        data = rng.randbytes(12)
        assert Padded.parse(data, keep=True).build() == data
    assert Padded.certificate().kind == "lossless"


class Held(Struct):
    more: bool = auto(flag())
    three: list[Bits] = array(bits(5, Bits), count=3)
    count: int = u8()
    runs: list[Bits] = array(bits(count, Bits), count=2)
    inner: Coils = nested(Coils)
    maybe: Bits | None = when(more, bits(72, Bits))
    check(count > 1, "some")


def test_runs_in_lists_structs_and_where_they_may_be_absent() -> None:
    one = Bits("0b10101")
    message = Held(
        three=[one, Bits("0b00000"), Bits("0b11111")], count=9, runs=[Bits("0b101010101"), Bits("0b000000001")],
        inner=Coils(coils=Bits("0b1"), after=2), maybe=Bits("0x0123456789abcdef01"),
    )  # fmt: skip
    data = built(message)
    assert data == bytes.fromhex("d41f 09 aa80 0080 000101 02 0123456789abcdef01")
    assert Held.from_json(Held.parse(data).to_json()) == Held.parse(data)
    assert built(message.replace(maybe=None))[:2] == bytes.fromhex("541f")
    wrong = message.replace(runs=[one, one])
    assert agreed(Held, "build", wrong).problem.code in ("size", "conflict")


def test_values_that_are_no_bits_of_the_size() -> None:
    class Two(Struct):
        run: Bits = bits(12, Bits)
        rest: int = bits(4)

    wrong_types = ("0x123", 0x123, b"\x12\x30", None, 1.5)
    for value, code in ((Bits("0x12"), "size"), (Bits(), "size"), *((value, "type") for value in wrong_types)):
        found = agreed(Two, "build", Two(run=value, rest=0))  # type: ignore[arg-type]  # that is the test
        assert (found.problem.code, found.problem.path) == (code, "run"), value
    assert Two(run=BitArray("0x123"), rest=4).build() == b"\x12\x34"
    assert type(Two(run=BitArray("0x123"), rest=4).resolved().run) is Bits


def test_values_are_values() -> None:
    message = Coils.parse(bytes.fromhex("000a cd01 ff"))
    assert pickle.loads(pickle.dumps(message)) == message
    assert copy.deepcopy(message) == message
    assert repr(message) == "Coils(count=10, coils=Bits('0b1011001110'), after=255)"
    assert "0b1011001110" in Coils.explain(message.build())
    assert message.relaxed().coils == message.coils


@pytest.mark.parametrize("plain", ["", "1011", "0b102", "0xg", "0o7", 11, None, True, [1], "0b1, 0x2"])
def test_json_that_is_no_run_of_bits(plain: object) -> None:
    with pytest.raises(ValueError, match="coils"):
        Coils.from_dict({"coils": plain, "after": 0})


def test_declarations_that_cannot_work() -> None:
    with pytest.raises(DeclarationError, match="Bits are no number"):
        bits(5, Bits, endian="little")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    with pytest.raises(DeclarationError, match=r"bits\(0, Bits\): give a number of bits"):
        bits(0, Bits)
    with pytest.raises(DeclarationError, match="cannot be the type of a number"):
        bits(8, BitArray)
    with pytest.raises(DeclarationError, match=r"default=Bits\('0x12'\) has 8 bits, the field has 12"):

        class Default(Struct):
            run: Bits = bits(12, Bits, default=Bits("0x12"))

    with pytest.raises(DeclarationError, match=r"is a run of bits that varies in size, which begins with a byte, .*pad\(bits=4\)"):

        class Misplaced(Struct):
            n: int = bits(4)
            run: Bits = bits(n, Bits)

    with pytest.raises(DeclarationError, match="is least significant bit first, but begins at bit 4"):

        class Turned(Struct):
            n: int = bits(4)
            run: Bits = bits(12, Bits, bit_order="lsb")


def test_more_than_64_bits_are_said_with_bits() -> None:
    with pytest.raises(DeclarationError, match=r"for more write bits\(n, Bits\) with `from bitstring import Bits`, or raw"):
        bits(100)


WITHOUT = """
import sys
sys.modules["bitstring"] = None  # as if it were not installed: importing it fails
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == "bitstring" else find(name, package)
import bitwright
from bitwright import Struct, bits
class Small(Struct):
    n: int = bits(8)
assert Small.parse(b"a").n == 97
try:
    bits(100)
except bitwright.DeclarationError as error:
    print(error)
"""


def test_without_the_package_the_error_says_how_to_get_it() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], check=False, capture_output=True, text=True, timeout=60)
    assert "with `from bitstring import Bits` (pip install 'bitwright[bits]')" in done.stdout, done
    imported = "import sys, bitwright; sys.exit('bitstring' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", imported], check=False, timeout=60).returncode == 0


def test_only_the_class_itself_is_taken() -> None:
    assert is_bits(Bits)
    assert not is_bits(BitArray)
    assert not is_bits(type("Bits", (), {}))
