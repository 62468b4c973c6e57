"""Hypothesis strategies from declarations: they give what they say, and shrink to the smallest message."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from bitwright import ParseError, Struct, array, auto, check, checksum, pattern, raw, u8, u16, variant
from bitwright.checksum import internet
from bitwright.testing import labelled, strategy, wire
from bitwright.testing.labels import Label
from bitwright.testing.registering import register, strategy_of
from bitwright_specs.dns import Message
from bitwright_specs.ipv4 import IPv4

SETTINGS = settings(
    max_examples=30, deadline=None, derandomize=True, database=None, phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)  # fmt: skip
FINDING = settings(SETTINGS, max_examples=1500)


class Body(Struct):
    """What an item holds."""


class Text(Body, tag=1):
    text: bytes = raw(prefix=u8())


class Number(Body, tag=2):
    value: int = u16()


class Item(Struct):
    """An element."""

    tag: int = auto(u8())
    body: Body = variant(Body, on=tag)


class Box(Struct):
    """Something that has everything that shrinks."""

    version: int = u8()
    check(version >= 3, "older ones are not read")
    count: int = auto(u8())
    sum: int = checksum(u16(), internet)
    items: list[Item] = array(Item, count=count)


@SETTINGS
@given(strategy(Box))
def test_messages_are_valid(box: Box) -> None:
    assert Box.parse(box.build(), strict=True) == box
    assert box.version >= 3


@SETTINGS
@given(strategy(Message))
def test_messages_of_a_large_format(message: Message) -> None:
    assert Message.parse(message.build()) == message


@SETTINGS
@given(wire(IPv4))
def test_bytes_are_messages(data: bytes) -> None:
    IPv4.parse(data, strict=True)


@SETTINGS
@given(labelled(IPv4))
def test_nearly_valid_ones_do_what_their_label_says(pair: tuple[bytes, Label]) -> None:
    data, label = pair
    assert label.tier == "lie"
    if label.expected.accepts is not None:
        try:
            IPv4.parse(data, strict=bool(label.expected.code) and label.expected.accepts)
            code = ""
        except ParseError as error:
            code = error.code
        assert code == label.expected.code


@SETTINGS
@given(wire(Box, kind="raw"), wire(Box, kind="nearly-valid"))
def test_other_bytes_are_a_value_or_an_error(raw_bytes: bytes, nearly: bytes) -> None:
    for data in (raw_bytes, nearly):
        try:
            assert isinstance(Box.parse(data), Box)
        except ParseError as error:
            assert error.code  # noqa: PT017


def test_a_failure_shrinks_to_the_smallest_message() -> None:
    def fails(box: Box) -> bool:
        return any(isinstance(item.body, Number) and item.body.value >= 1000 for item in box.items)

    smallest: Any = find(strategy(Box), fails, settings=FINDING)
    assert (smallest.version, len(smallest.items)) == (3, 1)
    assert smallest.items[0].body == Number(value=1000)


@pytest.mark.parametrize(
    "text",
    [
        "<<4::4, ihl::4, rest::binary>>", "<<size::8, body::binary-size(size), _::binary>>", "<<a::little-signed-16, 0::1, b::7>>",
        "<<n, x::size(n)-unit(8), rest::bits>>", "<<x::float, c::utf8>>", '<<"GIF8", _::8, w::16>>', "<<_reserved::3, a::5>>",
    ],
)  # fmt: skip
def test_bytes_that_a_pattern_matches(text: str) -> None:
    compiled = pattern(text)

    @SETTINGS
    @given(strategy(compiled))
    def holds(data: bytes) -> None:
        assert compiled.match(data) is not None

    holds()


def test_guards_and_values_from_outside_hold() -> None:
    guarded = pattern("<<kind::8, n::16>> when kind in [3, 5] and n > 1000")
    found = find(strategy(guarded), lambda data: True, settings=FINDING)
    assert found[0] in (3, 5)
    pinned = pattern("<<^version::8, rest::binary>>")
    assert find(strategy(pinned, version=7), lambda data: True, settings=FINDING) == b"\x07"


def test_a_pattern_that_is_no_bitstring_is_refused() -> None:
    with pytest.raises(TypeError, match="patterns that are one bitstring"):
        find(strategy(pattern("{a, <<b>>}")), lambda data: True, settings=FINDING)


def test_what_is_no_declaration_is_refused() -> None:
    with pytest.raises(TypeError, match="a Struct class or a Pattern"):
        strategy(int)  # type: ignore[type-var]
    with pytest.raises(ValueError, match="there are valid, nearly-valid and raw"):
        wire(Box, kind="bad")  # type: ignore[arg-type]


def test_from_type_knows_every_struct() -> None:
    register()
    assert isinstance(find(st.from_type(Box), lambda box: True, settings=FINDING), Box)
    assert strategy_of(Struct) is None
    assert strategy_of(int) is None
    assert strategy_of("Box") is None


def test_registering_loads_little_and_its_absence_is_explained() -> None:
    script = """
        import sys
        import bitwright.testing.registering
        heavy = ("hypothesis", "bitwright.testing.strategies", "bitwright.codec")
        assert not any(name.startswith(heavy) for name in sys.modules), sys.modules
        sys.modules["hypothesis"] = None
        from bitwright import Struct, u8
        from bitwright.testing import strategy
        class One(Struct):
            x: int = u8()
        try:
            strategy(One)
        except ImportError as error:
            print(error)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "strategies need hypothesis: pip install hypothesis\n"
