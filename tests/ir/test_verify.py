"""Each rule of the verifier has a program that breaks it, and every program that lowering makes keeps them all.

`refused/*.txt` holds the cases: `### what is wrong`, a program, and the whole message after `-->`; `accepted/reads.txt`
holds programs whose reads are covered in every way that the verifier understands.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bitwright import DeclarationError, Struct, auto, nested, param, payload, raw, u8
from bitwright.ir import interp_build, interp_parse
from bitwright.ir.constants import CHECKS
from bitwright.ir.ops import OPS, Block, Function, Op, Program, Reg
from bitwright.ir.text import op_text
from bitwright.ir.verify import BUILD_ONLY, PARSE_ONLY, ProgramError, verify
from tests.engines.formats import Format
from tests.engines.structures import formats
from tests.ir.programs import PARSE_OPTIONS, Case, cases, parse_text, programs_of, read, specs
from tests.ir.symbols import SYMBOLS

FOLDER = Path(__file__).parent
REFUSED = {file.stem: cases(file) for file in sorted((FOLDER / "refused").glob("*.txt"))}
ACCEPTED = cases(FOLDER / "accepted" / "reads.txt")


@pytest.mark.parametrize(
    ("case", "direction"),
    [
        pytest.param(case, "build" if stem == "build" else "parse", id=f"{stem}: {case.title}")
        for stem, listed in REFUSED.items()
        for case in listed
    ],
)  # fmt: skip
def test_what_is_refused_and_in_which_words(case: Case, direction: str) -> None:
    with pytest.raises(ProgramError) as caught:
        verify(case.program(direction))
    assert str(caught.value) == case.claims["-->"]
    assert caught.value.function == "entry"
    assert caught.value.op is not None
    assert f"op {caught.value.index} `{op_text(caught.value.op)}`" in case.claims["-->"]


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case.title)
def test_reads_that_are_covered_by_a_check(case: Case) -> None:
    verify(case.program("parse"))


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
ONE, TWO = (Op("const", (), (A,), {"value": value}) for value in (1, 2))
INSIDE = Block((), [Op("not", (B,), (Reg(3, "int", 0, 1),))])

HAND_MADE: dict[str, tuple[Callable[[], Program], str]] = {
    "read before it is assigned": (
        lambda: entry(Op("not", (A,), (B,))),
        "entry, op 0 `%1: int<0..9> = not %0`: %0 is read, but nothing before assigns it",
    ),
    "assigned twice": (lambda: entry(ONE, TWO), "%0 is assigned a second time"),
    "two registers of one number": (lambda: entry(ONE, params=(Reg(0, "int", 0, 9),)), "%0 is assigned a second time"),
    "a type that is none": (lambda: entry(params=(Reg(0, WEIRD),)), "%0 is of type 'float'"),
    "an out that is none": (lambda: entry(outs=(WEIRD,)), "entry: yields the type 'float'"),
    "no entry": (lambda: Program("Test", "parse", "start", {}, {}), "the first function, start, does not exist"),
    "a function under another name": (unlisted, "entry: the function is listed as alias"),
    "no direction": (sideways, "neither parse nor build"),
    "a constant without text form": (
        lambda: entry(Op("const", (), (A,), {"value": 1j})),
        "entry, op 0 `const`: the value is no int: 1j",
    ),
    "a block that reads what nobody assigns": (
        lambda: entry(Op("if", (A,), (), {}, (INSIDE, Block())), params=(A,)),
        "entry, op 1 `%3: int<0..1> = not %1`: %1 is read, but nothing",
    ),
}


@pytest.mark.parametrize("name", HAND_MADE)
def test_what_the_text_form_cannot_say(name: str) -> None:
    make, message = HAND_MADE[name]
    with pytest.raises(ProgramError) as caught:
        verify(make())
    assert message in str(caught.value)


def test_a_bad_program_is_a_bug_not_bad_input() -> None:
    assert issubclass(ProgramError, AssertionError)
    assert not issubclass(ProgramError, ValueError)


# --- the rules themselves ------------------------------------------------------------------------


def test_every_op_with_constants_has_a_check_of_them() -> None:
    assert {kind for kind, signature in OPS.items() if signature.attrs} <= set(CHECKS) <= set(OPS)


def test_the_ops_of_one_direction_are_those_that_the_interpreter_knows_for_it_alone() -> None:
    marks = {"enter", "leave"}
    assert set(interp_parse.HANDLERS) - marks - set(interp_build.HANDLERS) == PARSE_ONLY
    assert set(interp_build.HANDLERS) - marks - {"memo"} == BUILD_ONLY


@pytest.mark.parametrize("kind", sorted(kind for kind, signature in OPS.items() if signature.attrs))
def test_constants_of_every_op_are_refused_in_some_case(kind: str) -> None:
    refused = [
        case for listed in REFUSED.values() for case in listed if f"`{kind} " in case.claims["-->"] or f"= {kind} " in case.claims["-->"]
    ]
    assert refused


def test_a_function_that_calls_itself_may_rely_on_what_it_yields() -> None:
    body = '%2: obj, %3: int<0..2^48> = call %0, %1 {function: "entry"}\n%4: obj = span %3, %1 {as: "bytes"}\nyield %4, %3'
    verify(read(parse_text(body, "obj, int")))


def test_whole_takes_the_end_alone() -> None:
    text = (
        "program Test parse whole\nfunction whole(%1: int<0..2^48> end) -> int\n%0: int<0..0> = const {value: 0}\nneed %0, %1 {size: 2}\n"
        '%2: int<0..65535> = load %0 {offset: 0, bytes: 2, order: "big"}\nyield %2\nend\n'
    )
    verify(read(text))
    with pytest.raises(ProgramError, match="reads up to byte 2 of the input; checked is up to 1"):
        verify(read(text.replace("size: 2", "size: 1")))


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
