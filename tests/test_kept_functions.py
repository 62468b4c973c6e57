"""Functions of formats that somebody kept: what serves by now is what they lead to, whenever they were kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bitwright import ParseError, Struct, auto, tiers, u8, u16, variant
from bitwright.codec import Codec
from bitwright.engines import COMPILED


@pytest.fixture(autouse=True)
def early(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Programs move after a few messages."""
    monkeypatch.delenv("BITWRIGHT_BACKEND", raising=False)
    monkeypatch.setenv("BITWRIGHT_CACHE", str(tmp_path))
    monkeypatch.setenv(tiers.VARIABLE, "5")
    yield
    tiers.settle()


def test_a_function_that_was_kept_leads_to_arms_that_were_added_later() -> None:
    class Body(Struct):
        """The union."""

    class First(Body, tag=1):
        number: int = u8()

    class Outer(Struct):
        tag: int = auto(u8())
        body: Body = variant(Body, on=tag)

    early = Outer.parse
    assert early(b"\x01\x05").body == First(number=5)

    class Second(Body, tag=2):
        number: int = u16()

    assert early(b"\x02\x00\x05") == Outer.parse(b"\x02\x00\x05") == Outer(tag=2, body=Second(number=5))


def test_machine_code_that_was_kept_asks_again_when_arms_were_added_later() -> None:
    class Body(Struct):
        """The union."""

    class First(Body, tag=1):
        number: int = u8()

    class Outer(Struct):
        tag: int = auto(u8())
        body: Body = variant(Body, on=tag)

    Outer.compile()
    early = Outer.parse
    assert early(b"\x01\x05").body == First(number=5)

    class Second(Body, tag=2):
        number: int = u16()

    assert early(b"\x02\x00\x05") == Outer.parse(b"\x02\x00\x05") == Outer(tag=2, body=Second(number=5))
    with pytest.raises(ParseError):
        early(b"\x03")


def test_what_counted_its_calls_is_machine_code_with_little_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(tiers.VARIABLE, "3")

    class Short(Struct):
        number: int = u8()

    before: Any = Short.parse
    assert before(b"\x05").number == 5
    early: Any = Short.parse
    for _ in range(4):
        assert early(b"\x05").number == 5
    tiers.settle()
    assert isinstance(early, tiers.Handle)
    serving: Any = Short.parse
    assert (early.func, Short.__dict__[COMPILED]) == (serving, serving)
    monkeypatch.setattr(Codec, "parse", None)  # which nobody needs any more
    assert before(b"\x05").number == 5
    assert type(serving).__name__ == "builtin_function_or_method"
