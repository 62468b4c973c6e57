"""variant(malformed=): what an arm cannot read is kept, on both engines alike, and nothing of the attempt stays behind."""

from __future__ import annotations

import pytest

from bitwright import Limits, Name, ParseError, Struct, array, auto, domain_name, nested, raw, reserved, text, u8, u16, variant
from tests.engines.agreement import agreed


class Value(Struct):
    """An open union whose arms can fail in every way."""


class Bytes(Value):
    data: bytes = raw()


class Number(Value, tag=1):
    number: int = u16()


class Named(Value, tag=2):
    name: Name = domain_name()


class Words(Value, tag=3):
    words: list[str] = array(text(prefix=u8(), encoding="ascii"))


class Spare(Value, tag=4):
    spare: int = reserved(8)
    number: int = u16()


class Below(Value, tag=5):
    count: int = u8()
    size: int = u16()
    body: bytes = raw(size=size - count)


class Item(Struct):
    kind: int = auto(u8())
    size: int = auto(u8())
    value: Value = variant(Value, on=kind, unknown=Bytes, malformed=Bytes, size=size)


class Inner(Value, tag=6):
    item: Item = nested(Item)


class Strict(Struct):
    kind: int = u8()
    size: int = auto(u8())
    value: Value = variant(Value, on=kind, malformed=Bytes, size=size)


class Message(Struct, origin=True):
    items: list[Item] = array(Item)


MALFORMED = [
    (b"\1\1a", "number: needs 2 bytes, 1 byte left", Bytes(data=b"a")),
    (b"\1\3abc", "1 of its bytes are left over", Bytes(data=b"abc")),
    (b"\1\0", "number: needs 2 bytes, none left", Bytes(data=b"")),
    (b"\2\2\xc0\x7f", "name: the compression pointer leads to byte 127, which is not before byte 2", Bytes(data=b"\xc0\x7f")),
    (b"\3\2\1\xff", "words[0]: byte 0xff is not valid ascii", Bytes(data=b"\1\xff")),
    (b"\3\4\1a\5b", "words[1]: needs 5 bytes, 1 byte left", Bytes(data=b"\1a\5b")),
    (b"\4\2\1\2", "number: needs 2 bytes, 1 byte left", Bytes(data=b"\1\2")),
    (b"\5\3\7\0\1", "body: its size, size - count, is -6", Bytes(data=b"\7\0\1")),
    (b"\6\2\1\5", "item.value: needs 5 bytes, none left", Bytes(data=b"\1\5")),
]


@pytest.mark.parametrize(("data", "reason", "kept"), MALFORMED)
def test_what_does_not_fit_is_kept(engine: str, data: bytes, reason: str, kept: Value) -> None:
    codec = Message.codec(engine)
    around = b"\1\2\0\1" + data + b"\x09\1z"
    value = codec.parse(around)
    assert [item.value for item in value.items] == [Number(number=1), kept, Bytes(data=b"z")]
    assert codec.build(value) == codec.build(value.relaxed()) == around
    assert codec.resolved(value.relaxed()) == value
    assert Message.from_json(value.to_json()) == value
    assert codec.parse_layer(around, plain=True)[0] == value.to_dict()
    again, findings = codec.check(around)
    assert again == value
    told = reason.replace("byte 2", "byte 6")
    assert [(f.code, f.path, f.bit_offset, f.message) for f in findings] == [
        ("malformed", "items[1].value", 48, f"does not fit its layout: {told}")
    ]  # fmt: skip
    with pytest.raises(ParseError) as caught:
        codec.parse(around, strict=True)
    if data[0] != 4:  # where reserved bits end the strict run first
        assert (caught.value.code, caught.value.path, caught.value.byte_offset) == ("malformed", "items[1].value", 6)


def test_what_was_found_in_the_attempt_is_forgotten(engine: str) -> None:
    """A finding before the failure belongs to a reading that did not happen; one of a reading that did is kept."""
    codec = Item.codec(engine)
    assert [f.code for f in codec.check(b"\4\2\1\2")[1]] == ["malformed"]
    assert [(f.code, f.path) for f in codec.check(b"\4\3\1\2\3")[1]] == [("reserved-bits", "value.spare")]
    with pytest.raises(ParseError) as caught:
        codec.parse(b"\4\3\1\2\3", strict=True)
    assert caught.value.code == "reserved-bits"


def test_the_inner_attempt_comes_first(engine: str) -> None:
    value, findings = Item.codec(engine).check(b"\6\3\1\1a")
    assert value.value == Inner(item=Item(kind=1, size=1, value=Bytes(data=b"a")))
    assert [f.path for f in findings] == ["value.item.value"]


def test_what_it_cannot_help_is_an_error() -> None:
    for data in (b"\1\5abc", b"\1", b"\1\2\0\1\0"):
        assert agreed(Item, "parse", data).problem is not None
    assert agreed(Strict, "parse", b"\x09\1z").value.value == Bytes(data=b"z")  # no arm has the tag: that is malformed too


def test_a_tag_that_is_no_auto_field_may_be_any(engine: str) -> None:
    codec = Strict.codec(engine)
    assert codec.build(Strict(kind=1, value=Bytes(data=b"a"))) == b"\1\1a"
    assert codec.build(Strict(kind=9, value=Bytes(data=b"a"))) == b"\x09\1a"


def test_every_trace_of_the_attempt_is_gone() -> None:
    _, _, spans = Message.codec("interp").trace(b"\3\4\1a\5b")
    assert [span.path for span in spans if span.path.startswith("items[0].value")] == ["items[0].value.data", "items[0].value"]


def test_limits_are_failures_too(engine: str) -> None:
    data = b"\2\3\1a\0" + b"\2\2\xc0\2" + b"\2\2\xc0\7"
    codec = Message.codec(engine)
    assert [type(item.value) for item in codec.parse(data).items] == [Named, Named, Named]
    limited = codec.parse(data, limits=Limits(pointer_hops=1))
    assert limited.items[2].value == Bytes(data=b"\xc0\7")
