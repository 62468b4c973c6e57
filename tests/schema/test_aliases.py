"""Fields declared by an annotation alone mean exactly what the calls mean."""

from __future__ import annotations

import pytest

from bitwright import DeclarationError, OpenEnum, Struct, aliases, auto, bits, f32, flag, i16, pad, raw, u8, u16
from bitwright.aliases import F32, I16, U3, U4, U5, U8, U16, Flag
from bitwright.schema.spec import FieldSpec


class Opcode(OpenEnum):
    QUERY = 0
    STATUS = 2


class Short(Struct):
    id: U16
    qr: Flag = False
    opcode: U4[Opcode] = Opcode.QUERY
    _gap = pad(bits=3)
    ratio: F32
    size: int = auto(u8())
    body: bytes = raw(size=size)
    delta: aliases.I16 = -5
    z: U3 = 0
    tail: U5
    more: bytes = raw(size=z, default=b"")


class Long(Struct):
    id: int = u16()
    qr: bool = flag(default=False)
    opcode: Opcode = bits(4, Opcode, default=Opcode.QUERY)
    _gap = pad(bits=3)
    ratio: float = f32()
    size: int = auto(u8())
    body: bytes = raw(size=size)
    delta: int = i16(default=-5)
    z: int = bits(3, default=0)
    tail: int = bits(5)
    more: bytes = raw(size=z, default=b"")


def said(struct: type[Struct]) -> list[tuple[object, ...]]:
    """What a class declares, but for the places."""
    fields: tuple[FieldSpec, ...] = struct.__bitwright__.fields
    return [(f.name, f.type, f.default, f.auto, f.hidden) for f in fields]


def test_aliases_mean_what_the_calls_mean() -> None:
    assert said(Short) == said(Long)
    message = Short(id=5, ratio=1.5, body=b"ab", tail=3)
    wire = message.build()
    assert wire == Long(id=5, ratio=1.5, body=b"ab", tail=3).build()
    assert Short.parse(wire).opcode is Opcode.QUERY
    assert Short.parse(wire) == message.resolved()


def test_each_field_knows_its_line() -> None:
    lines = [f.location.line for f in Short.__bitwright__.fields]
    assert lines == sorted(lines)
    assert len(set(lines)) == len(lines)
    assert all(f.location.file == __file__ for f in Short.__bitwright__.fields)


def test_names_of_the_function_around_the_class() -> None:
    class Kind(OpenEnum):
        ONE = 1

    class Local(Struct):
        kind: U8[Kind]
        value: I16

    assert Local.parse(b"\1\xff\xff") == Local(kind=Kind.ONE, value=-1)


def test_annotations_that_are_values() -> None:
    names = {"Struct": Struct, "U8": U8, "U4": U4, "Opcode": Opcode, "pad": pad, "raw": raw}
    source = "class Evaluated(Struct):\n    a: U8\n    b: U4[Opcode] = Opcode.STATUS\n    _gap = pad(bits=4)\n    c: U8 = 7\n"
    source += "    d: bytes = raw(size=c)\n"
    exec(compile(source, "evaluated.py", "exec", dont_inherit=True), names)
    made = names["Evaluated"]
    assert made(a=1, d=bytes(7)).build() == b"\1\x20\7" + bytes(7)  # type: ignore[operator]  # what exec made


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("n: U8\n    data: bytes = raw(size=n)", r"n: `n: U8` has no right-hand side.*write `n: int = u8\(\)`"),
        ("n: U4[Opcode]\n    twice = n * 2", r"write `n: Opcode = bits\(4\)`"),
        ("n: U3 = 9", "does not fit 3 bits"),
        ("n: U8 = 'x'", "is not int"),
        ("n: Unknown", "has no right-hand side"),
        ("n: U8\n    n: U16 = 5\n    n: int = u8()", "declared twice"),
    ],
)
def test_what_is_refused(body: str, message: str) -> None:
    names = {"Struct": Struct, "U8": U8, "U3": U3, "U4": U4, "U16": U16, "Opcode": Opcode, "raw": raw, "u8": u8}
    source = f"from __future__ import annotations\nclass Wrong(Struct):\n    {body}\n"
    with pytest.raises(DeclarationError, match=message):
        exec(compile(source, "user.py", "exec", dont_inherit=True), names)


def test_every_alias() -> None:
    for name in aliases.__all__:
        alias = getattr(aliases, name)
        names = {"Struct": Struct, name: alias, "pad": pad}
        gap = "\n    _gap = pad(bits=64)" if name == "Flag" or int(name[1:]) % 8 else ""
        exec(f"class One(Struct):\n    value: {name}{gap}\n", names)
        wire = names["One"].__bitwright__.fields[0].type
        assert getattr(wire, "width", None) in (1 if name == "Flag" else int(name[1:]), None)
