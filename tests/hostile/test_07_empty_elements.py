"""Class 7: elements that take no bytes, in every form of array: refused when declared, or a typed error; nothing ever hangs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bitwright import DeclarationError, Struct, array, raw, text, u8, u32


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
