"""What serves a class by compiled code can be handed to other processes, as its methods can."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest

from bitwright import Struct, param, raw, tiers, u8, u16


class Frame(Struct):
    kind: int = u8()
    number: int = u16()
    body: bytes = raw(prefix=u8())

    class Inner(Struct):
        number: int = u8()


class Wanting(Struct):
    size = param(int)
    body: bytes = raw(size=size)


DATA = b"\1\0\2\3abc"
SOME = Frame(kind=1, number=2, body=b"abc")


@pytest.fixture(params=["python", "llvm", "auto", "moved"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Each class begins again."""
    monkeypatch.setenv("BITWRIGHT_BACKEND", request.param if request.param != "moved" else "auto")
    if request.param in ("llvm", "moved") and tiers.missing_llvmlite():
        pytest.skip("needs llvmlite")
    yield request.param
    for struct in (Frame, Frame.Inner, Wanting):
        for codec in struct.__dict__.get("__bitwright_codecs__", {}).values():
            codec.forget()
        type.__setattr__(struct, "__bitwright_codecs__", {})


def sent(what: Any) -> Any:
    """What another process would have of it."""
    return pickle.loads(pickle.dumps(what))


def test_methods_are_pickled_whatever_serves_them(engine: str) -> None:
    for struct, data in ((Frame, DATA), (Frame.Inner, b"\5")):
        value = struct.parse(data)
        assert (value.build(), struct.check(data)[1], struct.parse_prefix(data)[1]) == (data, [], len(data))
        if engine == "moved":
            assert struct.compile() == {"parse": "llvm", "build": "llvm"}
        parse, prefix, check, build = (sent(getattr(struct, name)) for name in ("parse", "parse_prefix", "check", "build"))
        assert (parse(data), prefix(data + b"!"), check(data), build(value)) == (value, (value, len(data)), (value, []), data)
        assert (parse, build) == (struct.parse, struct.build)


def test_methods_of_a_class_that_wants_a_parameter(engine: str) -> None:
    assert Wanting.parse(b"ab", size=2).body == b"ab"
    if engine == "moved":
        Wanting.compile()
    for method in (Wanting.parse, Wanting.parse_prefix, Wanting.codec(None).parse):
        found = sent(method)(b"ab", size=2)
        assert found in (Wanting(body=b"ab"), (Wanting(body=b"ab"), 2))


def test_a_codec_is_pickled_as_that_of_its_class(engine: str) -> None:
    codec = Frame.codec(engine if engine != "moved" else "llvm")
    assert sent(codec) is codec
    assert sent(codec.build)(SOME) == DATA
