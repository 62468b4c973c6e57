"""parse(data, only=...): what is asked for, what it costs, and what is said of paths that lead nowhere."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from bitwright import SKIPPED, NeedMore, ParseError, Struct, array, at, auto, const, nested, raw, text, u8, u16, u32, variant, when
from bitwright.lower.facts import Options
from bitwright_specs.dns import Message
from tests.ir.programs import dns_messages


class Point(Struct):
    x: int = u8()
    y: int = u8()


class Body(Struct):
    """The union."""


class Number(Body, tag=1):
    number: int = u8()


class Words(Body, tag=2):
    words: str = text()


class Record(Struct):
    magic: bytes = const(raw(size=2), b"BW")
    count: int = auto(u8())
    points: list[Point] = array(Point, count=count)
    names: list[str] = array(text(prefix=u8()), count=2)
    tag: int = auto(u8())
    length: int = auto(u8())
    body: Body = variant(Body, on=tag, size=length)
    flags: int = u8()
    extra: int | None = when(flags == 1, u16())
    corner: Point = nested(Point)
    double = flags * 2
    last: int = u32()


MESSAGE = Record(
    points=[Point(x=1, y=2), Point(x=3, y=4)], names=["a", "bc"], body=Number(number=7), flags=1, extra=500, corner=Point(x=5, y=6), last=9
)  # fmt: skip
WIRE = MESSAGE.build()


def part(engine: str, *only: str, data: bytes = WIRE) -> Record:
    found: Record = Record.codec(engine).parse(data, only=only)
    return found


def test_fields_by_path(engine: str) -> None:
    found = part(engine, "points.y", "flags", "corner")
    assert found.points == [Point(x=SKIPPED, y=2), Point(x=SKIPPED, y=4)]
    assert (found.flags, found.corner) == (1, Point(x=5, y=6))
    there = [field.name for field in Record.__bitwright__.visible if getattr(found, field.name) is not SKIPPED]
    assert there == ["points", "flags", "corner"]


def test_computed_values_stand_for_their_fields(engine: str) -> None:
    found = part(engine, "double")
    assert (found.double, found.flags, found.last) == (2, 1, SKIPPED)


def test_what_is_skipped_is_not_looked_at(engine: str) -> None:
    damaged = WIRE.replace(b"BW", b"??").replace(b"bc", b"\xff\xff")
    with pytest.raises(ParseError):
        Record.codec(engine).parse(damaged)
    assert part(engine, "last", data=damaged).last == 9


def test_nothing_behind_the_last_field_is_read(engine: str) -> None:
    assert part(engine, "points", data=WIRE[:7]).points == MESSAGE.points
    assert part(engine, "count", data=WIRE[:3] + b"and anything else").count == 2
    with pytest.raises(ParseError) as caught:
        part(engine, "points", data=WIRE[:6])
    assert (caught.value.code, caught.value.path) == ("count-too-large", "points")
    assert part(engine, data=b"").last is SKIPPED


def test_errors_are_those_of_the_whole(engine: str) -> None:
    for end in range(len(WIRE)):
        with pytest.raises(ParseError) as caught:
            part(engine, "last", data=WIRE[:end])
        with pytest.raises(ParseError) as whole:
            Record.codec(engine).parse(WIRE[:end])
        assert caught.value.code == whole.value.code
        assert caught.value.path.split(".")[0].split("[")[0] == whole.value.path.split(".")[0].split("[")[0]


def test_arms_that_lack_the_field_are_empty(engine: str) -> None:
    found = part(engine, "body.words", "flags")
    assert found.body == Number(number=SKIPPED)
    words = MESSAGE.replace(tag=None, length=None, body=Words(words="hello")).build()
    assert part(engine, "body.words", data=words).body == Words(words="hello")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("flagz", "only='flagz': Record has no field 'flagz'; it has: magic, count, points, names, tag, length, body, flags"),
        ("points.z", "only='points.z': points has no field 'z'; it has: x, y"),
        ("points.x.y", "only='points.x.y': points.x has no field 'y'; it holds no fields"),
        ("body.numbers", "body has no field 'numbers'; it has: number, words"),
        ("", "Record has no field ''"),
    ],
)
def test_paths_that_lead_nowhere(path: str, said: str, engine: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        part(engine, "flags", path)
    assert not isinstance(caught.value, ParseError)


def test_a_single_path_may_stand_alone() -> None:
    assert Record.parse(WIRE, only="flags") == part("interp", "flags")
    assert Record.parse(bytearray(WIRE), only=["flags"]) == part("interp", "flags")
    assert Record.parse(memoryview(WIRE), only={"flags"}) == part("interp", "flags")


def test_what_needs_the_whole_is_refused() -> None:
    whole: tuple[dict[str, Any], ...] = ({"strict": True}, {"keep": True}, {"partial": True})
    for options in whole:
        with pytest.raises(ValueError, match="need all of it"):
            Record.parse(WIRE, only=("flags",), **options)
    with pytest.raises(NeedMore):
        Record.parse(WIRE[:4], partial=True)


def test_skipped_is_one_value() -> None:
    assert not SKIPPED
    assert repr(SKIPPED) == "SKIPPED"
    assert pickle.loads(pickle.dumps(SKIPPED)) is SKIPPED
    assert copy.deepcopy(SKIPPED) is SKIPPED
    assert type(SKIPPED)() is SKIPPED
    found = part("python", "flags")
    assert pickle.loads(pickle.dumps(found)) == found
    assert pickle.loads(pickle.dumps(found)).last is SKIPPED


def test_plain_data_leaves_out_what_was_skipped() -> None:
    assert Record.parse(WIRE, only=("points.x", "extra")).to_dict() == {"points": [{"x": 1}, {"x": 3}], "extra": 500}
    assert Record.parse(WIRE, only="flags").to_json() == '{"flags":1}'


def test_programs_hold_only_what_is_needed() -> None:
    codec = Message.codec("python")
    asked = Options(only=frozenset({("rcode",)}))
    kinds = [op.kind for op in codec.optimized("parse", "big", asked).functions["entry"].body.ops]
    assert sorted(set(kinds)) == ["bin", "bits", "box", "const", "load", "make", "need", "skipped", "yield"]
    assert codec.parts.parse(dns_messages()[0], ("rcode",), None, None, {}).rcode == Message.parse(dns_messages()[0]).rcode
    assert len(codec.parts._options) == 1


def test_compressed_names_behind_skipped_ones(engine: str) -> None:
    for data in dns_messages():
        whole = Message.parse(data)
        found = Message.codec(engine).parse(data, only=("answers.name", "additionals.ttl"))
        assert [record.name for record in found.answers] == [record.name for record in whole.answers]
        assert [record.ttl for record in found.additionals] == [record.ttl for record in whole.additionals]


def test_pointers_that_nobody_asks_for_are_not_followed(engine: str) -> None:
    class Leading(Struct):
        offset: int = u8()
        far: int = at(offset, u16())
        after: int = u8()

    codec = Leading.codec(engine)
    assert codec.parse(b"\xff\x07", only="offset").offset == 255
    assert codec.parse(b"\x02\x07\1\2", only="far").far == 258
    with pytest.raises(ParseError):
        codec.parse(b"\xff\x07", only="far")


class Tagged(Struct):
    kind: int = auto(u8())
    is_number = kind == 1
    body: Body = variant(Body, on=kind)


def test_what_depends_on_something_skipped_says_so() -> None:
    part = Tagged.parse(Tagged(body=Number(number=7)).build(), only="body")
    with pytest.raises(ValueError, match="kind was left out when the message was parsed with only="):
        _ = part.is_number
    with pytest.raises(ValueError, match="kind is not known yet"):
        _ = Tagged(body=Number(number=7)).is_number
    assert part.relaxed().kind is SKIPPED
    assert part.relaxed().body == part.body
