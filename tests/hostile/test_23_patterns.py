"""Class 23: hostile texts as patterns, and hostile sizes in good ones.  PatternError or a pattern; work and memory stay in proportion.

Work is counted in calls of functions (Python's and built-in ones), memory as the peak that is traced; neither depends on the machine.
Tracing makes each allocation several times as slow, so it is off where only calls are counted, and the profiler is the one written in C.
"""

from __future__ import annotations

import cProfile
import gc
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from bitstring import Bits

import bitwright
from bitwright import BuildError, PatternError
from bitwright.backends.llvm import is_available

MB = 1_000_000
DEEP = 5_000
ENGINES: tuple[Any, ...] = ("interp", "python", *(["llvm"] if is_available() else []))


def measured(what: Callable[[], Any]) -> tuple[Any, int, int]:
    """What comes of it (a PatternError or BuildError as itself), the calls it took, and the peak in bytes."""
    tracemalloc.start()
    try:
        found, calls = counted(what)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return found, calls, peak


def peak_of(what: Callable[[], Any]) -> tuple[Any, int]:
    """What comes of it, and the peak in bytes, where calls need not be counted at the same time."""
    gc.disable()  # as where calls are counted
    tracemalloc.start()
    try:
        found = what()
    except (PatternError, BuildError) as error:
        found = error
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        gc.enable()
    return found, peak


def counted(what: Callable[[], Any]) -> tuple[Any, int]:
    """What comes of it, and the calls it took."""
    profile = cProfile.Profile()
    gc.disable()  # else the finalizers of what earlier tests left (compiled code among it) may run, and be counted, here
    profile.enable()
    try:
        found = what()
    except (PatternError, BuildError) as error:
        found = error
    finally:
        profile.disable()
        gc.enable()
    return found, sum(entry.callcount for entry in profile.getstats())


def everything(text: str, data: Any, dialect: Any = "elixir", **given: Any) -> Any:
    """Read it, match with all engines, and explain."""
    pattern = bitwright.Pattern(text, dialect=dialect)
    found = [pattern.on(engine).match(data, **given) for engine in ENGINES]
    assert all(each == found[0] for each in found)
    assert pattern.explain(data, **given).matched == (found[0] is not None)
    return found[0]


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    """What a process loads once, LLVM and the routines of machine code among it, is no work of one pattern."""
    for text, dialect in (('<<a, "b", ?c, d::utf8>>', "elixir"), ('<<A, "b", $c>>', "erlang"), (":'a'", "elixir"), ("'a'", "erlang")):
        everything(text, b"ab", dialect)
    for engine in ENGINES:
        bitwright.Pattern("<<a>>").on(engine).build_from({"a": 1})


# --- depth -------------------------------------------------------------------------------------

NESTED = {
    "bitstrings": ("elixir", "<< " * DEEP + "a" + " >>" * DEEP),
    "parentheses": ("elixir", "(" * DEEP + "<<a>>" + ")" * DEEP),
    "lists": ("elixir", "[" * DEEP + "<<a>>" + "]" * DEEP),
    "tuples": ("elixir", "{" * DEEP + "<<a>>" + "}" * DEEP),
    "maps": ("elixir", "%{a: " * DEEP + "x" + "}" * DEEP),
    "lists-left-open": ("elixir", "[" * DEEP),
    "a-size": ("elixir", f"<<a::size({'(' * DEEP}1{')' * DEEP})>>"),
    "minus-signs": ("elixir", f"<<a::size({'- ' * DEEP}1)>>"),
    "nots": ("elixir", f"<<a>> when {'not ' * DEEP}true"),
    "calls": ("elixir", f"<<a>> when {'abs(' * DEEP}a{')' * DEEP} > 1"),
    "a-sum-in-a-guard": ("elixir", f"<<a>> when a{' + a' * DEEP} > 1"),
    "a-product-in-a-size": ("elixir", f"<<a, b::size(a{' * a' * DEEP})>>"),
    "equal-signs": ("elixir", "x = " * DEEP + "<<a>>"),
    "erlang-parentheses": ("erlang", f"<<A:{'(' * DEEP}1{')' * DEEP}>>"),
    "erlang-lists": ("erlang", "[" * DEEP + "<<A>>" + "]" * DEEP),
    "erlang-bnots": ("erlang", f"<<A>> when {'bnot ' * DEEP}A > 1"),
    "erlang-equal-signs": ("erlang", "X = " * DEEP + "<<A>>"),
    "erlang-andalso": ("erlang", f"<<A>> when {' andalso '.join(['A > 1'] * DEEP)}"),
}


@pytest.mark.parametrize("name", NESTED)
def test_what_is_nested_too_deep_is_refused(name: str) -> None:
    dialect, text = NESTED[name]
    found, calls, peak = measured(lambda: everything(text, b"a", dialect))
    assert isinstance(found, PatternError), found
    assert "deep" in str(found), found
    assert calls < 20 * len(text)
    assert peak < 5 * MB


# --- length ------------------------------------------------------------------------------------

LONG = {
    "a-comment": ("elixir", f"<<a>> # {'x' * MB}"),
    "a-string": ("elixir", f'<<"{"x" * MB}", r::bits>>'),
    "a-string-of-escapes": ("elixir", f'<<"{chr(92) * (MB // 20)}">>'),
    "a-string-of-hexadecimal-escapes": ("elixir", f'<<"{(chr(92) + "x41") * (MB // 40)}", r::bits>>'),
    "a-number": ("elixir", f"<<{'9' * MB}>>"),
    "a-hexadecimal-number": ("elixir", f"<<0x{'f' * MB}::16>>"),
    "a-number-with-underscores": ("elixir", f"<<1{'_1' * (MB // 2)}>>"),
    "a-fraction": ("elixir", f"<<1.{'1' * MB}>>"),
    "an-exponent": ("elixir", f"<<1.0e{'1' * MB}>>"),
    "a-size": ("elixir", f"<<a::size({'1' * MB})>>"),
    "a-unit": ("elixir", f"<<a::size(1)-unit({'1' * MB})>>"),
    "a-name": ("elixir", f"<<{'a' * MB}>>"),
    "a-name-of-other-letters": ("elixir", f"<<{'é' * MB}>>"),
    "an-atom": ("elixir", f":{'a' * MB}"),
    "blanks": ("elixir", f"<<a{' ' * MB}>>"),
    "lines": ("elixir", "\n" * MB + "<<a>>"),
    "brackets": ("elixir", "<" * MB),
    "quotes": ("elixir", '"' * MB),
    "question-marks": ("elixir", "?" * MB),
    "colons": ("elixir", ":" * MB),
    "commas": ("elixir", f"<<{',' * MB}>>"),
    "nul": ("elixir", "\0" * MB),
    "erlang-number": ("erlang", f"<<{'9' * MB}>>"),
    "erlang-radix": ("erlang", f"<<16#{'f' * MB}>>"),
    "erlang-string": ("erlang", f'<<"{"x" * (MB // 10)}", R/bits>>'),
    "erlang-quoted-atom": ("erlang", f"'{'x' * MB}'"),
    "erlang-comment": ("erlang", f"<<A>> % {'x' * MB}"),
}


@pytest.mark.parametrize("name", LONG)
def test_a_megabyte_of_text(name: str) -> None:
    """Refused, or a pattern like any other; nothing grows faster than the text.  (Less of it where that would take too long.)"""
    dialect, text = LONG[name]
    found, calls = counted(lambda: everything(text, b"ab", dialect))
    assert found is None or isinstance(found, PatternError), found
    assert calls < 13 * (1 + len(ENGINES)) * len(text)  # each engine's pattern reads the text, and so does that of no engine
    assert len(str(found)) < 1000
    again, peak = peak_of(lambda: everything(text, b"ab", dialect))
    assert type(again) is type(found)
    assert peak < 200 * len(text)


MANY: dict[str, tuple[Callable[[int], str], Callable[[int], Any], bool]] = {
    "segments": (lambda n: f"<<{', '.join(f'a{at}' for at in range(n))}>>", bytes, True),
    "literals": (lambda n: f"<<{', '.join(['1'] * n)}>>", lambda n: b"\1" * n, True),
    "repetitions": (lambda n: f"<<{', '.join(['a'] * n)}>>", bytes, True),
    "sizes": (lambda n: f"<<n, {', '.join(f'a{at}::size(n)' for at in range(n))}>>", lambda n: b"\x08" + bytes(n), True),
    "code-points": (lambda n: f"<<{', '.join(['c::utf8'] * n)}>>", bytes, True),
    "strings-joined": (lambda n: '"a" <> ' * n + "r", lambda n: b"a" * n, True),
    "elements-of-a-guard": (lambda n: f"<<a>> when a in [{', '.join(map(str, range(1000, 1000 + n)))}]", lambda n: b"a", False),
    "guards": (lambda n: f"<<a>> {'when a > 300 ' * n}", lambda n: b"a", False),
    "elements": (lambda n: f"{{{', '.join(f'a{at}' for at in range(n))}}}", lambda n: tuple(range(n)), True),
}


@pytest.mark.parametrize("name", MANY)
def test_work_grows_with_the_number_of_parts(name: str) -> None:
    text, data, matches = MANY[name]
    taken = []
    for count in (500, 1000):
        found, calls, peak = measured(lambda count=count: everything(text(count), data(count)))  # type: ignore[misc]
        assert (found is not None) == matches
        taken.append((calls, peak))
    (calls, peak), (more_calls, more_peak) = taken
    assert more_calls < 2.5 * calls + 1000
    assert more_peak < 3 * peak + MB


@pytest.mark.parametrize("dialect", ["elixir", "erlang"])
def test_ten_thousand_segments(dialect: Any) -> None:
    letter = "A" if dialect == "erlang" else "a"
    text = f"<<{', '.join(f'{letter}{at}' for at in range(10_000))}>>"
    pattern = bitwright.Pattern(text, dialect=dialect)
    found = pattern.on("interp").match(bytes(range(250)) * 40)
    assert found is not None
    assert len(found) == 10_000
    assert found[f"{letter}9999"] == 249


# --- numbers that are not what they seem -------------------------------------------------------

SIZES = (
    "<<a::99999999999999999999>>", "<<a::binary-size(99999999999)>>", "<<a::size(99999999)-unit(256)>>", "<<a::2251799813685248, b::8>>",
    "<<n, a::size(n * n * n * n * n * n * n * n * n), r::bits>>", "<<n, a::binary-size(n * 1000000000000), r::bits>>",
    "<<n, a::size(Bitwise.bsl(1, n)), r::bits>>", "<<a::size(Bitwise.bsl(1, 1000000)), r::bits>>",
    "<<n, a::size(Bitwise.bsl(n, Bitwise.bsl(n, n))), r::bits>>", "<<n, a::size(Bitwise.bsl(1, n * n * n * n)), r::bits>>",
    "<<n, a::size(Bitwise.bsr(1, -1000000 * n)), r::bits>>", "<<a>> when Bitwise.bsl(a, 100000000000) > 1",
    "<<a>> when Bitwise.bsl(1, Bitwise.bsl(1, Bitwise.bsl(1, a))) > 1", "<<a>> when Bitwise.bsr(a, -100000000000) > 1",
    "<<a>> when a in 1..99999999999999999999//7 and a > 255", "<<a::binary-size(m), r::bits>>", "<<a::size(m)-unit(256), r::bits>>",
    "<<a, b::binary-size(m * m), r::bits>>", "<<^m::16, r::bits>>", "<<a>> when m * m * m * m > a and m < 0", "<<a::float-size(m)>>",
)  # fmt: skip


@pytest.mark.parametrize("text", SIZES)
def test_nothing_is_made_for_a_size_that_is_not_there(text: str) -> None:
    given = {"m": 1 << 5000} if "m" in bitwright.Pattern(text).free else {}
    found, calls, peak = measured(lambda: everything(text, b"\xff\xff\xff", **given))
    assert found is None
    assert calls < 20_000
    assert peak < 2 * MB


HUGE = ("<<a::size(n)>>", "<<a::size(n)-unit(256)>>", "<<a::little-size(n)>>", "<<0::99999999999999999>>", "<<1::size(n), a>>")


@pytest.mark.parametrize("text", HUGE)
def test_nothing_is_built_that_is_too_large(text: str, engine: Any) -> None:
    pattern = bitwright.pattern(text).on(engine)
    found, calls, peak = measured(lambda: pattern.build_from({"a": 1, "n": 1 << 50}))
    assert isinstance(found, BuildError), found
    assert calls < 50_000
    assert peak < 2 * MB


def test_a_megabyte_of_data_in_bits() -> None:
    """A read that is no whole byte anywhere: the work does not grow with the square of the data."""
    data = Bits(hex="a5" * MB)[:-3]
    pattern = bitwright.pattern("<<a::3, b::binary-size(99999), c::bits>>")
    for engine in ("interp", "python"):
        found, calls, peak = measured(lambda engine=engine: pattern.on(engine).match(data))  # type: ignore[misc]
        assert found is not None
        assert calls < 5000
        assert peak < 20 * MB


# --- characters --------------------------------------------------------------------------------

ODD = {
    "nul": "<<a\0>>", "nul-in-a-string": '<<"\0", a>>', "surrogate": "<<\ud800>>", "surrogate-in-a-string": '<<"\udfff">>',
    "surrogate-in-a-comment": "<<a>> # \ud800", "surrogate-behind-a-question-mark": "<<?\ud800>>", "turned": "<<a, \u202eb>>",
    "turned-in-a-string": '<<"\u2066a">>', "turned-in-a-comment": "<<a>> # \u202e", "escape-codes": "<<\x1b[31ma>>",
    "no-break-space": "<<a,\xa0b>>",
    "line-separator": "<<a,\u2028b>>", "byte-order-mark": "\ufeff<<a>>", "zero-width": "<<a\u200b>>", "del": "<<\x7f>>",
    "last": "<<\U0010ffff>>",
    "combining": "<<e\u0301>>", "superscript": "<<a²>>", "circled": "<<a::\u2460>>",
    "full-width-digit": "<<a::\uff18>>", "arabic-digit": "<<a::\u0668>>",
}  # fmt: skip


@pytest.mark.parametrize("dialect", ["elixir", "erlang"])
@pytest.mark.parametrize("name", ODD)
def test_odd_characters_are_refused_or_read_and_shown_safely(name: str, dialect: Any) -> None:
    text = ODD[name] if dialect == "elixir" else ODD[name].replace("a", "A").replace("b", "B").replace("#", "%")
    try:
        pattern = bitwright.Pattern(text, dialect=dialect)
    except PatternError as error:
        said = str(error)
    else:
        said = f"{pattern.explain(b'')}\n{pattern!a}"
        pattern.match(b"ab")
    assert all(line.isprintable() for line in said.split("\n")), ascii(said)
    said.encode()


@pytest.mark.parametrize("character", [chr(code) for code in range(0x20, 0x7F)])
def test_every_escape(character: str) -> None:
    """A backslash before any character: a pattern, or a refusal, in both dialects, as a string, a character and an atom."""
    for form in (f'<<"\\{character}">>', f"<<?\\{character}>>", f"<<$\\{character}>>", f":'\\{character}'", f"'\\{character}'"):
        for dialect in ("elixir", "erlang"):
            found, calls = counted(lambda form=form, dialect=dialect: everything(form, b"a", dialect))  # type: ignore[misc]
            assert found is None or isinstance(found, dict | PatternError), (form, found)
            assert calls < 20_000
