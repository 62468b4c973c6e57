"""Machine code of patterns: what `match` and `build` take, what they leave behind, who keeps them alive, and when patterns move to it."""

from __future__ import annotations

import contextlib
import gc
import os
import random
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import bitwright
from bitwright import BuildError, Pattern, PatternError
from bitwright.backends.llvm import dict_layout
from bitwright.backends.llvm.patterns import MACHINE_CODE, compile_pattern, emit_pattern
from bitwright.backends.llvm.verify import verify
from bitwright.ir.ops import walk

pytest.importorskip("llvmlite")

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "parsers", ROOT / "specs", ROOT)))}
HEADER = (
    "<<message_id::binary-size(2), qr::1, opcode::4, flag_aa::1, flag_tc::1, flag_rd::1, flag_ra::1, _reserved::3, rcode::4, "
    "qd_count::16, an_count::16, ns_count::16, ar_count::16, answer::binary>>"
)
PACKET = bytes.fromhex("1a2b85830001000200030004 0377777700")
LOST = 64  # references that other threads and caches may come to hold meanwhile


def machine_code(text: str, **options: Any) -> Pattern:
    return Pattern(text, engine="llvm", **options)


def output_of(code: str, **environment: str) -> str:
    """What a fresh process prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**ENVIRONMENT, **environment})
    return done.stdout


def test_the_text_is_made_without_loading_llvm_and_holds_no_address() -> None:
    code = (
        "import sys; from bitwright import Pattern; from bitwright.backends.llvm.patterns import emit_pattern;"
        f"print(emit_pattern(Pattern({HEADER!r})._programs.in_bytes(), print).text);"
        "assert 'llvmlite.binding' not in sys.modules"
    )
    texts = [output_of(code) for _ in range(2)]
    assert texts[0] == texts[1]
    assert 'define ptr @"match"' in texts[0]
    assert "inttoptr" not in texts[0]


@pytest.mark.parametrize(
    "text", [HEADER, "<<n, v::binary-size(n), r::binary>>", "<<4::4, n::4, a::signed-16, f::float, r::binary>> when n > 2"]
)
def test_what_counts_bytes_calls_no_python_and_is_shown_to_be_safe(text: str) -> None:
    for prefix in (False, True):
        program = Pattern(text)._programs.in_bytes(prefix=prefix)
        assert program is not None
        emitted = emit_pattern(program, print)
        verify(emitted.text)
        assert not emitted.python_source
        assert {op.kind for function in program.functions.values() for op in walk(function.body)} <= MACHINE_CODE


# --- arguments ---------------------------------------------------------------------------------


class Text(str):
    """A name that is no interned str."""

    __slots__ = ()


def test_names_in_any_order_and_names_that_nobody_asks_for() -> None:
    pattern, data = machine_code("<<a::size(n), b::size(k), ^p, r::binary>>"), b"\x12\x34\x05xy"
    expected = {"a": 1, "b": 0x234, "r": b"xy"}
    for given in ({"n": 4, "k": 12, "p": 5}, {"p": 5, "k": 12, "n": 4}, {"more": 1, "p": 5, "n": 4, "other": 2, "k": 12}):
        for _ in range(2):
            assert pattern.match(data, **given) == expected
        assert pattern.match(data, **{Text("".join(name)): value for name, value in given.items()}) == expected
    assert pattern.match(data, n=4, k=12, p=6) is None
    assert pattern.match(data, n=4, k=1 << 70, p=5) is None
    assert pattern.match(data, n=4, k=-1, p=5) is None
    assert pattern.match(data, n=True, k=12, p=5) is None
    with pytest.raises(PatternError, match="undefined variable `k`"):
        pattern.match(data, n=4, p=5)
    with pytest.raises(TypeError):
        pattern.match()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        pattern.match(data, data)  # type: ignore[call-arg]


class Octets(bytes):
    """Bytes that are read in a way of their own."""

    def __getitem__(self, key: Any) -> Any:
        raise AssertionError(key)


def test_what_is_no_bytes_is_read_the_slow_way() -> None:
    pattern = machine_code("<<a, b::binary>>")
    assert [pattern.match(data) for data in (bytearray(b"ab"), memoryview(b"ab"), Octets(b"ab"))] == [{"a": 97, "b": b"b"}] * 3
    assert pattern.match("ab") is None
    assert pattern.match(None) is None


def test_values_are_found_whatever_their_order_and_what_is_wrong_is_said() -> None:
    build = machine_code("<<a::4, b::12, _c::8, d::binary>>").build
    assert build(a=1, b=2, d=b"x") == b"\x10\x02\0x"
    assert build(d=b"x", b=2, a=1) == b"\x10\x02\0x"
    assert build(d=b"x", _c=9, b=2, a=1, other=7) == b"\x10\x02\x09x"
    assert build(a=-1, b=1 << 200, d=b"") == b"\xf0\0\0"
    given: dict[str, Any] = {Text(name): value for name, value in (("a", 1), ("b", 2), ("d", b"x"))}
    assert build(**given) == b"\x10\x02\0x"
    with pytest.raises(BuildError, match="does not fit"):
        build(a=16, b=2, d=b"x", strict=True)
    with pytest.raises(PatternError, match="undefined variable `b`"):
        build(a=1, d=b"x")
    with pytest.raises(BuildError, match="b: segment 2"):
        build(a=1, b="x", d=b"x")


# --- dicts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 5, 6, 10, 11, 40, 300])
def test_dicts_are_like_any_others(count: int) -> None:
    text = f"<<{', '.join(f'a{at}' for at in range(count))}>>"
    found = machine_code(text).match(bytes(at % 256 for at in range(count)))
    assert found is not None
    assert found == {f"a{at}": at % 256 for at in range(count)}
    assert [*found] == [f"a{at}" for at in range(count)]
    assert not gc.is_tracked(found)
    found["more"] = []
    del found["a0"]
    found |= {f"b{at}": at for at in range(20)}
    assert len(found) == count + 20
    assert machine_code(text).match(bytes(count)) == dict.fromkeys([f"a{at}" for at in range(count)], 0)


def test_the_documented_way_gives_the_same_dicts(monkeypatch: pytest.MonkeyPatch) -> None:
    program = Pattern(HEADER)._programs.in_bytes()
    assert program is not None
    in_place = compile_pattern(program, "test", print)[0]["match"](PACKET)
    monkeypatch.setattr(dict_layout, "first_value", lambda template: None)
    assert compile_pattern(program, "test", print)[0]["match"](PACKET) == in_place
    assert in_place == Pattern(HEADER, engine="interp").match(PACKET)


# --- what is left behind -----------------------------------------------------------------------

SHARED: tuple[Any, ...] = (None, True, False, 0, 1, b"", dict_layout.PLACEHOLDER, "qr", "answer")
RUNS = [
    (HEADER, PACKET, {}), (HEADER, PACKET[:11], {}), ("<<a, ^p::binary>>", b"axyz", {"p": b"xyz"}),
    ("<<n, v::binary-size(n), r::binary>>", b"\x09abc", {}),
    ("<<a::3, b::64, c::size(n)-unit(8), d::13, e::binary>>", bytes(range(40)), {"n": 4}), ("<<a::utf8, b::utf8>>", "\xe4b".encode(), {}),
    ("<<a, b::binary>> when a + 1 > 300", b"ab", {}), ("<<a, ^p::binary>>", b"axyz", {"p": 1.5}),
    ("{<<a, b::binary>>, [<<c::4, d::4>>]}", (b"abc", [b"x"]), {}), ("{<<a, b::binary>>, [<<c::4, d::5>>]}", (b"abc", [b"x"]), {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "data", "given"), RUNS)
def test_references_are_given_back(text: str, data: Any, given: dict[str, Any]) -> None:
    pattern = machine_code(text)
    pattern.match(data, **given)
    gc.collect()
    before = [sys.getrefcount(one) for one in (*SHARED, data)]
    for _ in range(10_000):
        pattern.match(data, **given)
    gc.collect()
    lost = [after - was for after, was in zip([sys.getrefcount(one) for one in (*SHARED, data)], before, strict=True)]
    assert max(map(abs, lost)) < LOST, lost


@pytest.mark.parametrize("values", [{"a": 1, "b": b"xy", "c": 1.5}, {"a": "x", "b": b"xy", "c": 1.5}, {"a": 1, "b": 2, "c": 1.5}])
def test_building_gives_references_back(values: dict[str, Any]) -> None:
    build = machine_code("<<a::4, _r::3, <<a::9>>::bitstring, c::float-32, b::binary-size(2)>>").build

    def run() -> None:
        with contextlib.suppress(BuildError):
            build(**values)

    run()
    gc.collect()
    before = [sys.getrefcount(one) for one in (*SHARED, *values.values())]
    for _ in range(3_000):
        run()
    gc.collect()
    lost = [after - was for after, was in zip([sys.getrefcount(one) for one in (*SHARED, *values.values())], before, strict=True)]
    assert max(map(abs, lost)) < LOST, lost


def test_machine_code_lives_no_longer_than_its_pattern() -> None:
    patterns = [machine_code(f"<<a, {at}, r::binary>>") for at in range(10)]
    loaded = [weakref.ref(each.match.__self__) for each in patterns if each.match(b"ab") is None]  # type: ignore[attr-defined]
    assert len(loaded) == 10
    match = patterns[3].match
    del patterns
    gc.collect()
    assert [one() is not None for one in loaded].count(True) == 1
    assert match(b"\1\3") == {"a": 1, "r": b""}


# --- elements ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "unit"), [("<<a::4, b::12>>", 2), ("<<a::3, b::6>>", 9), ("<<n, v::binary-size(n)>>", 4)])
def test_elements_are_made_as_they_are_taken(text: str, unit: int) -> None:
    data = (b"\x03abc" if unit == 4 else bytes(range(252))) * 100
    found, expected = machine_code(text).iter(data), Pattern(text, engine="interp").iter(data)
    for element in expected:
        assert next(found) == element
    assert next(found, None) is None


def test_what_cannot_be_made_is_said_after_the_elements_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from bitwright.backends.python import match_ops

    class UnmadeError(Exception):
        pass

    def refusing(data: bytes, at: int, size: int, lsb: bool = False) -> Any:
        if at >= 20 * 13:
            raise UnmadeError
        return size

    monkeypatch.setattr(match_ops, "bitstring_at", refusing)
    elements: Iterator[Any] = machine_code("<<n::4, v::bitstring-size(9)>>").iter(bytes(200))
    assert len([next(elements) for _ in range(20)]) == 20
    with pytest.raises(UnmadeError):
        next(elements)


# --- moving to it ------------------------------------------------------------------------------


def test_patterns_move_with_use_and_at_once() -> None:
    code = (
        "import bitwright; from bitwright import tiers;"
        "p = bitwright.pattern('<<a, b::4, c::4>>'); old = p.match; kept = [old(b'ab') for _ in range(50)]; tiers.settle();"
        "q = bitwright.Clauses(['<<1, x>>', '<<2, x, y>>']); [q.match(bytes([2, 3, 4])) for _ in range(50)];"
        "[p.build(a=1, b=2, c=3) for _ in range(50)]; tiers.settle(); p.build(a=1, b=2, c=3);"
        "print(type(p.match).__name__, type(q.match).__name__, type(p.build).__name__, old(b'ab') == p.match(b'ab') == kept[0],"
        " q.match(bytes([2, 3, 4])), p.build(a=1, b=2, c=3), list(p.iter(b'abcd')) == [p.match(b'ab'), p.match(b'cd')])"
    )
    said = "True (1, {'x': 3, 'y': 4}) b'\\x01#' True"
    moved = "builtin_function_or_method " * 3 + said
    for after in ("0", "1", "40"):
        assert output_of(code, BITWRIGHT_COMPILE_AFTER=after, BITWRIGHT_BACKEND="auto").split("\n")[0] == moved
    assert output_of(code, BITWRIGHT_COMPILE_AFTER="never").startswith("function function function " + said)
    assert output_of(code, BITWRIGHT_BACKEND="llvm").startswith(moved)


def test_without_llvmlite_patterns_stay_and_the_engine_is_refused_by_name() -> None:
    code = (
        "import sys; sys.modules['llvmlite'] = None; from bitwright.errors import EngineError;"
        "import bitwright; p = bitwright.pattern('<<a>>'); print([p.match(b'a') for _ in range(3)], type(p.match).__name__)\n"
        "try:\n    p.on('llvm')\nexcept EngineError as error:\n    print(error)"
    )
    said = output_of(code, BITWRIGHT_COMPILE_AFTER="1").splitlines()
    assert said == ["[{'a': 97}, {'a': 97}, {'a': 97}] function", "the llvm engine needs llvmlite: pip install 'bitwright[fast]'"]


def test_bits_at_every_place_and_of_every_width() -> None:
    rng = random.Random("bits")
    for width in (*range(1, 65), 65, 100):
        for order in ("", "little-", "signed-", "signed-little-"):
            text = f"<<_::size(n), v::{order}{width}, r::bitstring>>"
            pattern, interp = machine_code(text), bitwright.pattern(text).on("interp")
            for at in (0, 1, 5, 7, 8, 11):
                data = rng.randbytes((at + width + 7) // 8)
                assert pattern.match(data, n=at) == interp.match(data, n=at)
                assert pattern.match(data[:-1], n=at) is None
