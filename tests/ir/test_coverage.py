"""What the verifier takes for a read that is checked, and what it does not."""

from __future__ import annotations

import pytest

from bitwright.ir.verify import ProgramError, verify
from tests.ir.cases import SYMBOLS
from tests.ir.programs import parse_text, read

P = "int<0..2^48>"
I64 = "int<-2^63..2^63-1>"
FOUR = "%20: int<4..4> = const {value: 4}\n"
MOVE = f'{FOUR}%21: {P} after = bin %0, %20 {{op: "add"}}\n'
NEED_N = 'need.var %0, %1, %2 {expr: "n", refs: ()}\n'
STOP = f'%22: {P} stop = bin %0, %2 {{op: "add"}}\n'
N = f"%2: {I64} n"


def load(base: int, offset: int, size: int = 1, number: int = 30) -> str:
    return f'%{number}: int<0..2^{8 * size}-1> = load %{base} {{offset: {offset}, bytes: {size}, order: "big"}}\n'


def span(begin: int, end: int, number: int = 40) -> str:
    return f'%{number}: obj = span %{begin}, %{end} {{as: "bytes"}}\n'


def loop(body: str, *, more: str = "") -> str:
    """Rounds that carry a position, %11, and yield the next, %12; after them it is %13."""
    return f"{more}%13: {P} = loop.count %1, %0\ndo %10: {P}, %11: {P}\n{body}  yield %12\nend\n"


STEP = f'%23: int<1..1> = const {{value: 1}}\n%12: {P} = bin %11, %23 {{op: "add"}}\n'
ONE = "need %11, %1 {size: 1}\n"

# name: body, parameters from %2 on
CHECKED: dict[str, tuple[str, str]] = {
    "a check for all of it": ("need %0, %1 {size: 6}\n" + load(0, 2, 4), ""),
    "from a position that a constant leads to": (f"need %0, %1 {{size: 6}}\n{MOVE}" + load(21, 0, 2), ""),
    "by a check from there": (f"{MOVE}need %21, %1 {{size: 2}}\n" + load(0, 4, 2), ""),
    "back from where the check was": (f"{MOVE}need %21, %1 {{size: 2}}\n%24: {P} = bin %21, %20 {{op: \"sub\"}}\n" + load(24, 0, 6), ""),
    "in a block after the check": ("need %0, %1 {size: 1}\nif %0\nthen\n" + load(0, 0) + "else\nend\n", ""),
    "in each round": (loop(ONE + load(11, 0) + STEP), ""),
    "after rounds that stay inside": (loop(ONE + STEP) + span(13, 1), ""),
    "a whole layout": ('need %0, %1 {size: 3}\n%3: int<0..255>, %4: int<0..65535> = unpack %0 {layout: ((0, 1, "big"), (1, 2, "big"))}\n', ""),
    "bytes to compare": ('need %0, %1 {size: 2}\n%3: int<0..1> = same %0 {value: x"6162"}\n', ""),
    "all that is left": (span(0, 1), ""),
    "as many as a number says": (NEED_N + STOP + span(0, 22), N),
    "a number before the place": (NEED_N + f'%22: {P} stop = bin %2, %0 {{op: "add"}}\n' + span(0, 22), N),
    "a region in a region": (NEED_N + STOP + f'need %0, %22 {{size: 4}}\n{MOVE}' + span(0, 21) + load(0, 3), N),
    "a number of a checked region": ("need %0, %1 {size: 4}\n" + load(0, 0, 4) + MOVE + f'need.var %21, %1, %30 {{expr: "n", refs: ()}}\n'
        f'%22: {P} = bin %21, %30 {{op: "add"}}\n' + span(21, 22), ""),
    "up to a terminator": (f'%3: {P} = find %0, %1 {{terminator: x"00"}}\n' + span(0, 3), ""),
    "the terminator itself": (f'%3: {P} = find %0, %1 {{terminator: x"0d0a"}}\n' + load(3, 1), ""),
    "what follows a name": (f"%3: obj = memo\n%4: obj, %5: {P} = name %0, %1, %0, %3 {{hops: 9}}\n" + span(5, 1), ""),
    "the name's own bytes": (f"%3: obj = memo\n%4: obj, %5: {P} = name %0, %1, %0, %3 {{hops: 9}}\n" + span(0, 5) + load(0, 0), ""),
    "the smaller of two ends": (
        f'%3: int<0..0> = const {{value: 0}}\n%4: int<0..1> = bin %2, %3 {{op: "lt"}}\nfail_if %4 {{code: "negative-size", message: "x"}}\n'
        + STOP + f'%5: {P} = bin %22, %1 {{op: "min"}}\n' + span(0, 5), N,
    ),
    "all bytes by comparing the end": (f'{MOVE}%3: int<0..1> = bin %21, %1 {{op: "ne"}}\nfail_if %3 {{code: "unconsumed", message: "x"}}\n' + load(0, 0, 4), ""),
    "an end that is not behind": (f'{MOVE}%3: int<0..1> = bin %21, %1 {{op: "gt"}}\nfail_if %3 {{code: "unconsumed", message: "x"}}\n' + load(0, 0, 4), ""),
    "a position from both branches": (
        f"need %0, %1 {{size: 4}}\n{MOVE}%3: {P} = if %0\nthen\n  yield %0\nelse\n  yield %21\nend\n" + span(3, 1), "",
    ),
    "a call with a checked region": (NEED_N + STOP + f'%3: obj, %4: {P} = call %0, %22 {{function: "all"}}\n' + span(4, 1), N),
    "a function that yields its end": (f'%3: obj, %4: {P} = call %0, %1 {{function: "all"}}\n' + span(4, 1), ""),
}  # fmt: skip

# name: body, parameters, a part of the message
UNCHECKED: dict[str, tuple[str, str, str]] = {
    "no check": (load(0, 0), "", "reads up to byte 1 after %0; checked is up to 0"),
    "a check that comes later": (load(0, 0) + "need %0, %1 {size: 1}\n", "", "reads up to byte 1"),
    "a byte too far": ("need %0, %1 {size: 3}\n" + load(0, 2, 2), "", "reads up to byte 4 after %0; checked is up to 3"),
    "past a moved position": (f"need %0, %1 {{size: 4}}\n{MOVE}" + load(21, 0), "", "reads up to byte 5 after %0"),
    "the last of a layout": (
        'need %0, %1 {size: 2}\n%3: int<0..255>, %4: int<0..65535> = unpack %0 {layout: ((0, 1, "big"), (1, 2, "big"))}\n', "", "reads up to byte 3",
    ),
    "a check on one way only": ("if %0\nthen\n  need %0, %1 {size: 1}\nelse\nend\n" + load(0, 0), "", "reads up to byte 1"),
    "a check in a loop": ("loop.count %0\ndo %3: int<0..9>\n  need %0, %1 {size: 1}\nend\n" + load(0, 0), "", "reads up to byte 1"),
    "a check against no end": (f"need %0, %2 {{size: 1}}\n" + load(0, 0), N, "reads up to byte 1"),
    "a check from elsewhere": (NEED_N + STOP + "need %22, %1 {size: 9}\n" + load(0, 8), N, "reads up to byte 9"),
    "before the input": (f"need %0, %1 {{size: 4}}\n{FOUR}%21: {I64} = bin %0, %20 {{op: \"sub\"}}\n" + load(21, 0), "", "does not read before the input"),
    "in later rounds": (loop("need %0, %1 {size: 1}\n" + load(11, 0) + STEP), "", "reads up to byte 1 after %11; checked is"),
    "after rounds that leave": (loop(STEP) + span(13, 1), "", "not shown that %13 is not behind %1"),
    "in rounds that leave": (loop(span(11, 1) + STEP), "", "not shown that %11 is not behind %1"),
    "an end from nowhere": (span(0, 2), N, "not shown that the end %2 lies in the input"),
    "a sum that was not checked": (STOP + span(0, 22), N, "not shown that the end %22 lies in the input"),
    "a sum with another number": (NEED_N + f'%22: {P} = bin %0, %3 {{op: "add"}}\n' + span(0, 22), f"{N}, %3: {I64}", "the end %22"),
    "a sum from another place": (f'{MOVE}{NEED_N}%22: {P} = bin %21, %2 {{op: "add"}}\n' + span(21, 22), N, "the end %22"),
    "backwards": (NEED_N + STOP + span(22, 0), N, "not shown that %22 is not behind %0"),
    "text without a check": (f'{MOVE}%3: obj = text %0, %21 {{encoding: "ascii"}}\n', "", "the end %21"),
    "zeros without a check": (f"{MOVE}%3: int<0..1> = zeros %0, %21\n", "", "the end %21"),
    "rendering without a check": (f'{MOVE}%3: obj = render %0, %21 {{with: "hex"}}\n', "", "the end %21"),
    "comparing without a check": ('need %0, %1 {size: 1}\n%3: int<0..1> = same %0 {value: x"6162"}\n', "", "reads up to byte 2"),
    "a search from beyond": (f'{MOVE}%3: {P} = find %21, %1 {{terminator: x"00"}}\n', "", "not shown that %21 is not behind %1"),
    "a name from beyond": (f"{MOVE}%3: obj = memo\n%4: obj, %5: {P} = name %21, %1, %0, %3 {{hops: 9}}\n", "", "not shown that %21 is not behind %1"),
    "behind a terminator": (f'%3: {P} = find %0, %1 {{terminator: x"00"}}\n' + load(3, 1), "", "reads up to byte 2 after %3; checked is up to 1"),
    "the smaller of two, one negative": (STOP + f'%5: {P} = bin %22, %1 {{op: "min"}}\n' + span(0, 5), N, "not shown that %0 is not behind %5"),
    "a comparison the other way": (f'{MOVE}%3: int<0..1> = bin %21, %1 {{op: "lt"}}\nfail_if %3 {{code: "unconsumed", message: "x"}}\n' + load(0, 0, 4), "", "reads up to byte 4"),
    "a position from one branch": (f"{MOVE}%3: {P} = if %0\nthen\n  yield %0\nelse\n  yield %21\nend\n" + span(3, 1), "", "not shown that %3 is not behind %1"),
    "a call from beyond": (f'{MOVE}%3: obj, %4: {P} = call %21, %1 {{function: "all"}}\n', "", "not shown that %21 is not behind %1"),
    "a call with another end": (f'{MOVE}%3: obj, %4: {P} = call %0, %21 {{function: "all"}}\n', "", "the end %21"),
    "an arm from beyond": (f'{MOVE}%3: obj, %4: {P} = dispatch %0, %21, %1 {{table: {{1: "all"}}, default: none}}\n', "", "not shown that %21"),
    "after a function that yields beyond": (f'%3: obj, %4: {P} = call %0, %1 {{function: "beyond"}}\n' + span(4, 1), "", "not shown that %4 is not behind %1"),
    "after an arm that yields beyond": (
        f'%3: obj, %4: {P} = dispatch %0, %0, %1 {{table: {{1: "all", 2: "beyond"}}, default: none}}\n' + span(4, 1), "", "not shown that %4",
    ),
}  # fmt: skip
FUNCTIONS = (
    f"function all(%0: {P} pos, %1: {P} end) -> obj, int\n  %2: obj = span %0, %1 {{as: \"bytes\"}}\n  yield %2, %1\nend\n"
    f"function beyond(%0: {P} pos, %1: {P} end) -> obj, int\n  {FOUR}  %2: obj = none\n  %3: {P} = bin %1, %20 {{op: \"add\"}}\n  yield %2, %3\nend\n"
)


@pytest.mark.parametrize("name", CHECKED)
def test_what_is_checked(name: str) -> None:
    body, params = CHECKED[name]
    verify(read(parse_text(body, "", params, FUNCTIONS, SYMBOLS), SYMBOLS))


@pytest.mark.parametrize("name", UNCHECKED)
def test_what_is_not_checked(name: str) -> None:
    body, params, message = UNCHECKED[name]
    with pytest.raises(ProgramError) as caught:
        verify(read(parse_text(body, "", params, FUNCTIONS, SYMBOLS), SYMBOLS))
    assert message in str(caught.value)
    assert caught.value.function == "entry"


def test_the_error_names_the_op_by_its_number_in_reading_order() -> None:
    body = "if %0\nthen\n  need %0, %1 {size: 1}\nelse\n  need %0, %1 {size: 1}\nend\n" + load(0, 0)
    with pytest.raises(ProgramError) as caught:
        verify(read(parse_text(body, "")))
    assert caught.value.index == 3
    assert caught.value.op is not None
    assert caught.value.op.kind == "load"


def test_the_number_is_right_after_a_loop_that_was_done_twice() -> None:
    with pytest.raises(ProgramError) as caught:
        verify(read(parse_text(loop(STEP) + load(0, 0), "")))
    assert caught.value.index == 4


def test_a_function_that_calls_itself_may_rely_on_what_it_yields() -> None:
    text = (
        f"program Test parse entry\nfunction entry(%0: {P} pos, %1: {P} end) -> obj, int\n"
        f'  %2: obj, %3: {P} = call %0, %1 {{function: "entry"}}\n  %4: obj = span %3, %1 {{as: "bytes"}}\n  yield %4, %3\nend\n'
    )
    verify(read(text))


def test_whole_takes_the_end_alone() -> None:
    body = "%0: int<0..0> = const {value: 0}\n  need %0, %1 {size: 2}\n  %2: int<0..65535> = load %0 {offset: 0, bytes: 2, order: \"big\"}\n  yield %2"
    text = f"program Test parse whole\nfunction whole(%1: {P} end) -> int\n  {body}\nend\n"
    verify(read(text))
    with pytest.raises(ProgramError, match="checked is up to 1"):
        verify(read(text.replace("size: 2", "size: 1")))
