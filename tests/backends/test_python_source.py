"""The generated source: what it looks like, that tracebacks show it, and that it keeps what programs promise."""

from __future__ import annotations

import gc
import inspect
import keyword
import linecache
import re
import traceback
from typing import Any

import pytest

from bitwright import ParseError, Struct, auto, bits, const, flag, raw, u8, u16, when
from bitwright.backends.python import compile_program, compile_source
from bitwright.backends.python.truth import truths_kept
from bitwright.errors import EngineDisagreement
from bitwright.ir.text import to_text
from bitwright_specs.dns import Message
from bitwright_specs.dns.header import Header
from tests.ir.programs import CheckedMachine, dns_messages, parse_text, read, specs
from tests.ir.symbols import SYMBOLS

DNS_HEADER = """\
def entry(data, start, end):
    if start + 12 > end:
        raise Fail
    id_, word, word_2, qdcount, ancount, nscount, arcount = unpack_HBBHHHH(data, start)
    qr, opcode, aa, tc, rd = BITS_qr_opcode_aa_tc_rd[word]
    ra, z, ad, cd, rcode = BITS_ra_z_ad_cd_rcode[word_2]
    return Header(id_, qr, opcode, aa, tc, rd, ra, z, ad, cd, rcode, qdcount, ancount, nscount, arcount), start + 12


def parse(data, /, **options):
    if data.__class__ is bytes and not options:
        try:
            end = len(data)
            if 12 != end:
                raise Fail
            id_, word, word_2, qdcount, ancount, nscount, arcount = unpack_HBBHHHH(data, 0)
            qr, opcode, aa, tc, rd = BITS_qr_opcode_aa_tc_rd[word]
            ra, z, ad, cd, rcode = BITS_ra_z_ad_cd_rcode[word_2]
            return Header(id_, qr, opcode, aa, tc, rd, ra, z, ad, cd, rcode, qdcount, ancount, nscount, arcount)
        except FAILURES:
            pass  # the way that explains failures
    return explaining_parse(data, **options)
"""


class Chunk(Struct):
    kind: int = bits(4)
    last: bool = flag(default=False)
    spare: int = bits(3, default=0)
    length: int = auto(u8())
    body: bytes = raw(size=length)


def test_the_dns_header() -> None:
    assert Header.source() == DNS_HEADER


def test_the_source_of_building_writes_once() -> None:
    source = Chunk.source("build")
    assert source.count("out +=") == 2
    assert "pack_BB(kind_2 << 4 | last_2 << 3 | spare_2, length_2)" in source
    compile(source, "build", "exec")


@pytest.mark.parametrize("name", specs())
def test_source_is_readable(name: str) -> None:
    for direction in ("parse", "build", "resolve"):
        source = specs()[name].codec("python").source(direction)
        compile(source, name, "exec")
        assert source.isascii()
        assert all(line == line.rstrip() for line in source.splitlines())
        assert max(len(line) - len(line.lstrip()) for line in source.splitlines()) <= 28, "nested too deep to be read"
        assert not re.search(r"\bv\d+\b|\b_\d+\b|%\d", source), "registers have names"


# --- where people meet it --------------------------------------------------------------------------


def compiled(text: str) -> dict[str, Any]:
    functions, _ = compile_program(read(text, SYMBOLS), "Test.parse")
    return functions


FAILING = 'need %0, %1 {size: 4}\n%2: int<0..255> size = load %0 {offset: 0, bytes: 1, order: "big"}\nyield %2'


def test_a_traceback_shows_the_line() -> None:
    functions = compiled(parse_text(FAILING, "int"))
    with pytest.raises(functions["Fail"]) as caught:
        functions["entry"](b"ab", 0, 2)
    shown = "".join(traceback.format_exception(caught.value))
    assert re.search(r'File "<bitwright Test\.parse #\d+>", line 3, in entry\n    raise Fail\n', shown)


def test_the_source_stays_in_linecache() -> None:
    functions = compiled(parse_text(FAILING, "int"))
    linecache.checkcache()
    source = inspect.getsource(functions["entry"])
    assert source.startswith("def entry(data, pos, end):\n    if pos + 4 > end:\n        raise Fail\n")


def test_the_source_goes_with_the_last_of_its_functions() -> None:
    functions = compile_source("def f():\n    return 1\n\ndef g():\n    return f()\n", {}, "short-lived")
    file = functions["f"].__code__.co_filename
    kept = functions["f"]
    del functions
    gc.collect()
    assert file in linecache.cache
    del kept
    gc.collect()
    assert file not in linecache.cache


def test_two_programs_of_one_name_do_not_hide_each_other() -> None:
    first = compile_source("def f():\n    return 1\n", {}, "same")["f"]
    second = compile_source("def f():\n    return 2\n", {}, "same")["f"]
    assert "return 1" in inspect.getsource(first)
    assert "return 2" in inspect.getsource(second)


def test_the_class_shows_its_compiled_parse() -> None:
    Header.parse(bytes(12))
    assert inspect.getsource(Header.parse) == DNS_HEADER[DNS_HEADER.index("def parse") :]


def test_values_reach_the_source_by_name_only() -> None:
    class Marked(Struct):
        magic: bytes = const(raw(size=4), b"'''\n")
        more: bytes = raw()

    source = Marked.source()
    assert "startswith(MAGIC, " in source
    assert "'''" not in source
    assert Marked.parse(b"'''\nx") == Marked(more=b"x")


# --- what it must keep -----------------------------------------------------------------------------


class Answers(Struct):
    """Numbers that are computed by comparing."""

    a: int = u8()
    big: int = const(u8(), a > 3)
    both: int = const(u8(), (a > 3) & (a < 9))
    none: int = const(u8(), (a > 3) & 6)
    has: int = auto(bits(8))
    extra: int | None = when(has == 1, u16())


@pytest.mark.parametrize("a", [0, 5, 200])
def test_a_comparison_kept_as_a_number_is_a_number(a: int, engine: str) -> None:
    resolved = Answers.codec(engine).resolved(Answers(a=a, extra=7))
    assert [type(getattr(resolved, name)) for name in ("big", "both", "none", "has")] == [int] * 4
    assert resolved == Answers(a=a, big=int(a > 3), both=int(3 < a < 9), none=0, has=1, extra=7)
    assert "true" not in resolved.to_json()


def test_a_comparison_that_only_decides_stays_as_it_is() -> None:
    text = parse_text(
        '%2: int<0..1> = bin %0, %1 {op: "lt"}\n%3: int<0..1> = not %2\nfail_if %3 {code: "const", message: "x"}\n'
        '%4: int<0..1> = bin %0, %1 {op: "eq"}\n%5: int<0..1> = bin %2, %4 {op: "or"}\nyield %5', "int",
    )  # fmt: skip
    program = read(text)
    kept = truths_kept(program.functions["entry"])
    assert {reg.number for reg in kept} == {5}


class Awkward(Struct):
    """Names that Python or the generated source have taken."""

    data: int = u8()
    end: int = u8()
    int_: int = u8()
    lambda_: int = u8()
    start: int = u8()
    entry: int = u8()
    unpack_bb: int = u8()


def test_awkward_names(engine: str) -> None:
    value = Awkward.codec(engine).parse(bytes(range(7)))
    assert [getattr(value, field.name) for field in Awkward.__bitwright__.visible] == list(range(7))
    assert Awkward.codec(engine).build(value) == bytes(range(7))


def test_variables_are_names() -> None:
    targets = re.findall(r"^ +((?:\w+,? ?)+) = ", Message.source(), re.MULTILINE)
    assert len(targets) > 100
    for name in re.split(r",? ", " ".join(targets)):
        assert name.rstrip(",").isidentifier()
        assert not keyword.iskeyword(name)


def test_the_optimized_program_is_what_the_source_says() -> None:
    """Interpreting the program that the source was made from gives what the source gives."""
    program = Message.codec("python").optimized("parse")
    for data in dns_messages():
        machine = CheckedMachine(program)
        machine.data = data
        value, _ = machine.run(0, len(data))
        assert value == Message.codec("python").parse(data)


def test_an_engine_that_refuses_what_the_interpreter_reads_is_reported() -> None:
    class Fragile(Struct):
        a: int = u8()

    codec = Fragile.codec("python")
    assert codec.parse(b"\1") == Fragile(a=1)
    fail = compile_program(read(parse_text('%2: int<1..1> = const {value: 1}\nfail_if %2 {code: "const", message: "x"}', "")), "broken")[0][
        "entry"
    ]
    for tier in codec._tiers.values():
        tier.run = fail
    with pytest.raises(EngineDisagreement, match="python refused a Fragile that the interpreter reads: 01"):
        codec.parse(b"\1")
    with pytest.raises(ParseError, match="needs 1 byte, none left"):
        codec.parse(b"")


def test_programs_have_a_text_beside_their_source() -> None:
    assert "unpack %0" in to_text(Header.codec("python").optimized("parse"))
