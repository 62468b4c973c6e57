"""`check()`: where it is evaluated, what it says, what later sizes gain from it; on both engines."""

from __future__ import annotations

import pytest

from bitwright import DeclarationError, Struct, auto, bits, check, nested, param, payload, raw, u8, when
from bitwright.ir.text import to_text
from tests.engines.agreement import agreed, built


class Header(Struct):
    version: int = bits(4)
    ihl: int = auto(bits(4))
    check(ihl >= 5, "the {header} has at least 20 bytes")
    kind: int = u8()
    check((kind < 9) & (version == 4), "of version 4 there are nine kinds")
    options: bytes = raw(size=ihl * 4 - 20)
    body: bytes = payload()
    check(kind != 3, "kind 3 is withdrawn")


class Longer(Header):
    """It keeps the checks of what it extends."""


class Holder(Struct):
    least = param(int, default=0)
    limit: int = u8()
    header: Header = nested(Header)
    check(header.kind < limit, "the limit is kept")
    check(limit >= least, "the caller is content")
    check(least < 100, "the caller is modest")


@pytest.mark.parametrize("struct", [Header, Longer])
@pytest.mark.parametrize(
    ("data", "path", "bit", "message"),
    [
        (b"\x44\1", "ihl", 4, "the {header} has at least 20 bytes, at byte 0 bit 4, because ihl at byte 0 is 4 [check]"),
        (b"\x45\x0a", "kind", 8, "nine kinds, at byte 1, because kind at byte 1 is 10 and version at byte 0 is 4 [check]"),
        (b"\x55\1", "kind", 8, "nine kinds, at byte 1, because kind at byte 1 is 1 and version at byte 0 is 5 [check]"),
        (b"\x45\3", "kind", 8, "kind 3 is withdrawn, at byte 1, because kind at byte 1 is 3 [check]"),
    ],
)
def test_it_names_the_last_field_and_every_number(struct: type[Struct], data: bytes, path: str, bit: int, message: str) -> None:
    found = agreed(struct, "parse", data)
    assert (found.problem.code, found.problem.path, found.problem.bit_offset) == ("check", path, bit)
    assert message in found.error[-1]
    assert found.problem.declaration.file == __file__


def test_in_a_struct_that_nests_another() -> None:
    header = Header(version=4, kind=2, options=b"", body=b"")
    assert built(Holder(limit=3, header=header)) == b"\3\x45\2"
    within = agreed(Holder, "parse", b"\3\x44\2").problem
    assert (within.path, within.bit_offset) == ("header.ihl", 12)
    found = agreed(Holder, "parse", b"\2\x45\2").problem
    assert (found.path, found.bit_offset, found.culprit) == ("header", 8, "limit at byte 0 is 2 and header.kind at byte 2 is 2")
    assert agreed(Holder, "parse", b"\3\x45\2", least=4).problem.path == "limit"
    nobody = agreed(Holder, "parse", b"\xff\x45\2", least=100).problem
    assert (nobody.path, nobody.bit_offset, nobody.culprit) == ("", 0, None)


def test_building_states_it_too() -> None:
    assert built(Header(version=4, kind=1, options=b"abcd", body=b"x")) == b"F\1abcdx"
    found = agreed(Header, "build", Header(version=4, kind=3, options=b"", body=b"")).problem
    assert (found.code, found.path, found.culprit, found.bit_offset) == ("check", "kind", "kind is 3", None)
    assert agreed(Header, "build", Header(version=4, ihl=4, kind=1, options=b"", body=b"")).value == b"D\1", "given, so wrong on purpose"
    assert agreed(Header, "resolved", Header(version=5, kind=1, options=b"", body=b"")).problem.culprit == "kind is 1 and version is 5"
    found = agreed(Holder, "build", Holder(limit=1, header=Header(version=4, kind=1, options=b"", body=b""))).problem
    assert (found.path, found.culprit) == ("header", "limit is 1 and header.kind is 1")


class Maybe(Struct):
    there: int = u8()
    extra: int | None = when(there != 0, u8())
    check(extra != 7, "seven is not allowed")


def test_what_is_absent_counts_as_zero() -> None:
    assert agreed(Maybe, "parse", b"\0").ok
    assert agreed(Maybe, "parse", b"\1\7").problem.path == "extra"


def test_a_size_behind_a_check_is_not_negative() -> None:
    class Unguarded(Struct):
        words: int = auto(u8())
        body: bytes = raw(size=words * 4 - 8)

    class Guarded(Struct):
        words: int = auto(u8())
        check((words >= 2) & (words < 9), "2 to 8 words")
        body: bytes = raw(size=words * 4 - 8)

    def size_in(struct: type[Struct]) -> str:
        text = to_text(struct.codec("interp").program())
        return next(line for line in text.splitlines() if 'op: "sub"' in line).strip().partition(" = ")[0].partition(": ")[2]

    assert size_in(Unguarded) == "int<-8..1012>"
    assert size_in(Guarded) == "int<0..24>"
    assert "< 0" in Unguarded.source()
    assert "< 0" not in Guarded.source()
    assert agreed(Unguarded, "parse", b"\1").problem.code == "negative-size"
    assert agreed(Guarded, "parse", b"\1").problem.code == "check"
    assert agreed(Guarded, "parse", b"\x08" + bytes(24)).ok


def test_what_it_takes() -> None:
    with pytest.raises(DeclarationError, match=r"condition of check\(\) is the number `a`"):

        class Number(Struct):
            a: int = u8()
            check(a, "a number")

    with pytest.raises(DeclarationError, match="is always True"):

        class Always(Struct):
            a: int = u8()
            check(True, "nothing")

    with pytest.raises(DeclarationError, match="what to say where it fails"):

        class Silent(Struct):
            a: int = u8()
            check(a == 1, "")

    with pytest.raises(DeclarationError, match="statement of a class body"):
        check(True, "outside")
