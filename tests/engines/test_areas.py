"""Content that does not fill its area, and terminators of encodings whose characters have several bytes."""

from __future__ import annotations

from typing import Any

import pytest

from bitwright import DeclarationError, Struct, array, auto, const, raw, text, u8, u32, varint
from bitwright.stream import Stream
from bitwright.wire.areas import content_end, fill, find_unit, padding
from tests.engines.agreement import agreed, built


class Padded(Struct):
    size: int = u8()
    name: str = text(size=8, pad=b"\0")
    code: str = text(size=size, pad=b" ", encoding="ascii")
    blob: bytes = raw(size=4, pad=b"\xff")
    magic: str = const(text(size=4, pad=b"\0"), "ab")


class Ended(Struct):
    name: str = text(size=6, terminator=b"\0", default="")
    line: bytes = raw(size=5, terminator=b"\r\n", pad=b".")


class Wide(Struct):
    line: str = text(terminator=b"\0\0", encoding="utf-16-le")
    area: str = text(size=12, terminator=bytes(4), encoding="utf-32-be")
    filled: str = text(size=6, pad=b"\0 ", encoding="utf-16-be")


def test_padding_is_stripped_and_filled_in_again() -> None:
    message = Padded(size=3, name="é", code="a", blob=b"\0\xff\1")
    wire = built(message)
    assert wire == b"\3\xc3\xa9\0\0\0\0\0\0a  \0\xff\1\xffab\0\0"
    assert agreed(Padded, "check", wire).value[1] == []
    full = Padded(size=0, name="12345678", code="", blob=b"abcd")
    assert built(full) == b"\x0012345678abcdab\0\0"
    assert Padded.certificate().kind == "canonical"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"name": "123456789"}, "name"), ({"name": "a\0"}, "name"), ({"name": "\0"}, "name"), ({"code": "abcd"}, "code"), ({"code": "a "}, "code"),
        ({"blob": b"\xff"}, "blob"), ({"magic": "a\0"}, "magic"), ({"magic": "abcde"}, "magic"), ({"size": 0}, "code"),
    ],
)  # fmt: skip
def test_what_would_be_read_back_otherwise_is_refused(changes: dict[str, Any], path: str) -> None:
    found = agreed(Padded, "build", Padded(size=3, name="a", code="b", blob=b"c").replace(**changes))
    assert (found.problem.code, found.problem.path) == ("size", path)


def test_a_constant_in_an_area_is_compared_with_its_padding() -> None:
    wire = built(Padded(size=0, name="", code="", blob=b""))
    found = agreed(Padded, "parse", wire[:-1] + b"x")
    assert (found.problem.code, found.problem.path) == ("const", "magic")


def test_what_follows_the_terminator_is_padding() -> None:
    wire = built(Ended(name="ab", line=b"x"))
    assert wire == b"ab\0\0\0\0x\r\n.."
    assert agreed(Ended, "check", wire).value[1] == []
    other = b"ab\0x\0\0x\r\n.!"
    value, findings = agreed(Ended, "check", other).value
    assert value == Ended(name="ab", line=b"x")
    assert [(f.code, f.path, f.bit_offset) for f in findings] == [("padding", "name", 0), ("padding", "line", 48)]
    for engine in ("interp", "python"):
        kept = Ended.codec(engine).parse(other, keep=True)
        assert Ended.codec(engine).build(kept) == other
        assert Ended.codec(engine).build(kept.replace(name="abc")) == b"abc\0\0\0x\r\n.!", "other content has another rest"
    assert str(Ended.certificate()).startswith("lossless")


def test_the_terminator_must_be_in_the_area() -> None:
    found = agreed(Ended, "parse", b"abcdefx\r\n..")
    assert (found.problem.code, found.problem.path, found.problem.bit_offset) == ("no-terminator", "name", 0)
    assert agreed(Ended, "build", Ended(name="abcdef", line=b"")).problem.code == "size"
    assert agreed(Ended, "build", Ended(name="a\0b", line=b"")).problem.code == "size"
    assert agreed(Ended, "parse", b"ab").problem.code == "truncated"


def test_terminators_at_whole_characters() -> None:
    message = Wide(line="\u0100\u0001a", area="\u0100", filled="\u2000a")
    wire = built(message)
    assert wire == bytes.fromhex("0001 0100 6100 0000" "00000100 00000000 00000000" "2000 0061 0020")
    assert agreed(Wide, "build", message.replace(line="a\0b")).problem.code == "size"
    assert agreed(Wide, "build", message.replace(filled="a ")).problem.code == "size"
    found = agreed(Wide, "parse", b"\0\1\0")
    assert (found.problem.code, found.problem.bit_offset) == ("no-terminator", 0)


class Announced(Struct):
    """An area as large as the message says."""

    size: int = u32()
    name: bytes = raw(size=size, pad=b"\0")


def test_an_area_of_any_size_is_bounded_by_the_limit_of_what_is_built() -> None:
    assert built(Announced(size=6, name=b"ab")) == b"\0\0\0\6ab\0\0\0\0"
    assert agreed(Announced, "build", Announced(size=0xFFFFFFFF, name=b"")).problem.code == "too-large"
    assert agreed(Announced, "build", Announced(size=1, name=b"ab")).problem.code == "size"
    assert agreed(Announced, "parse", b"\xff\xff\xff\xffab").problem.code == "truncated"


class Rows(Struct):
    count: int = auto(varint("leb128"))
    names: list[str] = array(text(size=4, pad=b"\0"), count=count)


def test_lists_of_areas() -> None:
    assert built(Rows(names=["a", "", "abcd"])) == b"\3a\0\0\0\0\0\0\0abcd"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("text(pad=b'x')", "say how large"),
        ("text(size=4, pad=b'ab')", "the 1 byte of one character"),
        ("text(size=4, pad=b'a', encoding='utf-16-le')", "the 2 bytes of one character"),
        ("text(terminator=b'abc', encoding='utf-16-le')", "not whole characters"),
        ("text(size=4, pad=b'')", "give one or more bytes"),
        ("text(size=4, prefix=u8(), pad=b'a')", "ends in two ways"),
        ("text(terminator=b'a', prefix=u8())", "ends in two ways"),
        ("text(size=4, pad=b'a', default='ba')", "ends in its padding"),
        ("text(size=4, terminator=b'a', default='bbbb')", "with its terminator"),
        ("text(terminator=b'a', default='ba')", "contains its terminator"),
        ("const(text(size=4, pad=b'a'), 'ba')", "ends in its padding"),
    ],
)
def test_what_cannot_be_declared(said: str, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        exec(f"class Wrong(Struct):\n    value: str = {said}\n", {"Struct": Struct, "text": text, "const": const, "u8": u8})


def test_an_area_does_not_derive_its_size() -> None:
    class Derived(Struct):
        size: int = auto(u8())
        name: bytes = raw(size=size, pad=b"\0")

    with pytest.raises(DeclarationError, match=r"name: does not fill its area.*`size` is derived; drop auto"):
        Derived(name=b"ab").build()


def test_the_functions_behind_it() -> None:
    assert find_unit(b"\0\0\1\0\0\0", b"\0\0", 1, 6, 2) == 3
    assert content_end(b"a\0\0", 0, 3, b"\0\0", None, 2) == 3, "a part of a unit is content"
    assert padding(5, b"ab") == b"ababa"
    with pytest.raises(ValueError, match="has 3 bytes with its terminator; the area has 2"):
        fill(b"ab", 2, b"\0", b"\0", 1)


def test_a_stream_finds_terminators_at_whole_characters() -> None:
    message = Wide(line="\u0100\u0001a", area="\u0100", filled="\u2000a")
    wire = message.build()
    for engine in ("interp", "python"):
        for cut in range(len(wire) + 1):
            stream: Stream[Wide] = Stream(Wide.codec(engine), 64)
            assert [*stream.feed(wire[:cut]), *stream.feed(wire[cut:])] == [message]
