"""Values as plain data and back: every kind of field, the arms of unions, and where data does not fit."""

from __future__ import annotations

import linecache
from typing import Any, Literal

import msgspec
import pytest

from bitwright import (
    IPv4Address,
    IPv6Address,
    MACAddress,
    Name,
    OpenEnum,
    Struct,
    array,
    auto,
    bits,
    const,
    domain_name,
    flag,
    ipv4,
    ipv6,
    mac,
    nested,
    pad,
    payload,
    raw,
    reserved,
    switch,
    text,
    u8,
    u16,
    u32,
    variant,
    when,
)  # fmt: skip
from bitwright.plain import from_plain, plain_of, plain_value, relaxed, to_plain


class Kind(OpenEnum):
    PLAIN = 0
    FANCY = 1


class Tag(OpenEnum):
    V4 = 4
    V6 = 6
    ALIAS = 10
    POINTER = 11


class Everything(Struct):
    number: int = u16()
    kind: Kind = bits(4, Kind, default=Kind.PLAIN)
    yes: bool = flag(default=False)
    _z: int = reserved(3)
    _gap = pad(bytes=1)
    blob: bytes = raw(prefix=u8(), default=b"")
    label: str = text(prefix=u8(), default="")
    host: Name = domain_name(default=".")
    v4: IPv4Address = ipv4(default=IPv4Address("0.0.0.0"))
    v6: IPv6Address = ipv6(default=IPv6Address("::"))
    hardware: MACAddress = mac(default=MACAddress("00:00:00:00:00:00"))
    extra: bytes | None = when(yes, raw(size=2))
    kinds: list[Kind] = array(u8(Kind), count=2, default=[Kind.PLAIN, Kind.PLAIN])
    body: bytes = payload()


class Data(Struct):
    """The union."""


class V4(Data, tag=Tag.V4):
    address: IPv4Address = ipv4()


class V6(Data, tag=Tag.V6):
    address: IPv6Address = ipv6()


class Alias(Data, tag=(Tag.ALIAS, 12)):
    target: Name = domain_name()


class Pointer(Data, tag=Tag.POINTER):
    target: Name = domain_name()


class Other(Data):
    data: bytes = raw(default=b"")


class Item(Struct):
    tag: Tag = auto(u16(Tag))
    length: int = auto(u16())
    data: Data = variant(Data, on=tag, unknown=Other, empty=Other, size=length)


class Message(Struct):
    version: Literal[3] = const(u8(), 3)
    count: int = auto(u8())
    items: list[Item] = array(Item, count=count, default=[])


FULL = Everything(
    number=258,
    kind=Kind.FANCY,
    yes=True,
    blob=b"\x01\xff",
    label="naïve",
    host="www.example.",
    v4=IPv4Address("192.0.2.1"),
    v6=IPv6Address("2001:db8::1"),
    hardware=MACAddress("00:00:5e:00:53:01"),
    extra=b"\xab\xcd",
    kinds=[Kind.PLAIN, Kind(7)],
    body=b"\x00\x10",
)
FULL_PLAIN = {
    "number": 258,
    "kind": "FANCY",
    "yes": True,
    "_z": 0,
    "blob": "01ff",
    "label": "naïve",
    "host": "www.example.",
    "v4": "192.0.2.1",
    "v6": "2001:db8::1",
    "hardware": "00:00:5e:00:53:01",
    "extra": "abcd",
    "kinds": ["PLAIN", 7],
    "body": "0010",
}


def message(*data: Data) -> Message:
    return Message(items=[Item(data=one) for one in data])


def test_every_kind_of_field_is_plain_in_wire_order() -> None:
    plain = to_plain(FULL)
    assert plain == FULL_PLAIN
    assert list(plain) == list(FULL_PLAIN)
    assert msgspec.json.decode(FULL.to_json()) == FULL_PLAIN


def test_plain_data_is_of_builtin_types_only() -> None:
    def types(value: Any) -> set[type]:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return {type(value)}.union(*(types(each) for each in inner))

    assert types(to_plain(FULL)) == {dict, list, str, int, bool}


def test_from_plain_is_the_inverse() -> None:
    assert from_plain(Everything, FULL_PLAIN) == FULL
    assert Everything.from_json(FULL.to_json()) == FULL


def test_a_missing_optional_field_takes_its_default() -> None:
    assert from_plain(Everything, {"number": 1}) == Everything(number=1)


def test_underived_and_absent_fields_are_null() -> None:
    plain = to_plain(message(V4(address=IPv4Address("192.0.2.1"))))
    assert plain == {"version": 3, "count": None, "items": [{"tag": None, "length": None, "data": {"address": "192.0.2.1"}}]}
    assert from_plain(Message, plain) == message(V4(address=IPv4Address("192.0.2.1")))
    assert to_plain(Everything(number=1))["extra"] is None


def test_the_payload_can_be_left_out() -> None:
    assert plain_of(Everything, payload=False)(FULL) == {k: v for k, v in FULL_PLAIN.items() if k != "body"}


def test_an_arm_registered_after_compiling_is_converted() -> None:
    to_plain(message(V4(address=IPv4Address("192.0.2.1"))))

    class Late(Data, tag=77):
        level: int = u8()

    late = message(Late(level=3))
    assert to_plain(late)["items"][0]["data"] == {"level": 3}
    assert from_plain(Message, {"items": [{"tag": 77, "data": {"level": 3}}]}).items[0].data == Late(level=3)


def test_a_struct_inside_itself() -> None:
    class Inner(Struct):
        more: bool = flag(default=False)
        level: int = bits(7, default=0)

    class Outer(Struct):
        first: Inner = nested(Inner)
        chosen: Inner | Other = switch(first.level, {1: Inner}, Other)

    value = Outer(first=Inner(level=1), chosen=Inner(level=9))
    assert to_plain(value) == {"first": {"more": False, "level": 1}, "chosen": {"more": False, "level": 9}}
    assert from_plain(Outer, to_plain(value)) == value  # the tag is a field of a nested struct


def test_generated_source_is_in_linecache() -> None:
    to_plain(FULL)
    file = f"<bitwright plain {__name__}.Everything>"
    assert "'number': o.number," in "".join(linecache.getlines(file))


@pytest.mark.parametrize(
    ("value", "plain"),
    [(Kind.FANCY, "FANCY"), (Kind(9), 9), (b"\x00\x7f", "007f"), (IPv4Address("192.0.2.7"), "192.0.2.7"), (None, None), (True, True)],
)
def test_single_values(value: Any, plain: Any) -> None:
    assert plain_value(value) == plain
    assert plain_value([value]) == [plain]
    assert plain_value({"a": value}) == {"a": plain}


def test_partial_fields_with_structs() -> None:
    assert plain_value({"items": [Item(tag=Tag.V4, data=Other())]}) == {"items": [{"tag": "V4", "length": None, "data": {"data": ""}}]}


# --- the arm of a union ------------------------------------------------------------------------


def arm(**item: Any) -> Any:
    return from_plain(Message, {"items": [item]}).items[0].data


def test_the_tag_chooses_the_arm() -> None:
    assert arm(tag="POINTER", data={"target": "a."}) == Pointer(target="a.")
    assert arm(tag=12, data={"target": "a."}) == Alias(target="a.")
    assert arm(tag=999, data={"data": "00"}) == Other(data=b"\x00")


def test_a_tagged_arm_that_does_not_fit_gives_way_to_the_empty_one() -> None:
    assert arm(tag="V4", data={"data": ""}) == Other()


def test_without_a_tag_names_choose_then_values() -> None:
    assert arm(data={"data": "00"}) == Other(data=b"\x00")
    assert arm(data={"address": "192.0.2.1"}) == V4(address=IPv4Address("192.0.2.1"))
    assert arm(data={"address": "2001:db8::1"}) == V6(address=IPv6Address("2001:db8::1"))


@pytest.mark.parametrize(
    ("item", "complaint"),
    [
        ({"data": {"target": "a."}}, "items[0].data: fits Alias and Pointer; give the tag"),
        ({"data": {"address": "x"}}, "items[0].data: fits neither V4 nor V6; give the tag"),
        ({"data": {"nonsense": 1}}, "items[0].data: no arm of Data has just the fields nonsense; give the tag"),
        ({"data": 5}, "items[0].data: an arm of Data is written as an object, not as 5"),
        ({"tag": "V4", "data": {"target": "a."}}, "items[0].data.target: V4 has no such field; it has address"),
        ({"tag": "V4", "data": {"address": "192.0.2.256"}}, "items[0].data.address: '192.0.2.256' is no IPv4Address: "),
        ({"tag": "NONE", "data": {}}, "items[0].tag: 'NONE' is not a name of Tag; write its number"),
        ({"tag": 1.5, "data": {}}, "items[0].tag: takes a name or a number, not 1.5"),
        ({}, "items[0].data: is missing; Item needs it"),
    ],
)
def test_misfits_of_unions_name_the_place(item: Any, complaint: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the text is compared
        from_plain(Message, {"items": [item]})
    assert str(caught.value).startswith(complaint)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"number": "1"}, "number: takes a number, not '1'"),
        ({"number": True}, "number: takes a number, not true"),
        ({"number": None}, "number: cannot be null"),
        ({"yes": 1}, "yes: takes true or false, not 1"),
        ({"blob": "0g"}, "blob: '0g' is not hexadecimal"),
        ({"blob": [1]}, "blob: takes hexadecimal text, not a list"),
        ({"label": {}}, "label: takes text, not an object"),
        ({"hardware": "00:00"}, "hardware: '00:00' is no MACAddress: "),
        ({"kinds": ["PLAIN", "x" * 99]}, "kinds[1]: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx... is not a name of Kind"),
        ({"kinds": "PLAIN"}, "kinds: takes a list, not 'PLAIN'"),
        ({"nombre": 1}, "nombre: Everything has no such field; it has number, kind"),
    ],
)
def test_misfits_name_the_place(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the text is compared
        from_plain(Everything, {**FULL_PLAIN, **change})
    assert str(caught.value).startswith(complaint)


def test_what_is_no_object_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^Message is written as an object with the fields version, count, items, not as a list"):
        from_plain(Message, [])


# --- relaxed -----------------------------------------------------------------------------------


def test_relaxed_opens_derived_fields_everywhere() -> None:
    known = Message(count=1, items=[Item(tag=Tag.V4, length=4, data=V4(address=IPv4Address("192.0.2.1")))])
    assert relaxed(known) == message(V4(address=IPv4Address("192.0.2.1")))


def test_relaxed_copies_deeply() -> None:
    original = message(Other(data=b"x"))
    copy = relaxed(original)
    copy.items[0].data = Other(data=b"y")
    copy.items.append(Item(data=Other()))
    assert original == message(Other(data=b"x"))


@pytest.mark.parametrize(("tag", "data"), [(999, Other()), (12, Alias(target="a.")), (Tag.V4, Other())])
def test_relaxed_keeps_a_tag_that_the_class_could_not_give_back(tag: int, data: Data) -> None:
    assert relaxed(Item(tag=Tag(tag), length=9, data=data)) == Item(tag=Tag(tag), data=data)


def test_relaxed_opens_constants_that_are_computed() -> None:
    class Framed(Struct):
        length: int = auto(u32())
        body: bytes = raw(size=length)
        trailer: int = const(u32(), length)

    assert relaxed(Framed(length=1, body=b"x", trailer=1)) == Framed(body=b"x")


def test_a_tag_that_is_computed_from_what_is_given_or_from_defaults() -> None:
    class Pair(Struct):
        high: int = u8(default=0)
        low: int = u8()
        data: Data = variant(Data, on=high * 256 + low, unknown=Other)

    assert from_plain(Pair, {"low": 11, "data": {"target": "a."}}).data == Pointer(target="a.")
    assert from_plain(Pair, {"high": 0, "low": 10, "data": {"target": "a."}}).data == Alias(target="a.")


def test_more_addresses_than_are_remembered() -> None:
    class Host(Struct):
        address: IPv4Address = ipv4()

    numbers = [n * 65537 % 2**32 for n in range(20_000)]
    shown = [to_plain(Host(address=IPv4Address(n.to_bytes(4, "big"))))["address"] for n in numbers]
    assert shown == [".".join(map(str, n.to_bytes(4, "big"))) for n in numbers]
