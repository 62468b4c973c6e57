"""Each rule of the verifier has a program that breaks it, and every program that lowering makes keeps them all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bitwright import DeclarationError, Struct, auto, nested, param, payload, raw, u8
from bitwright.ir import interp_build, interp_parse
from bitwright.ir.constants import CHECKS
from bitwright.ir.ops import OPS, Block, Function, Op, Program, Reg
from bitwright.ir.verify import BUILD_ONLY, PARSE_ONLY, ProgramError, verify
from tests.engines.formats import Format
from tests.engines.structures import formats
from tests.ir.cases import SYMBOLS
from tests.ir.programs import PARSE_OPTIONS, build_text, parse_text, programs_of, read, specs

LOAD = '%2: int<0..65535> = load %0 {offset: 0, bytes: 2, order: "big"}'
NEED = "need %0, %1 {size: 2}\n"
OBJ = "%9: obj = none\n"


def refused(text: str) -> ProgramError:
    program = read(text, SYMBOLS)
    with pytest.raises(ProgramError) as caught:
        verify(program)
    return caught.value


# --- ops, registers, blocks ----------------------------------------------------------------------

# What is wrong, the body of the entry, what it yields, the number of the op, and a part of the message.
STRUCTURE: list[tuple[str, str, str, int, str]] = [
    ("unknown kind", "launch %0", "", 0, "no op is called 'launch'"),
    ("kind of the other direction", 'put %0 {width: 8, order: "big"}', "", 0, "put has no meaning in a parse program"),
    ("too few registers", "need %0 {size: 1}", "", 0, "takes 2 registers, has 1"),
    ("too many registers", "need %0, %1, %1 {size: 1}", "", 0, "takes 2 registers, has 3"),
    ("a register too few where there may be more", "%2: int<0..1> = loop.count\ndo\nend", "", 0, "takes 1 or more registers, has 0"),
    ("wrong type read", f"{OBJ}need %0, %9 {{size: 1}}", "", 1, "takes int as register 2, has obj %9"),
    ("wrong type assigned", "%2: int<0..1> = none", "", 0, "assigns obj as register 1, has int %2"),
    ("nothing assigned", "none", "", 0, "assigns 1 registers, has 0"),
    ("a constant is missing", "need %0, %1", "", 0, "the constant 'size' is missing"),
    ("a block is missing", "if %0\nthen\nend", "", 0, "has 1 blocks, takes 2"),
    ("a block too many", "need %0, %1 {size: 1}\ndo\nend", "", 0, "has 1 blocks, takes 0"),
    ("read out of scope", f"if %0\nthen\n  {OBJ}\nelse\nend\n%3: int<0..1> = zeros %0, %1\nyield %9", "obj", 3, "%9 is read, but is out of scope"),
    ("an empty interval", "%2: int<3..2> = loop.count %0, %0\ndo %3: int<0..9>, %4: int<0..9>\n  yield %4\nend", "", 0, "the interval of %2 is empty: 3..2"),
    ("yield before the end", f"yield %0\n{OBJ}", "int", 0, "yield is not the last op"),
    ("no yield", OBJ, "int", 0, "must yield (int), but does not end in yield"),
    ("too much yielded", "yield %0, %1", "int", 0, "yields (int, int), the block must yield (int)"),
    ("another type yielded", f"{OBJ}yield %9", "int", 1, "yields (obj), the block must yield (int)"),
    ("an if that yields too little", f"{OBJ}%2: int<0..9> = if %0\nthen\n  yield %0\nelse\n  yield\nend\nyield %2", "int", 3, "yields (), the block must"),
    ("an if with parameters", f"if %0\nthen %3: int<0..1>\nelse\nend\n{OBJ}", "", 0, "its block takes (int), must take ()"),
    ("a loop without index", "loop.count %0\ndo\nend", "", 0, "its block takes (), must take (int)"),
    ("a loop that changes a type", f"{OBJ}%2: int<0..1> = loop.count %0, %9\ndo %3: int<0..1>, %4: int<0..1>\n  yield %4\nend", "", 1, "carries (obj), but assigns (int)"),
    ("a loop that yields no condition", "%2: int<0..9> = loop.while %0, %1\ndo %3: int<0..9>\n  yield %3\nend", "", 1, "yields (int), the block must yield (int, int)"),
    ("a mark left open", "enter %0 {name: \"x\", phase: 0, location: none}", "", 0, "1 `enter` without `leave`"),
    ("a mark closed twice", "leave %0, %1 {phase: 0}", "", 0, "leaves what was not entered"),
    (
        "marks across blocks",
        "enter %0 {name: \"x\", phase: 0, location: none}\nif %0\nthen\n  leave %0, %1 {phase: 0}\nelse\nend", "", 2, "leaves what was not entered",
    ),
    ("call of nothing", 'call %0, %1 {function: "nobody"}', "", 0, "the function nobody does not exist"),
    ("call with too little", 'call %0 {function: "inner"}', "", 0, "hands (int) to inner, which takes (int, int)"),
    ("call with another type", f'{OBJ}call %0, %9 {{function: "inner"}}', "", 1, "hands (int, obj) to inner"),
    ("call for another result", '%2: int<0..9> = call %0, %1 {function: "inner"}', "", 0, "assigns (int), but inner yields ()"),
    ("call with too wide a number", '%2: int<-1..9> = const {value: 3}\ncall %2, %1 {function: "inner"}', "", 1, "%2 lies in -1..9, but inner takes 0.."),
    ("dispatch to nothing", 'dispatch %0, %0, %1 {table: {1: "inner", 2: "nobody"}, default: none}', "", 0, "the function nobody does not exist"),
    ("dispatch to unequal arms", 'dispatch %0, %0, %1 {table: {1: "inner", 2: "other"}, default: none}', "", 0, "assigns (), but other yields (obj)"),
    ("dispatch with a bad default", 'dispatch %0, %0, %1 {table: {1: "inner"}, default: "other"}', "", 0, "assigns (), but other yields (obj)"),
]  # fmt: skip
INNER = (
    "function inner(%0: int<0..2^48> pos, %1: int<0..2^48> end)\nend\n"
    "function other(%0: int<0..2^48> pos, %1: int<0..2^48> end) -> obj\n  %2: obj = none\n  yield %2\nend\n"
)


@pytest.mark.parametrize(("body", "outs", "index", "message"), [case[1:] for case in STRUCTURE], ids=[case[0] for case in STRUCTURE])
def test_structure(body: str, outs: str, index: int, message: str) -> None:
    error = refused(parse_text(body, outs, more=INNER, symbols=SYMBOLS))
    assert message in str(error)
    assert (error.function, error.index) == ("entry", index)
    assert str(error).startswith(f"entry, op {index} `")


def entry(*ops: Op, params: tuple[Reg, ...] = (), outs: tuple[Any, ...] = ()) -> Program:
    function = Function("entry", params, outs, Block((), [*ops]))
    return Program("Test", "parse", "entry", {"entry": function}, dict(SYMBOLS))


A, B = Reg(0, "int", 0, 9), Reg(1, "int", 0, 9)
WEIRD: Any = "float"


def unlisted() -> Program:
    program = entry()
    program.functions["alias"] = program.functions["entry"]
    return program


def sideways() -> Program:
    program = entry()
    program.direction = WEIRD
    return program


# Programs that the text form cannot say.
HAND_MADE: dict[str, tuple[Callable[[], Program], str]] = {
    "read before it is assigned": (lambda: entry(Op("not", (A,), (B,))), "entry, op 0 `%1: int<0..9> = not %0`: %0 is read, but nothing before assigns it"),
    "assigned twice": (lambda: entry(Op("const", (), (A,), {"value": 1}), Op("const", (), (A,), {"value": 2})), "%0 is assigned a second time"),
    "two registers of one number": (lambda: entry(Op("const", (), (Reg(0, "int", 0, 9),), {"value": 1}), params=(A,)), "%0 is assigned a second time"),
    "a type that is none": (lambda: entry(params=(Reg(0, WEIRD),)), "%0 is of type 'float'"),
    "an out that is none": (lambda: entry(outs=(WEIRD,)), "entry: yields the type 'float'"),
    "no entry": (lambda: Program("Test", "parse", "start", {}, {}), "the first function, start, does not exist"),
    "a function under another name": (unlisted, "entry: the function is listed as alias"),
    "no direction": (sideways, "neither parse nor build"),
    "a constant without text form": (lambda: entry(Op("const", (), (A,), {"value": 1.5})), "entry, op 0 `const`: the value is no int: 1.5"),
    "a block of another function": (
        lambda: entry(Op("if", (A,), (), {}, (Block((), [Op("not", (B,), (Reg(3, "int", 0, 1),))]), Block())), params=(A,)), "%1 is read, but nothing",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HAND_MADE)
def test_what_the_text_form_cannot_say(name: str) -> None:
    make, message = HAND_MADE[name]
    with pytest.raises(ProgramError) as caught:
        verify(make())
    assert message in str(caught.value)


def test_a_bad_program_is_a_bug_not_bad_input() -> None:
    assert issubclass(ProgramError, AssertionError)
    assert not issubclass(ProgramError, ValueError)


# --- constants -----------------------------------------------------------------------------------

BYTE = 'need %0, %1 {size: 1}\n%2: int<0..255> = load %0 {offset: 0, bytes: 1, order: "big"}\n'

# The op that is wrong and a part of the message; before it stands a byte, %2, an object, %9, and a checked span of 2 bytes.
CONSTANTS: list[tuple[str, str]] = [
    ("%3: int<0..9> = const {value: 10}", "%3 is to lie in 0..9, but can be 10..10"),
    ("%3: int<0..9> = const {value: true}", "the value is no int: True"),
    ('%3: int<0..9> = bin %2, %2 {op: "plus"}', "no operator is called 'plus'"),
    ('%3: int<0..0> = bin %2, %2 {op: "lt"}', "%3 is to lie in 0..0, but can be 0..1"),
    ('%3: int<0..9> = bin %2, %2 {op: "floordiv"}', "divides by something that can be zero"),
    ('%3: int<0..9> = bin %2, %2 {op: "shl"}', "shifts by something outside 0 to 64"),
    ('%3: int<-9..-1> = bin %2, %2 {op: "add"}', "%3 is to lie in -9..-1, but lies in 0..510"),
    ("%3: int<0..9> = neg %2", "%3 is to lie in 0..9, but can be -255..0"),
    ("%3: int<1..1> = not %2", "can be 0..1"),
    ("%3: int<0..9> = select %2, %2, %2", "can be 0..255"),
    ("%3: int<0..9> = lookup %2 {table: {1: 10}, default: 0}", "can be 0..10"),
    ('%3: int<0..9> = lookup %2 {table: {1: "x"}, default: 0}', "does not map ints to ints"),
    ("need %0, %1 {size: -1}", "the size is -1"),
    ("need.var %0, %1, %2 {expr: 5, refs: ()}", "expr is a text"),
    ('need.var %0, %1, %2 {expr: "n", refs: "n"}', "refs are paths"),
    ('%3: int<0..2^80-1> = load %0 {offset: 0, bytes: 10, order: "big"}', "reads 10 bytes; 1 to 9 can be read"),
    ('%3: int<0..2^80-1> = load %0 {offset: 0, bytes: 0, order: "big"}', "reads 0 bytes"),
    ('%3: int<0..255> = load %0 {offset: 0, bytes: 2, order: "big"}', "%3 is to lie in 0..255, but can be 0..65535"),
    ('%3: int<0..65535> = load %0 {offset: 0, bytes: 2, order: "middle"}', "neither big nor little"),
    ('%3: int<0..255> = load %0 {offset: "0", bytes: 1, order: "big"}', "the offset is '0'"),
    ('%3: int<0..255> = unpack %0 {layout: ((0, 1, "big"), (1, 1, "big"))}', "one entry for each of the 1 registers"),
    ('%3: int<0..65535>, %4: int<0..255> = unpack %0 {layout: ((0, 2, "big"), (1, 1, "big"))}', "not ascending at offset 1"),
    ("%3: int<0..255> = bits %2 {shift: 4, width: 5, signed: false}", "bits 4 to 8 do not lie in %2 of 0..255"),
    ("%3: int<0..255> = bits %2 {shift: 0, width: 0, signed: false}", "no run of bits"),
    ("%3: int<0..15> = bits %2 {shift: 0, width: 4, signed: true}", "can be -8..7"),
    ('%3: int<0..2^48> = find %0, %1 {terminator: x""}', "terminator must be bytes"),
    ("%3: int<0..1> = same %0 {value: none}", "value must be bytes"),
    ('%3: int<1..1> = same %0 {value: x"00"}', "can be 0..1"),
    ("%3: int<0..0> = zeros %0, %1", "can be 0..1"),
    ("%3: int<0..65535> = checksum %0, %1, %0, %2, %9 {algorithm: @Pair_, bytes: 2}", "no symbol is called '@Pair_'"),
    ("%3: int<0..65535> = checksum %0, %1, %0, %2, %9 {algorithm: @Colour, bytes: 2}", "@Colour is no function"),
    ("%3: int<0..65535> = checksum %0, %1, %0, %2, %9 {algorithm: @internet, bytes: 0}", "the sum has 0 bytes"),
    ('%3: obj = constant {value: "ab"}', "the value is no bytes"),
    ("%3: obj = box %2 {as: @Pair}", "@Pair is no table"),
    ('%3: obj = box %2 {as: "float"}', "no symbol is called 'float'"),
    ('%3: obj = split %2 {fields: ((7, 2, false, "int"),)}', "bits 7 to 8 do not lie in %2"),
    ('%3: obj = split %2 {fields: ((7, 1, false, "int"), (6, 1, false, "int"))}', "one field for each of the 1 registers"),
    ('%3: obj = split %0 {fields: ((7, 1, false, "int"),)}', "splits a byte, but %0 lies in 0.."),
    ('%3: obj = split %2 {fields: ((7, 1, false, "what"),)}', "no symbol is called 'what'"),
    ("%3: int<0..1> = known %2 {table: @Pair}", "@Pair is no table"),
    ("%3: int<1..1> = known %2 {table: @Colour}", "can be 0..1"),
    ("%3: obj = span %0, %1 {as: @internet}", "@internet is no class"),
    ("%3: obj = render %0, %1 {with: @Colour}", "@Colour is no function"),
    ('%3: obj = text %0, %1 {encoding: "klingon"}', "no encoding is called 'klingon'"),
    ("%3: obj, %4: int<0..2^48> = name %0, %1, %0, %9 {hops: -1}", "hops is -1"),
    ("%3: obj = make %9 {class: @Pair, keywords: ()}", "makes @Pair of 1 values; it has 2 fields"),
    ('%3: obj = make %9 {class: @Other, keywords: ("a", "b")}', "1 values have the keywords ('a', 'b')"),
    ("%3: obj = make %9 {class: @Missing, keywords: ()}", "no symbol is called '@Missing'"),
    ('%3: obj = record %9 {names: ("a", "b")}', "1 values have the names"),
    ('%3: obj = record %9, %9 {names: ("a", "a")}', "2 values have the names"),
    ('fail_if %2 {code: "bad", message: "x"}', "no error of parse has the code 'bad'"),
    ('fail_if %2 {code: "range", message: "x"}', "no error of parse has the code 'range'"),
    ('fail_if %2, %2 {code: "const", message: "is {2}"}', "does not fit its 2 numbers"),
    ('fail_if %2 {code: "const", message: "is {"}', "does not fit its 1 numbers"),
    ('fail_if %2 {code: "const", message: 5}', "the message is 5"),
    ('fail_if %2 {code: "const", message: "x", at: true}', "its place must be the last number"),
    ('fail_if %2, %9 {code: "const", message: "x", at: true}', "its place must be the last number"),
    ('fail_if %2 {code: "const", message: "x", refs: "n"}', "refs are paths"),
    ('finding_if %2 {code: "const", message: "x"}', "no finding has the code 'const'"),
    ('finding_if %2 {code: "padding", message: "{0}"}', "does not fit its 0 numbers"),
    ("call {function: 5}", "the function is 5"),
    ('dispatch %2 {table: {"x": "inner"}, default: none}', "does not map ints to functions"),
    ('enter %9 {name: "x", phase: 0, location: none}', "takes 1 numbers: the position"),
    ("enter %0 {name: none, phase: 0, location: none}", "takes 2 numbers: the position and, of an element, its index"),
    ('enter %0 {name: "x", phase: 8, location: none}', "the phase is 8"),
    ('enter %0 {name: "x", phase: 0, location: "a.py"}', "no mark"),
    ("leave %0 {phase: 0}", "takes the position and the value"),
]  # fmt: skip


@pytest.mark.parametrize(("op", "message"), CONSTANTS, ids=[f"{i}-{op.split('{')[0][:40]}" for i, (op, _) in enumerate(CONSTANTS)])
def test_constants_of_parse_programs(op: str, message: str) -> None:
    error = refused(parse_text(f"{BYTE}{OBJ}{op}", "", more=INNER, symbols=SYMBOLS))
    assert message in str(error)
    assert (error.function, error.index) == ("entry", 3)


BUILD_CONSTANTS: list[tuple[str, str]] = [
    ('%3: obj = attr %0 {name: "not a name"}', "no attribute is called 'not a name'"),
    ("set %0, %0 {name: 5}", "no attribute is called 5"),
    ("%3: int<0..1> = as_int %0 {lo: 0, hi: 2}", "can be 0..2"),
    ("%3: int<0..9> = as_int %0 {lo: 2, hi: 0}", "no interval: 2..0"),
    ("%3: int<0..0> = is_none %0", "can be 0..1"),
    ("%3: obj = as_bytes %0 {size: -1}", "the size is -1"),
    ('%3: obj, %4: obj = as_text %0 {encoding: "klingon"}', "no encoding is called"),
    ("%3: obj = as_value %0 {class: @Colour}", "@Colour is no class"),
    ("as_class %0 {class: @Missing}", "no symbol is called '@Missing'"),
    ("%3: int<0..0> = arm %0 {classes: (@Pair, @Other)}", "can be 0..1"),
    ("%3: int<0..0> = arm %0 {classes: @Pair}", "the classes are '@Pair'"),
    ("%3: int<0..0> = arm %0 {classes: (@Colour,)}", "@Colour is no class"),
    ("%3: obj = item %0 {index: -1}", "the index is -1"),
    ('put %1 {width: 0, order: "big"}', "the width is 0"),
    ('put %1 {width: 12, order: "little"}', "little endian needs whole bytes"),
    ('put %1 {width: 8, order: "little", phase: 4}', "little endian needs whole bytes, has 8 bits at bit 4"),
    ('put %1 {width: 8, order: "big", phase: 8}', "the phase is 8"),
    ('put.pack %1 {layout: ((8, "big"), (8, "big"))}', "one entry for each of the 1 numbers"),
    ('put.pack %1, %1 {layout: ((4, "big"), (8, "little"))}', "begins at bit 4 of a byte"),
    ('put.pack %1 {layout: ((0, "big"),)}', "a width is 0"),
    ('put.pack %1 {layout: ((8, "big"),), phase: 9}', "the phase is 9"),
    ('put.bytes %0 {terminator: x""}', "the terminator is b''"),
    ("%3: int<0..9> = here {phase: -1}", "the phase is -1"),
    ('patch %1, %1 {width: 8, phase: 8, order: "big"}', "no place in a byte"),
    ('patch %1, %1 {width: 16, phase: 1, order: "little"}', "little endian needs whole bytes"),
    ("%3: obj = put.name %0, %1, %0 {compress: 1}", "compress is 1"),
    ("%3: int<0..0> = fit %1, %1, %1, %0", "can be 0..1"),
    ("%3: int<0..9> = put.checksum %1, %1, %1, %0 {algorithm: @Pair_, bytes: 2}", "no symbol is called"),
    ('fail_if %1 {code: "truncated", message: "x"}', "no error of build has the code 'truncated'"),
    ('finding_if %1 {code: "padding", message: "x"}', "findings are made by parsing"),
    ('enter %1 {name: "x", phase: 0, location: none}', "takes 0 numbers: none"),
    ("load %1", "load has no meaning in a build program"),
]  # fmt: skip


@pytest.mark.parametrize(("op", "message"), BUILD_CONSTANTS, ids=[f"{i}-{op.split('{')[0][:40]}" for i, (op, _) in enumerate(BUILD_CONSTANTS)])
def test_constants_of_build_programs(op: str, message: str) -> None:
    error = refused(build_text(f"%1: int<0..255> = as_int %0 {{lo: 0, hi: 255}}\n{op}", "", symbols=SYMBOLS))
    assert message in str(error)
    assert (error.function, error.index) == ("entry", 1)


def test_every_op_with_constants_has_a_check_of_them() -> None:
    assert {kind for kind, signature in OPS.items() if signature.attrs} <= set(CHECKS) <= set(OPS)


def test_the_ops_of_one_direction_are_those_that_the_interpreter_knows_for_it_alone() -> None:
    marks = {"enter", "leave"}
    assert set(interp_parse.HANDLERS) - marks - set(interp_build.HANDLERS) == PARSE_ONLY
    assert set(interp_build.HANDLERS) - marks - {"memo"} == BUILD_ONLY


# --- programs that lowering makes ----------------------------------------------------------------


@pytest.mark.parametrize("name", specs())
def test_every_program_of_every_spec_is_well_formed(name: str) -> None:
    for label, program in programs_of(specs()[name]):
        try:
            verify(program)
        except ProgramError as error:
            pytest.fail(f"{label}: {error}")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(formats())
def test_programs_of_generated_formats_are_well_formed(made: Format) -> None:
    codec = made.top.struct.codec("python")
    for order in ("big", "little") if made.top.inherits else (codec.spec.order,):
        for direction in ("parse", "build", "resolve"):
            for options in PARSE_OPTIONS if direction == "parse" else PARSE_OPTIONS[:1]:
                try:
                    program = codec.program(direction, order, options)
                except DeclarationError:
                    continue  # what building cannot solve is refused with the user's line; the engines' tests look at that
                verify(program)
                verify(codec.optimized(direction, order, options))


class Counted(Struct):
    n = param(int, default=0)
    content: bytes = raw(size=n)


class Twice(Struct):
    size: int = u8()
    one: Counted = nested(Counted, arguments={"n": size - 20})
    two: Counted = nested(Counted, arguments={"n": size - 20})


def test_a_parameter_takes_every_number_that_is_handed_over(engine: str) -> None:
    with pytest.raises(ValueError, match="its size, n, is -15") as caught:
        Twice.codec(engine).parse(b"\x05" + bytes(40))
    assert caught.value.path == "one.content"  # type: ignore[attr-defined]  # a ParseError


class Layer(Struct):
    size: int = auto(u8())
    content: bytes = payload(size=size)


class Tunnel(Struct):
    layer: Layer = nested(Layer)
    trailer: bytes = raw()


def test_only_the_outermost_payload_may_be_cut(engine: str) -> None:
    value, used = Layer.codec(engine).parse_layer(b"\x09abc")
    assert (value, used) == (Layer(size=9, content=b"abc"), 10)
    with pytest.raises(ValueError, match="needs 9 bytes, 3 bytes left"):
        Tunnel.codec(engine).parse_layer(b"\x09abc")
