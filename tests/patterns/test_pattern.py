"""A pattern as users meet it: what it matches, what it gives, and that it is a value."""

from __future__ import annotations

import array
import copy
import gc
import linecache
import mmap
import pickle
import threading
from typing import Any

import pytest
from bitstring import BitArray, Bits

import bitwright
from bitwright import Pattern, PatternError

HEADER = """
    <<message_id::binary-size(2), qr::1, opcode::4, flag_aa::1, flag_tc::1, flag_rd::1, flag_ra::1,
      _reserved::3, rcode::4, qd_count::16, an_count::16, ns_count::16, ar_count::16, answer::binary>>"""
PACKET = bytes.fromhex("e0a20120000100000000000103777777076578616d706c650474657374000001000100002904d000000000000c000a0008a24d349730ad19ab")


def test_the_reference_pattern(engine: Any) -> None:
    found = bitwright.pattern(HEADER).on(engine).match(PACKET)
    assert found == {
        "message_id": b"\xe0\xa2", "qr": 0, "opcode": 0, "flag_aa": 0, "flag_tc": 0, "flag_rd": 1, "flag_ra": 0, "rcode": 0,
        "qd_count": 1, "an_count": 0, "ns_count": 0, "ar_count": 1, "answer": PACKET[12:],
    }  # fmt: skip


def test_it_must_consume_everything(engine: Any) -> None:
    pair = bitwright.pattern("<<a, b>>").on(engine)
    assert pair.match(b"\x01\x02") == {"a": 1, "b": 2}
    assert pair.match(b"\x01") is None
    assert pair.match(b"\x01\x02\x03") is None


BUFFERS = [bytearray(b"\x01\xff"), memoryview(b"\x01\xff"), memoryview(b"\x01.\xff.")[::2], array.array("B", [1, 255])]


@pytest.mark.parametrize("data", [b"\x01\xff", *BUFFERS, Bits(hex="01ff"), BitArray(hex="01ff")])
def test_any_bytes_match(data: Any, engine: Any) -> None:
    assert bitwright.pattern("<<a, b>>").on(engine).match(data) == {"a": 1, "b": 255}


def test_a_mapped_file_matches(engine: Any, tmp_path: Any) -> None:
    (tmp_path / "file").write_bytes(b"\x01\xff")
    with (tmp_path / "file").open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert bitwright.pattern("<<a, b::binary>>").on(engine).match(mapped) == {"a": 1, "b": b"\xff"}


@pytest.mark.parametrize("data", [None, True, 1, 1.5, "text", [1, 2], (1, 2), {}, object(), int, [b"ab"]])
def test_what_is_no_bitstring_does_not_match(data: Any, engine: Any) -> None:
    pattern = bitwright.pattern("<<a, b>>").on(engine)
    assert pattern.match(data) is None
    assert pattern.match_prefix(data) is None
    assert not pattern.explain(data).matched


def test_a_released_buffer_does_not_match(engine: Any) -> None:
    view = memoryview(b"ab")
    view.release()
    assert bitwright.pattern("<<a, b>>").on(engine).match(view) is None


def test_values_are_bytes_where_they_fit(engine: Any) -> None:
    found: Any = bitwright.pattern("<<a::bits-size(8), b::bits-size(3), c::bits>>").on(engine).match(b"\xab\xcd\xef")
    assert found == {"a": b"\xab", "b": Bits(bin="110"), "c": Bits(bin="0110111101111")}
    assert type(found["a"]) is bytes
    assert type(found["b"]) is type(found["c"]) is Bits


def test_runs_of_bits_match(engine: Any) -> None:
    pattern = bitwright.pattern("<<a::3, b::bits>>").on(engine)
    assert pattern.match(Bits(bin="101")) == {"a": 5, "b": b""}
    assert pattern.match(Bits(bin="10110000000")) == {"a": 5, "b": b"\x80"}
    assert pattern.match(Bits(bin="10")) is None


def test_names_that_begin_with_an_underscore_are_left_out_but_compared(engine: Any) -> None:
    pattern = bitwright.pattern("<<_x, a, _x>>").on(engine)
    assert pattern.match(b"\x01\x02\x01") == {"a": 2}
    assert pattern.match(b"\x01\x02\x03") is None
    assert pattern.names == ("a",)


def test_what_is_not_needed_is_ignored(engine: Any) -> None:
    pattern = bitwright.pattern("<<a>>").on(engine)
    assert pattern.match(b"\x01", b=2) == {"a": 1}
    assert pattern.match(b"\x01", b=2) == {"a": 1}
    assert pattern.match(bytearray(b"\x01"), a=2) == {"a": 1}, "a name is bound anew"


def test_a_name_without_a_value_is_an_error_with_its_place(engine: Any) -> None:
    pattern = bitwright.pattern("<<a::size(n), ^b>>").on(engine)
    assert pattern.free == ("b", "n")
    with pytest.raises(PatternError, match="undefined variable `b`") as caught:
        pattern.match(b"\x01", n=8)
    assert (caught.value.line, caught.value.column) == (1, 15)
    for ask in (pattern.match, pattern.match_prefix, pattern.explain, lambda data, **given: list(pattern.iter(data, **given))):
        with pytest.raises(PatternError, match="undefined variable"):
            ask(b"\x01")
    assert pattern.match(b"\x01\x02", n=8, b=2) == {"a": 1}


def test_names_that_the_methods_use_themselves(engine: Any) -> None:
    pattern = bitwright.pattern("<<self::size(data), strict::size(bindings)>>").on(engine)
    assert pattern.match(b"\x01\x02", data=8, bindings=8) == {"self": 1, "strict": 2}
    odd = bitwright.pattern("<<ok?, no!::size(a?)>>").on(engine)
    assert odd.match(b"\x01\x02", **{"a?": 8}) == {"ok?": 1, "no!": 2}


def test_prefixes(engine: Any) -> None:
    pattern = bitwright.pattern("<<a::4, n::4, b::binary-size(n)>>").on(engine)
    assert pattern.match_prefix(b"\x12ab") == ({"a": 1, "n": 2, "b": b"ab"}, b"")
    assert pattern.match_prefix(b"\x12abcd") == ({"a": 1, "n": 2, "b": b"ab"}, b"cd")
    assert pattern.match_prefix(b"\x12a") is None
    assert bitwright.pattern("<<a::3>>").on(engine).match_prefix(b"\xff") == ({"a": 7}, Bits(bin="11111"))
    assert bitwright.pattern("<<a::3>>").on(engine).match_prefix(Bits(bin="00011111111")) == ({"a": 0}, b"\xff")
    assert bitwright.pattern("<<a::3, _::bits>>").on(engine).match_prefix(b"\xff") == ({"a": 7}, b"")
    assert bitwright.pattern("<<a>> when a > 1").on(engine).match_prefix(b"\x01\x02") is None


def test_prefixes_are_of_bitstrings() -> None:
    with pytest.raises(PatternError, match="one bitstring"):
        bitwright.pattern("{<<a>>, b}").match_prefix(b"ab")


def test_terms_around_bitstrings(engine: Any) -> None:
    pattern = bitwright.pattern("{:tcp, _, <<n::16, d::binary-size(n), r::binary>>}").on(engine)
    assert pattern.match(("tcp", 1, b"\0\2abc")) == {"n": 2, "d": b"ab", "r": b"c"}
    assert pattern.match(("tcp", 1, memoryview(b"\0\2abc"))) == {"n": 2, "d": b"ab", "r": b"c"}
    assert pattern.match(("udp", 1, b"\0\2abc")) is None
    assert pattern.match(["tcp", 1, b"\0\2abc"]) is None
    assert pattern.match(b"\0\2abc") is None


def test_erlang_compares_what_has_a_value(engine: Any) -> None:
    pattern = bitwright.pattern("<<A, B:16/little, R/binary>>", dialect="erlang").on(engine)
    assert pattern.match(b"\x01\x02\x03x") == {"A": 1, "B": 0x302, "R": b"x"}
    assert pattern.match(b"\x01\x02\x03x", A=1) == {"B": 0x302, "R": b"x"}
    assert pattern.match(b"\x01\x02\x03x", A=2) is None
    assert pattern.match(b"\x01\x02\x03x", A=1.0) is None
    assert pattern.match(b"\x01\x02\x03x") == {"A": 1, "B": 0x302, "R": b"x"}, "the next call knows nothing of it"
    assert pattern.match(b"\x01\x02\x03x", A=1, R=b"y") is None


def test_a_pattern_is_a_value() -> None:
    one, other = bitwright.pattern("<<a, b>>"), Pattern("<<a, b>>")
    assert bitwright.pattern("<<a, b>>") is one
    assert one == other
    assert hash(one) == hash(other)
    assert {one: 1}[other] == 1
    assert one != bitwright.pattern("<<a,b>>")
    assert one != bitwright.pattern("<<a, b>>", extended=True)
    assert one != bitwright.pattern("<<a, b>>", bit_order="lsb")
    assert one != "<<a, b>>"
    assert str(one) == one.text == "<<a, b>>"


@pytest.mark.parametrize(
    "pattern",
    [
        Pattern("<<a, b>>"),
        Pattern("<<A:4/unit:2>>", dialect="erlang"),
        Pattern("<<\"it's\", x::leb128>>", extended=True, bit_order="lsb"),
        Pattern("<<a, b>>").on("interp"),
        Pattern('<<"a\n\\"é">>'),
    ],
)
def test_its_repr_and_its_pickle_give_it_back(pattern: Pattern) -> None:
    assert eval(repr(pattern), {"bitwright": bitwright}) == pattern
    pattern.match(b"ab")
    again = pickle.loads(pickle.dumps(pattern))
    assert again == pattern
    assert again.match(b"ab") == pattern.match(b"ab")
    assert copy.copy(pattern) is copy.deepcopy(pattern) is pattern


def test_repr_is_the_pattern() -> None:
    assert repr(bitwright.pattern("<<a, b::binary>>")) == "bitwright.pattern('<<a, b::binary>>')"
    assert repr(bitwright.pattern("<<A>>", dialect="erlang")) == "bitwright.pattern('<<A>>', dialect='erlang')"


def test_an_option_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="no dialect is called 'lisp'; there are: elixir, erlang"):
        bitwright.pattern("<<a>>", dialect="lisp")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no engine is called 'cobol'; there are: auto, python, interp, llvm"):
        bitwright.pattern("<<a>>").on("cobol")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a pattern is text, not bytes"):
        bitwright.pattern(b"<<a>>")  # type: ignore[arg-type]


def test_match_is_the_compiled_function() -> None:
    pattern = Pattern("<<a, b::binary>>").on("python")
    match: Any = pattern.match
    assert match is pattern.match
    assert match(b"\x01x") == {"a": 1, "b": b"x"}
    assert match.__code__.co_filename.startswith("<bitwright pattern.match")
    assert Pattern.match(pattern, b"\x01x") == {"a": 1, "b": b"x"}
    assert (Pattern.match.__doc__ or "").startswith("The variables of the pattern")
    assert "def " in pattern.source()


def test_many_threads_may_ask_first() -> None:
    pattern = Pattern("<<n, a::binary-size(n), b::bits>> when n < 200")
    found: list[Any] = []
    begin = threading.Barrier(8)

    def ask() -> None:
        begin.wait()
        found.append(pattern.match(b"\x02abc"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [{"n": 2, "a": b"ab", "b": b"c"}] * 8


@pytest.mark.parametrize(
    ("text", "dialect"),
    [("<<low::4, n::12, x::16, y::big-16, <<z::16>>::bits>>", "elixir"), ("<<Low:4, N:12, X:16, Y:16/big, Z:16>>", "erlang")],
)
def test_bits_from_the_least_significant_one(text: str, dialect: Any, engine: Any) -> None:
    data = bytes.fromhex("a502 0201 0102 0300")
    pattern = bitwright.pattern(text, dialect=dialect, bit_order="lsb").on(engine)
    found = pattern.match(data)
    assert found is not None
    assert list(found.values()) == [5, 0x02A, 0x0102, 0x0102, 3]
    assert pattern.build(**found) == data
    assert bitwright.construct(text, dialect=dialect, bit_order="lsb").on(engine).build(**found) == data


def test_runs_of_bits_from_the_least_significant_one(engine: Any) -> None:
    pattern = bitwright.pattern("<<a::3, b::bits>>", bit_order="lsb").on(engine)
    found: Any = pattern.match(b"\x0d\x01")
    assert found == {"a": 5, "b": Bits(bin="1000010000000")}
    assert pattern.match_prefix(b"\x0d\x01") == (found, b"")
    assert bitwright.pattern("<<a::3>>", bit_order="lsb").on(engine).match_prefix(b"\x0d\x01") == ({"a": 5}, found["b"])
    assert pattern.match(Bits(bin="10110")) == {"a": 5, "b": Bits(bin="10")}
    assert pattern.build(**found) == b"\x0d\x01"


def test_a_pattern_is_its_own_documentation() -> None:
    pattern = bitwright.pattern("<<version::4, _::4, n::16-little, body::binary-size(n), 7, x::float, c::utf8, r::bits>>")
    assert [(s.index, s.name, s.type, s.bit_offset, s.size_bits, s.literal) for s in pattern.segments] == [
        (1, "version", "integer", 0, 4, None),
        (2, "", "integer", 4, 4, None),
        (3, "n", "integer", 8, 16, None),
        (4, "body", "binary", 24, None, None),
        (5, "", "integer", None, 8, 7),
        (6, "x", "float", None, 64, None),
        (7, "c", "utf8", None, None, None),
        (8, "r", "bitstring", None, None, None),
    ]
    assert [s.text for s in pattern.segments][2:4] == ["n::16-little", "body::binary-size(n)"]
    assert pattern.segments[2].order == "little"
    assert pattern.names == ("version", "n", "body", "x", "c", "r")
    assert pattern.free == ()
    picture = pattern.diagram()
    assert "version" in picture
    assert "body: body::binary-size(n)" in picture


def test_the_diagram_of_several_bitstrings() -> None:
    picture = bitwright.pattern('{<<a::16>>, <<b, c::bits>>, "x" <> d}').diagram()
    assert picture.count("0 1 2 3 4 5 6 7 8 9 0 1 2 3") == 3
    assert "(no segments)" in bitwright.pattern("x").diagram()


def test_a_source_lives_as_long_as_its_pattern() -> None:
    def kept() -> int:
        gc.collect()
        return sum(name.startswith("<bitwright pattern") for name in linecache.cache)

    before = kept()
    patterns = [Pattern(f"<<a, {number}>>", engine="python") for number in range(20)]
    assert [each.match(b"\x01\x02") for each in patterns].count(None) == 19
    assert kept() == before + 20
    del patterns
    assert kept() == before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<<a>>", [255, 1, 128, 0]), ("<<a::signed>>", [-1, 1, -128, 0]), ("<<a::signed-16>>", [-255, -32768]),
        ("<<a::16-little>>", [511, 128]), ("<<a::signed-32-little>>", [0x8001FF]),
    ],
)
def test_elements_of_one_number(text: str, expected: list[int], engine: Any) -> None:
    pattern = bitwright.pattern(text).on(engine)
    assert [found["a"] for found in pattern.iter(bytes.fromhex("ff018000"))] == expected
