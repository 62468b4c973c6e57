"""Class 7: elements that take no bytes, in every form of array: refused when declared, or a typed error; nothing ever hangs."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable
from typing import Any

import pytest

import bitwright
from bitwright import BitwrightError, Cursor, DeclarationError, FieldCodec, Struct, array, coded, param, raw, text, u8, u32, variant
from tests.engines.agreement import agreed


class Empty(Struct):
    """Nothing at all."""


class Blank(Struct):
    """Bytes of a size from outside the element, which may be none."""

    body: bytes = raw(size=0)


ELEMENTS: dict[str, Callable[[], Any]] = {
    "Empty": lambda: Empty,
    "Blank": lambda: Blank,
    "raw": lambda: raw(size=0),
    "text": lambda: text(size=0),
}
FORMS: dict[str, dict[str, Any]] = {
    "to the end": {},
    "size": {"size": 5},
    "until": {"until": lambda it: it is None},
    "count": {"count": 1 << 40},
}


untyped_array: Any = array  # the forms come from a table


def declare(item: str, form: str) -> type[Struct]:
    """A struct that holds such an array."""

    class Held(Struct):
        count: int = u32()
        items: list[Any] = untyped_array(ELEMENTS[item](), **FORMS.get(form, {"count": count}))

    return Held


@pytest.mark.parametrize("item", ELEMENTS)
@pytest.mark.parametrize("form", [*FORMS, "u32 count"])
def test_every_form(item: str, form: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        declare(item, form).codec("interp").program("parse")
    assert caught.value.path == "items"


def test_an_element_whose_size_may_be_zero_is_refused() -> None:
    with pytest.raises(DeclarationError, match="its elements can be empty"):

        class Sized(Struct):
            size: int = u8()
            items: list[bytes] = array(raw(size=size))


class Idle(FieldCodec[None]):
    """Code of a format's author that takes nothing: nobody knows when the class is made."""

    def parse(self, cursor: Cursor) -> None:
        """Nothing."""

    def build(self, value: None, out: bytearray) -> None:
        """Nothing."""


@pytest.mark.parametrize("form", ["to the end", "size"])
def test_an_element_of_which_nobody_knows_its_size_is_refused(form: str) -> None:
    with pytest.raises(DeclarationError, match="its elements can be empty"):

        class Idlers(Struct):
            items: list[None] = untyped_array(coded(Idle()), **FORMS[form])


class Hollow(Struct):
    """What a tag chooses."""


class Nothing(Hollow, tag=0):
    """No bytes."""


class Something(Hollow, tag=1):
    """A byte."""

    value: int = u8()


class Shell(Struct):
    """Bytes or none, as a number outside says: when the class is made, nobody knows which."""

    kind = param(int)
    inside: Hollow = variant(Hollow, on=kind)


class Shells(Struct):
    """As many as fill the input."""

    kind: int = u8()
    shells: list[Shell] = array(Shell, arguments={"kind": kind})


def test_elements_that_turn_out_to_be_empty_end_the_message() -> None:
    for size in (1, 100_000):
        error = agreed(Shells, "parse", b"\0" + bytes(size)).problem
        assert (error.code, error.path, error.bit_offset) == ("no-progress", "shells", 8)
    assert agreed(Shells, "parse", b"\0").value == Shells(kind=0, shells=[])
    assert len(agreed(Shells, "parse", b"\1abc").value.shells) == 3


@pytest.mark.parametrize("text", ["<<>>", '<<"">>', "<<a::0>>", "<<a::size(0)>>", "<<a::binary-size(0)>>", "<<a::bits-size(0), b::0>>"])
def test_patterns_of_no_bits_are_no_endless_iteration(text: str) -> None:
    """What matches nothing is found no more often than there are bits, or is refused."""
    with contextlib.suppress(BitwrightError):
        assert len(list(itertools.islice(bitwright.pattern(text).iter(b"abc"), 100))) <= 24


def test_a_stream_of_messages_without_bytes_is_refused() -> None:
    with pytest.raises(BitwrightError):
        Empty.stream()
