"""Every code of the catalogue has a case here, a section in docs/errors.md, and the same meaning on every engine.

A row is the least declaration and input that give the code, with the path and the bit offset that the error must
name.  A code without a row fails `test_every_code_has_a_row`; a row without a code cannot be written.
"""

from __future__ import annotations

import dataclasses
import enum
import pickle
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bitwright import (
    BuildError,
    Cursor,
    DeclarationError,
    FieldCodec,
    Limits,
    Name,
    ParseError,
    Struct,
    align,
    array,
    at,
    auto,
    bits,
    capture,
    check,
    checksum,
    coded,
    const,
    domain_name,
    nested,
    pad,
    param,
    payload,
    raw,
    reserved,
    stack,
    text,
    u8,
    u16,
    variant,
    varint,
    when,
)
from bitwright.checksum import internet
from bitwright.errors import BUILD_CODES, FINDING_CODES, PARSE_CODES, BitwrightError

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "errors.md"


class Pair(Struct):
    first: int = u16()
    second: int = u16()


class Magic(Struct):
    magic: bytes = const(raw(size=2), b"BW")


class Sized(Struct):
    length: int = auto(u8())
    body: bytes = raw(size=length - 4)


class Counted(Struct):
    count: int = auto(u8())
    items: list[int] = array(u16(), count=count)


class Digits(FieldCodec[int]):
    def parse(self, cursor: Cursor) -> int:
        return int(cursor.find(b";"))

    def build(self, value: int, out: bytearray) -> None:
        out += b"%d;" % value


class Decimal(Struct):
    before: int = u8()
    number: int = coded(Digits())


class Varied(Struct):
    before: int = u8()
    number: int = varint("leb128", bits=14)


class Choice(Struct):
    """A closed union: no default arm."""


class One(Choice, tag=1):
    value: int = u8()


class Other(Choice):
    """Serves every other tag, so it has none of its own."""


class Chosen(Struct):
    kind: int = auto(u8())
    choice: Choice = variant(Choice, on=kind)


class Opened(Struct):
    kind: int = auto(u8())
    choice: Choice = variant(Choice, on=kind, unknown=Other)


class Wording(Struct):
    words: str = text(size=2)


class Ascii(Struct):
    words: str = text(encoding="ascii")


class Named(Struct):
    name: Name = domain_name()


class Names(Struct):
    names: list[Name] = array(domain_name())


class Hollow(Struct):
    """A union whose arm may have no bytes at all."""


class Nothing(Hollow, tag=0):
    """No fields."""


class Shell(Struct):
    kind = param(int)
    inside: Hollow = variant(Hollow, on=kind)


class Shells(Struct):
    kind: int = u8()
    shells: list[Shell] = array(Shell, arguments={"kind": kind})


class Tree(Struct):
    """A union that may contain itself."""


class Leaf(Tree, tag=0):
    """The end."""


class Branch(Tree, tag=1):
    kind: int = auto(u8())
    below: Tree = variant(Tree, on=kind)


class Terminated(Struct):
    body: bytes = raw(terminator=b"\0")


class Needing(Struct):
    width = param(int)
    body: bytes = raw(size=width)


class Summed(Struct):
    sum: int = checksum(u16(), internet)
    body: bytes = raw()


class Spare(Struct):
    value: int = bits(5)
    spare: int = reserved(3)


class Gap(Struct):
    value: int = u8()
    _gap = align(4)


class Layer(Struct):
    length: int = auto(u8())
    above: bytes = payload(size=length)


class Colour(enum.IntEnum):
    RED = 1


class Vast(Struct):
    kind: int = u8()
    _gap = pad(bytes=1 << 32)


class Painted(Struct):
    colour: Colour = u8(Colour)


class Content(Struct):
    pass


class Raw(Content):
    data: bytes = raw()


class Word(Content, tag=1):
    word: int = u16()


class Kept(Struct):
    kind: int = auto(u8())
    size: int = auto(u8())
    body: Content = variant(Content, on=kind, unknown=Raw, malformed=Raw, size=size)


class Twice(Struct):
    size: int = auto(u8())
    left: bytes = raw(size=size)
    right: bytes = raw(size=size)


class Words(Struct):
    size: int = auto(u8())
    body: bytes = raw(size=size * 4)


class Flagged(Struct):
    there: int = u8()
    extra: int | None = when(there == 1, u8())


class Ordered(Struct):
    low: int = u8()
    high: int = u8()
    check(low <= high, "the low end is not above the high one")


class Fixed(Struct):
    body: bytes = raw(size=4)


class Holder(Struct):
    inner: Pair = nested(Pair)


class Pointed(Struct):
    offset: int = auto(u8())
    body: bytes = at(offset, raw(size=2))


class Many(Struct):
    offset: int = u8()
    items: list[Pointed] = at(offset, array(Pointed, count=9))


class Chain(Tree, tag=2):
    offset: int = auto(u8())
    kind: int = u8()
    following: Branch = at(offset, nested(Branch), direction="forward")


@dataclasses.dataclass(frozen=True)
class Read:
    """Bytes that do not parse."""

    struct: type[Struct]
    data: bytes
    path: str
    bit_offset: int | None
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def run(self, engine: str) -> object:
        return self.struct.codec(engine).parse(self.data, **self.options)


@dataclasses.dataclass(frozen=True)
class Write:
    """Values that do not build."""

    value: Callable[[], Struct]
    path: str
    parameters: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    into: int | None = None  # the size of the buffer that it is written into

    def run(self, engine: str) -> object:
        value = self.value()
        if self.into is not None:
            return type(value).codec(engine).build_into(value, bytearray(self.into), **self.parameters)
        return type(value).codec(engine).build(value, **self.parameters)


def deep_tree(levels: int) -> Tree:
    tree: Tree = Leaf()
    for _ in range(levels):
        tree = Branch(below=tree)
    return tree


def untyped(struct: type[Struct], **values: Any) -> Callable[[], Struct]:
    """A value that a type checker would refuse."""
    return lambda: struct(**values)


BELOW = ".".join(["below"] * 64)

PARSE: dict[str, Read] = {
    "truncated": Read(Pair, b"\0\1\0", "second", 16),
    "unconsumed": Read(Pair, b"\0\1\0\2\0", "", 32),
    "const": Read(Magic, b"BX", "magic", 0),
    "check": Read(Ordered, b"\2\1", "high", 8),
    "negative-size": Read(Sized, b"\1", "body", 8),
    "unknown-tag": Read(Chosen, b"\7\0", "choice", 8),
    "count-too-large": Read(Counted, b"\xff\0\1", "items", 8),
    "bad-text": Read(Wording, b"a\xff", "words", 8),
    "bad-label": Read(Named, b"\x80", "name", 0),
    "bad-pointer": Read(Named, b"\xc0\0", "name", 0),
    "too-many-hops": Read(Names, b"\1a\0\xc0\0\xc0\3", "names[2]", 40, {"limits": Limits(pointer_hops=1)}),
    "name-too-long": Read(Named, (b"\x3f" + b"a" * 63) * 4 + b"\0", "name", 0),
    "no-progress": Read(Shells, b"\0\1", "shells", 8),
    "bad-offset": Read(Pointed, b"\5ab", "body", 8),
    "bad-direction": Read(Chain, b"\0\0", "following", 16),
    "pointer-budget": Read(Many, b"\1" + b"\0" * 9, "items[0].body", 0, {"limits": Limits(pointed_factor=0)}),
    "depth": Read(Branch, b"\1" * 100 + b"\0", BELOW, 64 * 8),
    "no-terminator": Read(Terminated, b"abc", "body", 0),
    "codec": Read(Decimal, b"ax;", "number", 8),
    "varint": Read(Varied, b"\1\x80\x80\1", "number", 8),
    "too-large": Read(Pair, b"\0\1\0\2", "", None, {"limits": Limits(input_size=3)}),
    "parameter": Read(Needing, b"ab", "", None),
}

# Each is readable, listed by `check`, and refused with `strict=True`.
FINDINGS: dict[str, Read] = {
    "checksum": Read(Summed, b"\0\0ab", "sum", 0),
    "reserved-bits": Read(Spare, b"\x0a", "spare", 5),
    "padding": Read(Gap, b"\1\0\2\0", "_gap", 8),
    "non-minimal": Read(Varied, b"\1\x80\0", "number", 8),
    "enum-unknown": Read(Painted, b"\2", "colour", 0),
    "malformed": Read(Kept, b"\1\1a", "body", 16),
}

BUILD: dict[str, Write] = {
    "type": Write(untyped(Pair, first="one", second=2), "first"),
    "range": Write(lambda: Pair(first=1, second=70_000), "second"),
    "size": Write(lambda: Fixed(body=b"abc"), "body"),
    "unsolved": Write(lambda: Words(body=b"abc"), "size"),
    "conflict": Write(lambda: Twice(left=b"a", right=b"bc"), "right"),
    "check": Write(lambda: Ordered(low=2, high=1), "high"),
    "presence": Write(lambda: Flagged(there=0, extra=1), "extra"),
    "tag": Write(lambda: Opened(choice=Other()), "kind"),
    "text": Write(lambda: Ascii(words="café"), "words"),
    "codec": Write(untyped(Decimal, before=1, number="x"), "number"),
    "name": Write(lambda: Named(name="a..b."), "name"),
    "overlap": Write(lambda: Pointed(offset=0, body=b"ab"), "body"),
    "depth": Write(lambda: deep_tree(100), BELOW),
    "too-large": Write(lambda: Vast(kind=1), "_gap"),
    "no-room": Write(lambda: Pair(first=1, second=2), "", into=3),
    "parameter": Write(lambda: Needing(body=b"ab"), ""),
}


def test_every_code_has_a_row() -> None:
    assert set(PARSE) == set(PARSE_CODES)
    assert set(FINDINGS) | {"payload-cut"} == set(FINDING_CODES)
    assert set(BUILD) == set(BUILD_CODES)


@pytest.mark.parametrize("code", PARSE)
def test_parse_codes(code: str, engine: str) -> None:
    row = PARSE[code]
    with pytest.raises(ParseError) as caught:
        row.run(engine)
    error = caught.value
    assert error.code == code
    assert (error.path, error.bit_offset) == (row.path, row.bit_offset)
    assert_whole(error, row.struct.__name__)


@pytest.mark.parametrize("code", FINDINGS)
def test_finding_codes(code: str, engine: str) -> None:
    row = FINDINGS[code]
    codec = row.struct.codec(engine)
    value, findings = codec.check(row.data)
    assert value == row.run(engine)
    assert [(f.code, f.path, f.bit_offset) for f in findings] == [(code, row.path, row.bit_offset)]
    assert findings[0].message
    with pytest.raises(ParseError) as caught:
        codec.parse(row.data, strict=True)
    assert (caught.value.code, caught.value.path, caught.value.bit_offset) == (code, row.path, row.bit_offset)


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_payload_that_is_cut_is_a_finding_of_the_row(missing: int) -> None:
    registry = stack.Registry()
    registry.layer("layer", Layer)
    registry.link(147, "layer")
    data = b"\3abc"[:-missing]
    row = stack.Walker(registry).decode(capture.Packet(1, 0, 0, 147, len(data), 4, data))
    assert row.status == "cut"
    found = [(f.code, f.path, f.bit_offset) for f in row.findings]
    assert found == [("payload-cut", "layer.above", 8)]


@pytest.mark.parametrize("code", BUILD)
def test_build_codes(code: str, engine: str) -> None:
    row = BUILD[code]
    with pytest.raises(BuildError) as caught:
        row.run(engine)
    assert caught.value.code == code
    assert caught.value.path == row.path
    assert_whole(caught.value, type(row.value()).__name__)


@pytest.mark.parametrize("row", [*PARSE.values(), *BUILD.values()], ids=[*(f"parse-{c}" for c in PARSE), *(f"build-{c}" for c in BUILD)])
def test_the_engines_give_one_error(row: Read | Write) -> None:
    problems = []
    for engine in ("interp", "python"):
        with pytest.raises(BitwrightError) as caught:
            row.run(engine)
        problems.append((type(caught.value), caught.value.problem))
    assert problems[0] == problems[1]


def test_declaration_errors_have_one_code_and_the_line() -> None:
    with pytest.raises(DeclarationError, match=r"test_error_catalogue\.py:\d+: raw\(\) ends in two ways") as caught:

        class Empty(Struct):
            items: bytes = raw(prefix=u8(), terminator=b"\0")

    assert caught.value.code == "declaration"
    assert caught.value.declaration is not None
    assert caught.value.declaration.file == __file__


def assert_whole(error: BitwrightError, struct: str) -> None:
    """What every error has: one line that names the struct, the code last; a pickle that keeps all of it."""
    shown = str(error)
    assert "\n" not in shown
    assert shown.startswith(struct), shown
    assert f"[{error.code}]" in shown, shown
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert again.problem == error.problem


def test_every_code_is_explained_with_an_example() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### `([a-z-]+)`\n(.*?)(?=^##|\Z)", document, re.MULTILINE | re.DOTALL))
    codes = {*PARSE_CODES, *FINDING_CODES, *BUILD_CODES, "declaration"}
    assert set(sections) == codes
    for code, section in sections.items():
        assert f"[{code}]" in section or "```python" in section or "See " in section, code
