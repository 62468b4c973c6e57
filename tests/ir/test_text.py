"""Programs as text: what is printed is read back, and does what the printed program does."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bitwright import DeclarationError, Struct, auto, bits, flag, raw, u8
from bitwright.errors import Location
from bitwright.ir.interp import Machine
from bitwright.ir.ops import OPS, Block, Function, Op, Program, Reg, arity, walk
from bitwright.ir.text import TextError, from_text, function_text, literal, op_text, register, to_text
from bitwright_specs.dns import Message
from tests.engines.formats import Format
from tests.engines.structures import formats
from tests.ir.programs import PARSE_OPTIONS, ROOT, dns_messages, programs_of, shape, specs

DOCUMENT = (ROOT / "docs" / "ir.md").read_text(encoding="utf-8")


class Chunk(Struct):
    """A format small enough to print."""

    kind: int = bits(4)
    last: bool = flag(default=False)
    spare: int = bits(3, default=0)
    length: int = auto(u8())
    body: bytes = raw(size=length)


def test_what_a_program_looks_like() -> None:
    """As docs/ir.md shows it, but for the numbers of registers: those are no promise."""
    text = to_text(Chunk.codec("python").optimized("parse")).partition("\nfunction whole")[0]
    (shown,) = re.findall(r"```text\n(program Chunk .*?)```", DOCUMENT, re.DOTALL)
    assert shape(shown.replace("example.Chunk", f"{__name__}.Chunk")) == shape(text)


def test_the_table_of_the_document_lists_every_op_as_it_is() -> None:
    rows = re.findall(r"^\| `(.+?)` \| (.*?) \| (.*?) \| (.*?) \| (.+) \|$", DOCUMENT, re.MULTILINE)
    shown = {kind: (reads, assigns, constants) for kind, reads, assigns, constants, _ in rows}
    assert shown == {kind: (letters(s.args), letters(s.outs), ", ".join(f"`{a}`" for a in s.attrs)) for kind, s in OPS.items()}


def letters(signature: str) -> str:
    """A signature's letters as the document writes them."""
    words = {"i": "int", "o": "obj", "?": "any"}
    fixed, rest = arity(signature)
    return ", ".join([*(words[letter] for letter in fixed), *([f"{words[rest]}*"] if rest else [])])


def test_a_part_of_a_program_looks_as_in_the_whole() -> None:
    program = Chunk.codec("python").optimized("parse")
    text = to_text(program)
    for function in program.functions.values():
        assert function_text(function) in text
        assert all(op_text(op) in text for op in walk(function.body))


# --- round trips -----------------------------------------------------------------------------------


def round_trip(program: Program) -> Program:
    text = to_text(program)
    again = from_text(text, program.symbols)
    assert to_text(again) == text
    assert all(32 <= ord(char) < 127 or char == "\n" for char in text)
    return again


@pytest.mark.parametrize("name", specs())
def test_programs_of_every_spec(name: str) -> None:
    for _, program in programs_of(specs()[name]):
        round_trip(program)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(formats())
def test_programs_of_generated_formats(made: Format) -> None:
    codec = made.top.struct.codec("python")
    for order in ("big", "little") if made.top.inherits else (codec.spec.order,):
        for direction in ("parse", "build", "resolve"):
            for options in PARSE_OPTIONS if direction == "parse" else PARSE_OPTIONS[:1]:
                try:
                    program = codec.program(direction, order, options)
                except DeclarationError:
                    continue  # what building cannot solve is refused with the user's line; the engines' tests look at that
                round_trip(program)
                round_trip(codec.optimized(direction, order, options))


def test_a_program_that_was_read_does_the_same() -> None:
    codec = Message.codec("interp")
    parse, build, resolve = (round_trip(codec.program(direction)) for direction in ("parse", "build", "resolve"))
    for data in dns_messages():
        reader = Machine(parse, trace=True)
        reader.data = data
        value, after = reader.run(0, len(data))
        assert (value, after, reader.spans) == codec.trace(data)
        writer, resolver = Machine(build), Machine(resolve)
        writer.run(value)
        assert bytes(writer.out) == codec.build(value)
        assert resolver.run(value) == [codec.resolved(value)]


def test_a_program_that_was_read_fails_alike() -> None:
    codec = Message.codec("interp")
    parse = round_trip(codec.program("parse"))
    data = dns_messages()[0]
    for size in range(len(data)):
        reader = Machine(parse)
        reader.data = data[:size]
        with pytest.raises(ValueError, match=r"^Message") as mine:
            reader.run(0, size)
        with pytest.raises(ValueError, match=r"^Message") as original:
            codec.parse_prefix(data[:size])
        assert mine.value.problem == original.value.problem  # type: ignore[attr-defined]  # both are ParseErrors


# --- constants -------------------------------------------------------------------------------------

CONSTANTS: list[tuple[Any, str]] = [
    (None, "none"),
    (True, "true"),
    (False, "false"),
    (0, "0"),
    (-7, "-7"),
    (65535, "65535"),
    (1 << 24, "2^24"),
    (-(1 << 63), "-2^63"),
    ((1 << 64) - 1, "2^64-1"),
    (-((1 << 64) - 1), "-18446744073709551615"),
    ((1 << 64) + 1, "18446744073709551617"),
    ("", '""'),
    ('a"b\\c\n\x1b\u2028é', '"a\\"b\\\\c\\n\\u001b\\u2028\\u00e9"'),
    ("# no comment", '"# no comment"'),
    ("@Header", "@Header"),
    ("@<lambda>", '"@<lambda>"'),
    ("@", '"@"'),
    (b"", 'x""'),
    (b"\x00\xff", 'x"00ff"'),
    ((), "()"),
    ((1,), "(1,)"),
    (((0, 2, "big"), ("a",)), '((0, 2, "big"), ("a",))'),
    ({}, "{}"),
    ({1: "one", -2: "two"}, '{1: "one", -2: "two"}'),
    ({"a": {2: (b"x",)}}, '{"a": {2: (x"78",)}}'),
    (Location('C:\\a "b".py', 12), 'location("C:\\\\a \\"b\\".py", 12)'),
]


def carrying(value: Any) -> Program:
    op = Op("const", (), (Reg(0, "int", 0, 9),), {"value": value})
    return Program("P", "parse", "entry", {"entry": Function("entry", (), (), Block((), [op]))}, {})


def carried(program: Program) -> Any:
    return program.functions["entry"].body.ops[0].attrs["value"]


@pytest.mark.parametrize(("value", "text"), CONSTANTS, ids=[text for _, text in CONSTANTS])
def test_constants_survive(value: Any, text: str) -> None:
    assert literal(value) == text
    again = carried(round_trip(carrying(value)))
    assert again == value
    assert type(again) is type(value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.builds(Location, st.text(), st.integers(0, 1 << 20)),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.integers() | st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_any_constant_survives(value: Any) -> None:
    assert carried(round_trip(carrying(value))) == value


def test_a_constant_without_text_form_is_refused() -> None:
    with pytest.raises(TypeError, match=r"a constant of type complex has no text form: 1j"):
        to_text(carrying(1j))


@pytest.mark.parametrize("hint", ["", "qdcount", "über", "a b", "int", '"', "1st", "x.y"])
def test_names_of_registers_survive(hint: str) -> None:
    program = carrying(1)
    program.functions["entry"].body.ops[0].outs = (Reg(7, "int", -(1 << 63), 1 << 48, hint),)
    (reg,) = round_trip(program).functions["entry"].body.ops[0].outs
    assert (reg.number, reg.type, reg.lo, reg.hi, reg.hint) == (7, "int", -(1 << 63), 1 << 48, hint)


def test_a_register_says_its_interval() -> None:
    assert register(Reg(12, "int", 0, 65535, "qdcount")) == "%12: int<0..65535> qdcount"
    assert register(Reg(3, "obj", hint="value")) == "%3: obj value"


def test_symbols_say_what_they_are_and_nothing_that_changes() -> None:
    text = to_text(Message.codec("python").program("parse"))
    assert "symbol @Message  # class bitwright_specs.dns.message.Message\n" in text
    assert "symbol @Type  # EnumTable bitwright_specs.dns.enums.Type\n" in text
    assert " 0x" not in text


# --- text that is no program -----------------------------------------------------------------------

HEAD = "program P parse entry\n"
BODY = f"{HEAD}function entry(%0: int<0..9>, %1: obj)\n"

MALFORMED: list[tuple[str, str, int, str]] = [
    ("nothing", "", 1, "the text is empty"),
    ("only a comment", "# program\n", 1, "the text is empty"),
    ("no head", "function entry()\nend", 1, "expected 'program', found 'function'"),
    ("a direction that is none", "program P sideways entry", 1, "expected parse or build, found 'sideways'"),
    ("no entry", "program P parse", 1, "expected the first function's name, the line ends"),
    ("too much", "program P parse entry now", 1, "'now' is too much"),
    ("a symbol that was not handed over", f"{HEAD}symbol @Header", 2, "@Header was not handed over"),
    ("no symbol", f"{HEAD}symbol Header", 2, "expected a symbol, found 'Header'"),
    ("an unreadable character", f"{HEAD}function entry() ; end", 2, "cannot read '; end'"),
    ("something else at the top", f"{HEAD}need %0", 2, "expected 'function', found 'need'"),
    ("no parentheses", f"{HEAD}function entry", 2, "expected '(', the line ends"),
    ("a type that is none", f"{HEAD}function entry(%0: float)\nend", 2, "expected int or obj, found 'float'"),
    ("a result that is none", f"{HEAD}function entry() -> text\nend", 2, "expected int or obj, found 'text'"),
    ("a number without interval", f"{HEAD}function entry(%0: int)\nend", 2, "expected '<', found ')'"),
    ("half an interval", f"{HEAD}function entry(%0: int<0..>)\nend", 2, "expected a number, found '>'"),
    ("a power of three", f"{HEAD}function entry(%0: int<0..3^9>)\nend", 2, "3^9 is no number"),
    ("a huge power", f"{HEAD}function entry(%0: int<0..2^99999>)\nend", 2, "2^99999 is no number"),
    ("two of one number", f"{HEAD}function entry(%0: obj, %0: obj)\nend", 2, "%0 is assigned a second time"),
    ("two functions of one name", f"{BODY}end\nfunction entry()\nend", 4, "there are two functions called entry"),
    ("no end", f"{BODY}need %0", 2, "what begins here has no `end`"),
    ("no end of a block", f"{BODY}if %0\nthen\nend", 2, "what begins here has no `end`"),
    ("else without if", f"{BODY}else\nend", 3, "expected 'end', found 'else'"),
    ("a register that is not there", f"{BODY}need %7\nend", 3, "%7 is read, but nothing above assigns it"),
    ("a result in its own block", f"{BODY}%2: obj = if %0\nthen\n  yield %2\nend\nend", 5, "%2 is read, but nothing above assigns it"),
    ("assigned twice", f"{BODY}%0: int<0..1> = not %0\nend", 3, "%0 is assigned a second time"),
    ("no op", f"{BODY}%2: int<0..1> =\nend", 3, "expected an op, the line ends"),
    ("no equals sign", f"{BODY}%2: int<0..1> not %0\nend", 3, "expected '=', found '%0'"),
    ("words after the registers", f"{BODY}need %0 size\nend", 3, "'size' is too much"),
    ("constants without end", f"{BODY}need %0 {{size: 1\nend", 3, "expected '}', the line ends"),
    ("a constant without name", f"{BODY}need %0 {{1: 2}}\nend", 3, "expected the name of a constant, found '1'"),
    ("a constant without value", f"{BODY}need %0 {{size: }}\nend", 3, "expected a constant, found '}'"),
    ("a word for a constant", f"{BODY}need %0 {{size: many}}\nend", 3, "expected a constant, found 'many'"),
    ("positions that count something else", "program P parse f\nfunction f() in bytes\nend", 2, "expected 'bits', found 'bytes'"),
    ("a register for a constant", f"{BODY}need %0 {{size: %1}}\nend", 3, "expected a constant, found '%1'"),
    ("an open string", f'{BODY}need %0 {{size: "a}}\nend', 3, "cannot read"),
    ("a bad escape", f'{BODY}need %0 {{size: "\\q"}}\nend', 3, "is no string: Invalid"),
    ("bad hex", f'{BODY}need %0 {{size: x"0g"}}\nend', 3, "are no bytes in hex"),
    ("an open tuple", f"{BODY}need %0 {{size: (1, 2\nend", 3, "expected ')', the line ends"),
    ("an open table", f"{BODY}need %0 {{size: {{1: 2\nend", 3, "expected '}', the line ends"),
    ("a table with a tuple for a key", f"{BODY}need %0 {{size: {{(): 2}}}}\nend", 3, "the keys of a table are numbers or strings"),
    ("a place without line", f'{BODY}need %0 {{size: location("a")}}\nend', 3, "expected ',', found ')'"),
]


@pytest.mark.parametrize(("text", "line", "message"), [case[1:] for case in MALFORMED], ids=[case[0] for case in MALFORMED])
def test_text_that_is_no_program(text: str, line: int, message: str) -> None:
    with pytest.raises(TextError) as caught:
        from_text(text, {})
    assert message in str(caught.value)
    assert caught.value.line == line
    assert str(caught.value).startswith(f"line {line}: ")
    assert isinstance(caught.value, ValueError)


@settings(max_examples=300)
@given(st.data())
def test_damaged_text_is_read_or_refused_with_its_line(data: st.DataObject) -> None:
    text = to_text(Chunk.codec("python").program("parse"))
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, min(len(text), begin + 9)))
    damaged = text[:begin] + data.draw(st.sampled_from(["", "%", '"', "{", "}", "(", "end", "\n", " ", "<", "2^", "x"])) + text[end:]
    try:
        from_text(damaged, {"@Chunk": Chunk})
    except TextError as error:
        line = error.line
    else:
        line = 1
    assert 1 <= line <= damaged.count("\n") + 1


def test_space_and_comments_do_not_matter() -> None:
    text = to_text(Chunk.codec("python").optimized("parse"))
    airy = "\n\n".join(f"   {line}   # {i}" for i, line in enumerate(text.splitlines()))
    assert to_text(from_text(airy, {"@Chunk": Chunk})) == text
