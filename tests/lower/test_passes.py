"""Each pass alone: what it does, that programs stay well-formed, and that they accept, refuse and yield the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from bitwright import BuildError, ParseError, Struct, array, auto, u8
from bitwright.ir.interp import Machine
from bitwright.ir.ops import Block, Program, walk
from bitwright.ir.text import function_text
from bitwright.ir.verify import verify
from bitwright.lower.passes import optimize
from bitwright.lower.passes.bounds import hoist_bounds_checks
from bitwright.lower.passes.copying import copy_program
from bitwright.lower.passes.dead import drop_unused
from bitwright.lower.passes.inline import DEEPEST, inline_calls
from bitwright.lower.passes.merge import merge_demands, merge_puts, merge_reads
from bitwright.lower.passes.offsets import fold_offsets
from bitwright.lower.passes.tabulate import tabulate_bits
from bitwright.lower.passes.trace import strip_trace
from bitwright.lower.passes.whole import add_whole, tighten_whole
from bitwright_specs.dns import Message
from bitwright_specs.dns.header import Header
from bitwright_specs.ipv4 import IPv4
from tests.ir.programs import CheckedMachine, build_text, dns_messages, parse_text, programs_of, read, shape, specs
from tests.ir.symbols import SYMBOLS
from tests.specs.test_mutants import VECTORS, damaged

Pass = Callable[[Program], None]
P = "int<0..2^48>"
PARSE_PASSES: tuple[Pass, ...] = (
    strip_trace, inline_calls, add_whole, fold_offsets, drop_unused, hoist_bounds_checks, merge_reads, tabulate_bits, tighten_whole,
)  # fmt: skip
BUILD_PASSES: tuple[Pass, ...] = (strip_trace, inline_calls, fold_offsets, drop_unused, merge_demands, merge_puts)


def name_of(value: Any) -> str:
    return str(getattr(value, "__name__", value))


# --- what each does --------------------------------------------------------------------------------


def after(change: Pass, text: str, function: str = "entry") -> list[str]:
    """The lines of a function's body after a pass."""
    program = read(text, SYMBOLS)
    verify(program)
    change(program)
    verify(program)
    return shape(function_text(program.functions[function]))[1:-1]


def body(text: str, params: int = 2) -> list[str]:
    """Lines as `after` gives them; the parameters are %0 and so on."""
    head = ", ".join(f"%{i}" for i in range(params))
    return shape(f"{head}\n{text}")[1:]


def load(out: int, base: int, offset: int, size: int = 1, order: str = "big", name: str = "") -> str:
    hint = f" {name}" if name else ""
    return f'%{out}: int<0..{(1 << 8 * size) - 1}>{hint} = load %{base} {{offset: {offset}, bytes: {size}, order: "{order}"}}\n'


def test_trace_marks_are_stripped_everywhere() -> None:
    mark, leave = 'enter %0 {name: "x", phase: 0, location: none}\n', "leave %0, %1 {phase: 0}\n"
    text = parse_text(f"{mark}if %0\nthen\n{mark}{leave}yield\nelse\nyield\nend\n{leave}", "")
    assert after(strip_trace, text) == body("if %0\nthen\nyield\nelse\nyield\nend")


def test_what_is_demanded_twice_of_a_bitstring_is_demanded_once() -> None:
    twice = "%1: obj = whole %0 {unit: 1}\n%2: obj = whole %1 {unit: 8}\nput.bytes %2"
    assert after(merge_demands, build_text(twice, "")) == body("%1: obj = whole %0 {unit: 8}\nput.bytes %1", 1)
    other = "%1: obj = whole %0 {unit: 2}\n%2: obj = whole %1 {unit: 3}\nput.bytes %2"
    assert after(merge_demands, build_text(other, "")) == body(other, 1)
    read_twice = f"{twice}\n%3: int<0..7> phase = push.bits %4, %1"
    assert after(merge_demands, build_text("%4: int<0..0> = const {value: 0}\n" + read_twice, "")).count("whole") == 0


INNER = f'function inner(%0: {P} pos, %1: {P} end) -> int\n%2: {P} sum = bin %0, %1 {{op: "add"}}\nyield %2\nend\n'
CALL = '%2: int<0..2^48> = call %0, %1 {function: "inner"}\n'


def test_the_only_call_of_a_function_is_inlined() -> None:
    assert after(inline_calls, parse_text(f"{CALL}yield %2", "int", more=INNER)) == body(
        f'%9: {P} sum = bin %0, %1 {{op: "add"}}\nyield %9'
    )


def test_an_inlined_function_is_gone() -> None:
    program = read(parse_text(f"{CALL}yield %2", "int", more=INNER))
    inline_calls(program)
    assert list(program.functions) == ["entry"]


@pytest.mark.parametrize(
    ("text", "more"),
    [
        (CALL + CALL.replace("%2", "%3") + "yield %3", INNER),
        (CALL + '%3: int<0..2^48> = dispatch %0, %0, %1 {table: {1: "inner"}, default: none}\nyield %3', INNER),
        (CALL + "yield %2", INNER.replace('bin %0, %1 {op: "add"}', 'call %0, %1 {function: "inner"}')),
    ],
    ids=["called twice", "dispatched to", "recursive"],
)
def test_other_functions_stay(text: str, more: str) -> None:
    program = read(parse_text(text, "int", more=more))
    inline_calls(program)
    assert list(program.functions) == ["entry", "inner"]


def test_blocks_do_not_come_to_lie_too_deep_in_each_other() -> None:
    class Lowest(Struct):
        value: int = u8()

    levels: list[type[Struct]] = [Lowest]
    for _ in range(30):

        class Level(Struct):
            count: int = auto(u8())
            below: list[Any] = array(levels[-1], count=count)

        levels.append(Level)
    python, interp = (levels[-1].codec(engine) for engine in ("python", "interp"))
    program = python.optimized("parse")
    assert 2 <= len(program.functions) <= 8  # some of them twice: for `entry` and for `whole`
    assert all(depth(function.body) <= DEEPEST for function in program.functions.values())
    assert python.parse(b"\1" * 31) == interp.parse(b"\1" * 31)


def depth(block: Block) -> int:
    return max((1 + depth(inner) for op in block.ops for inner in op.blocks), default=0)


def test_whole_begins_at_zero_and_refuses_what_is_left() -> None:
    text = parse_text(f'need %0, %1 {{size: 1}}\n%2: obj = none\n%3: {P} after = bin %0, %1 {{op: "add"}}\nyield %2, %3', "obj, int")
    lines = after(add_whole, text, "whole")
    assert lines == body(
        f'%5: int<0..0> = const {{value: 0}}\nneed %5, %1 {{size: 1}}\n%2: obj = none\n%3: {P} after = bin %5, %1 {{op: "add"}}\n'
        '%6: int<0..1> = bin %3, %1 {op: "ne"}\nfail_if %6 {code: "unconsumed", message: "bytes are left over"}\n'
        "yield %2".replace("%1", "%0"), 1,
    )  # fmt: skip


def test_formats_with_parameters_have_no_whole_unless_all_have_defaults() -> None:
    text = parse_text("%4: obj = none\nyield %4, %1", "obj, int", "%2: obj pseudo, %3: int<-9..9> number")
    for defaults in ((), (b"",)):
        program = read(text)
        add_whole(program, defaults)
        assert list(program.functions) == ["entry"]
    lines = after(lambda program: add_whole(program, (b"ab", 7)), text, "whole")
    assert '%2: obj pseudo = constant {value: x"6162"}' in lines
    assert "%3: int<7..7> number = const {value: 7}" in lines


def test_reads_and_checks_refer_to_the_earliest_position() -> None:
    text = parse_text(
        f'%2: int<4..4> = const {{value: 4}}\n%3: {P} = bin %0, %2 {{op: "add"}}\n%4: {P} = bin %3, %2 {{op: "add"}}\n'
        "need %4, %1 {size: 2}\n" + load(5, 4, 1) + load(6, 3, 0), "",
    )  # fmt: skip
    assert after(fold_offsets, text) == body(
        f'%2: int<4..4> = const {{value: 4}}\n%3: {P} = bin %0, %2 {{op: "add"}}\n%9: int<8..8> = const {{value: 8}}\n'
        f'%4: {P} = bin %0, %9 {{op: "add"}}\nneed %0, %1 {{size: 10}}\n' + load(5, 0, 9) + load(6, 0, 4)
    )


def test_sums_of_constants_are_folded() -> None:
    text = parse_text(f'%2: int<4..4> = const {{value: 4}}\n%3: {P} = bin %2, %2 {{op: "add"}}\nyield %3', "int")
    assert after(fold_offsets, text)[1] == body(f"%2: int<4..4>\n%3: {P} = const {{value: 8}}")[1]


def test_what_nobody_reads_is_dropped_unless_it_can_fail() -> None:
    text = parse_text(
        "need %0, %1 {size: 1}\n" + load(2, 0, 0) + '%3: int<0..1> = not %2\n%4: obj = list\n%5: obj = text %0, %1 {encoding: "ascii"}\n'
        f'%6: {P} = find %0, %1 {{terminator: x"00"}}\nif %0\nthen\n%7: obj = none\nyield\nelse\nyield\nend', "",
    )  # fmt: skip
    assert after(drop_unused, text) == body(
        f'need %0, %1 {{size: 1}}\n%5: obj = text %0, %1 {{encoding: "ascii"}}\n%6: {P} = find %0, %1 {{terminator: x"00"}}\n'
        "if %0\nthen\nyield\nelse\nyield\nend"
    )


def test_functions_that_nobody_calls_are_dropped() -> None:
    program = read(parse_text("", "", more=INNER))
    drop_unused(program)
    assert list(program.functions) == ["entry"]


def test_the_first_check_of_a_block_is_as_large_as_the_largest() -> None:
    text = parse_text(
        "need %0, %1 {size: 2}\nneed %0, %2 {size: 9}\nif %0\nthen\nneed %0, %1 {size: 8}\nyield\nelse\nyield\nend\n"
        "need %0, %1 {size: 6}\nneed %0, %1 {size: 4}", "", f"%2: {P} other",
    )  # fmt: skip
    assert after(hoist_bounds_checks, text) == body(
        "need %0, %1 {size: 6}\nneed %0, %2 {size: 9}\nif %0\nthen\nneed %0, %1 {size: 8}\nyield\nelse\nyield\nend", 3
    )


def test_neighbours_are_read_at_once() -> None:
    text = parse_text("need %0, %1 {size: 9}\n" + load(2, 0, 0, 2, name="a") + load(3, 0, 4, 4, name="b") + load(4, 0, 8, name="c"), "")
    assert after(merge_reads, text) == body(
        "need %0, %1 {size: 9}\n%2: int<0..65535> a, %3: int<0..4294967295> b, %4: int<0..255> c = ".replace("4294967295", "2^32-1")
        + 'unpack %0 {layout: ((0, 2, "big"), (4, 4, "big"), (8, 1, "big"))}'
    )  # fmt: skip


def test_reads_of_the_same_bytes_become_one() -> None:
    text = parse_text(
        "need %0, %1 {size: 2}\n" + load(2, 0, 0) + "%3: int<0..15> = bits %2 {shift: 4, width: 4, signed: false}\n" + load(4, 0, 0, 2)
        + '%5: int<0..4095> = bits %4 {shift: 0, width: 12, signed: false}\nfail_if %3, %5 {code: "const", message: "x"}', "",
    )  # fmt: skip
    lines = after(merge_reads, text)
    assert [line.split(" = ")[-1].split(" {")[0] for line in lines if " = " in line] == ["load %0", "bits %2", "bits %2", "bits %2"]
    assert 'load %0 {offset: 0, bytes: 2, order: "big"}' in lines[1]
    assert "{shift: 12, width: 4, signed: false}" in lines[3]


@pytest.mark.parametrize(
    "loads",
    [
        load(2, 0, 0, 2, "big") + load(3, 0, 2, 2, "little"),
        load(2, 0, 0, 3) + load(3, 0, 3, 2),
        load(2, 0, 0, 2) + load(3, 20, 0, 2),
    ],
    ids=["of two byte orders", "of a width that struct has not", "from two positions"],
)
def test_what_is_not_read_at_once(loads: str) -> None:
    text = parse_text(f"need %0, %1 {{size: 5}}\nneed %20, %1 {{size: 2}}\n{loads}", "", f"%20: {P} other")
    assert not any("unpack" in line for line in after(merge_reads, text))


def test_a_read_does_not_move_before_its_check() -> None:
    text = parse_text(
        "need %0, %1 {size: 1}\n" + load(2, 0, 0) + 'fail_if %2 {code: "const", message: "x"}\nneed %0, %1 {size: 2}\n' + load(3, 0, 1), ""
    )
    assert not any("unpack" in line for line in after(merge_reads, text))


def test_boxed_bits_of_a_byte_are_looked_up_together() -> None:
    parts = [(7, 1, "bool"), (3, 4, "int"), (0, 3, "int")]
    ops = "".join(
        f"%{10 + i}: int<0..{(1 << width) - 1}> = bits %2 {{shift: {shift}, width: {width}, signed: false}}\n"
        f'%{20 + i}: obj part{i} = box %{10 + i} {{as: "{kind}"}}\n'
        for i, (shift, width, kind) in enumerate(parts)
    )
    text = parse_text("need %0, %1 {size: 1}\n" + load(2, 0, 0) + ops + "yield %20, %21, %22", "obj, obj, obj")
    assert after(tabulate_bits, text) == body(
        "need %0, %1 {size: 1}\n" + load(2, 0, 0)
        + '%3: obj part0, %4: obj part1, %5: obj part2 = split %2 '
        '{fields: ((7, 1, false, "bool"), (3, 4, false, "int"), (0, 3, false, "int"))}\n'
        "yield %3, %4, %5"
    )  # fmt: skip


def test_a_message_of_fixed_size_is_compared_once() -> None:
    program = optimize(Header.codec("interp").program("parse"))
    kinds = [op.kind for op in program.functions["whole"].body.ops]
    assert kinds[:4] == ["const", "const", "bin", "fail_if"] or kinds[:3] == ["const", "bin", "fail_if"]
    assert "need" not in kinds


class Nothing(Struct):
    """A message of no bytes at all."""


def test_a_message_of_no_bytes(engine: str) -> None:
    assert Nothing.codec(engine).parse(b"") == Nothing()
    with pytest.raises(ParseError, match="1 byte is left over"):
        Nothing.codec(engine).parse(b"\0")


def put(number: int, width: int, more: str = "") -> str:
    return f'put %{number} {{width: {width}, order: "big"{more}}}\n'


def test_numbers_in_a_row_are_written_at_once() -> None:
    text = build_text(
        put(0, 4) + put(0, 4, ", phase: 4") + f"%1: {P} = here\n" + put(0, 16) + "put.zeros %0\n" + put(0, 8), "", "%0: int<0..15> n"
    )
    assert after(merge_puts, text) == body(
        f'%1: {P} = here {{phase: 0, ahead: 1}}\nput.pack %0, %0, %0 {{layout: ((4, "big"), (4, "big"), (16, "big"))}}\nput.zeros %0\n'
        + put(0, 8),
        1,
    )


def test_optimizing_leaves_the_original_as_it_was() -> None:
    for struct in (Message, IPv4):
        for direction in ("parse", "build", "resolve"):
            program = struct.codec("interp").program(direction)
            before = [function_text(function) for function in program.functions.values()]
            optimize(program)
            assert [function_text(function) for function in program.functions.values()] == before


def test_the_dns_header_is_one_check_and_one_read() -> None:
    program = Header.codec("interp").program("parse")
    lowered = [op.kind for op in walk(program.functions["parse_Header"].body)]
    assert (lowered.count("need"), lowered.count("load")) == (15, 15)
    kinds = [op.kind for op in walk(optimize(program).functions["entry"].body)]
    assert {kind: kinds.count(kind) for kind in ("need", "load", "unpack", "bits", "split")} == {
        "need": 1,
        "load": 0,
        "unpack": 1,
        "bits": 0,
        "split": 2,
    }


# --- that nothing else changes ---------------------------------------------------------------------


def changed(program: Program, change: Pass) -> Program:
    made = copy_program(program)
    change(made)
    verify(made)
    return made


def parse(program: Program, data: bytes, args: tuple[Any, ...]) -> Any:
    """What the entry yields; None if it fails."""
    machine = CheckedMachine(program)
    machine.data = data
    try:
        return machine.run(0, len(data), *args)
    except ParseError:
        return None


def build(program: Program, value: Any, args: tuple[Any, ...]) -> Any:
    machine = CheckedMachine(program)
    try:
        copies = machine.run(value, *args)
    except BuildError:
        return None
    return bytes(machine.out), copies


def mutants(data: bytes, count: int, seed: int) -> list[bytes]:
    chance = random.Random(seed)
    return [data, *(damaged(data, chance) for _ in range(count))]


def corpus(struct: type[Struct]) -> list[bytes]:
    if struct is Message:
        return [mutant for i, data in enumerate(dns_messages()) for mutant in mutants(data, 4, i)]
    return [mutant for i, (kind, octets) in enumerate(VECTORS) if kind is struct for mutant in mutants(bytes.fromhex(octets), 60, i)]


def arguments(struct: type[Struct]) -> tuple[Any, ...]:
    """The defaults of a format's parameters, as codecs hand them to programs."""
    return tuple(int(param.default) if param.type is bool else param.default for param in struct.__bitwright__.params.values())


FORMATS = list(dict.fromkeys([Message, *(struct for struct, _ in VECTORS)]))


def same_reading(struct: type[Struct], change: Pass) -> None:
    lowered = struct.codec("interp").program("parse", order_of(struct))
    made, args, outcomes = changed(lowered, change), arguments(struct), set()
    for data in corpus(struct):
        expected = parse(lowered, data, args)
        assert parse(made, data, args) == expected, data.hex()
        outcomes.add(expected is None)
    assert outcomes == {True, False}


def same_writing(struct: type[Struct], change: Pass) -> None:
    codec, args = struct.codec("interp"), arguments(struct)
    values = [found[0] for data in corpus(struct) if (found := parse(codec.program("parse", order_of(struct)), data, args)) is not None]
    assert values
    for direction in ("build", "resolve"):
        lowered = codec.program(direction, order_of(struct))
        made = changed(lowered, change)
        for value in values[::2]:
            assert build(made, value, args) == build(lowered, value, args)
            assert build(made, value.relaxed(), args) == build(lowered, value.relaxed(), args)


def order_of(struct: type[Struct]) -> str:
    declared = struct.__bitwright__.order
    return "big" if declared == "inherit" else declared


@pytest.mark.parametrize("change", PARSE_PASSES, ids=name_of)
def test_a_pass_alone_leaves_reading_as_it_was(change: Pass) -> None:
    same_reading(IPv4, change)


@pytest.mark.parametrize("change", BUILD_PASSES, ids=name_of)
def test_a_pass_alone_leaves_writing_as_it_was(change: Pass) -> None:
    same_writing(IPv4, change)


def all_passes(program: Program) -> None:
    program.functions = optimize(program).functions


@pytest.mark.parametrize("struct", FORMATS, ids=name_of)
def test_all_passes_leave_reading_as_it_was(struct: type[Struct]) -> None:
    same_reading(struct, all_passes)


@pytest.mark.parametrize("struct", FORMATS, ids=name_of)
def test_all_passes_leave_writing_as_it_was(struct: type[Struct]) -> None:
    same_writing(struct, all_passes)


@pytest.mark.parametrize("struct", [Message, IPv4, Header], ids=name_of)
def test_whole_reads_what_the_entry_reads_to_the_end(struct: type[Struct]) -> None:
    lowered = struct.codec("interp").program("parse")
    made = optimize(lowered)
    made.entry = "whole"
    for data in corpus(struct) if struct is not Header else [bytes(range(size)) for size in range(16)]:
        expected = parse(lowered, data, ())
        machine = Machine(made)
        machine.data = data
        try:
            found = machine.run(len(data))[0]
        except ParseError:
            found = None
        assert found == (expected[0] if expected is not None and expected[1] == len(data) else None)


@pytest.mark.parametrize("name", specs())
def test_every_pass_leaves_every_program_well_formed(name: str) -> None:
    for label, program in programs_of(specs()[name]):
        if not label.endswith("as lowered"):
            continue
        for change in PARSE_PASSES if program.direction == "parse" else BUILD_PASSES:
            changed(program, change)
