"""Each op as the llvm engine does it, in machine code or by a call of Python, in the cases that say what ops mean."""

from __future__ import annotations

from typing import Any

import pytest

from bitwright.backends.llvm.emit import MACHINE_CODE
from bitwright.backends.llvm.emitter import Unsupported
from bitwright.ir.ops import OPS, walk
from tests.ir.programs import Case, Failed, cases, run_machine_code
from tests.ir.test_interp import BUILDING, FOLDER, NAMES, deep_types, kind_of

PARSING = [case for file in sorted(FOLDER.glob("*.txt")) if file.stem not in BUILDING for case in cases(file)]
WRITING = [case for file in sorted(FOLDER.glob("*.txt")) if file.stem in BUILDING for case in cases(file)]
# What hands functions of the program about, and what counts bits.
BITS = frozenset(kind for case in PARSING if "in bits" in case.source for kind in (kind_of(case),))
BEYOND = frozenset({"first", "within", "written"})
APART = frozenset({"memo: empty"})  # a memo is no object of its own: what a message remembers of its names lies in the context


def direction_of(case: Case) -> str:
    return "build" if case in WRITING else "parse"


def kinds_of(case: Case) -> set[str]:
    program = case.program(direction_of(case))
    return {op.kind for op in walk(program.functions["entry"].body) if not OPS[op.kind].trace}


SERVED = [case for case in (*PARSING, *WRITING) if not kinds_of(case) & BEYOND and "in bits" not in case.source and case.title not in APART]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.title.replace(" ", "-")) for case in SERVED])
def test_every_op_means_the_same_as_machine_code(case: Case) -> None:
    given: tuple[Any, ...] = eval(f"({case.claims['in:']},)", dict(NAMES))
    args, data = (given, b"") if case in WRITING else (given[1:], given[0])
    try:
        found = run_machine_code(case.program(direction_of(case)), args, data)
    except Failed:
        assert "fails:" in case.claims
        return
    expected = eval(case.claims["out:"], dict(NAMES)) if kind_of(case) != "memo" else None  # which lies beside the program
    assert found == expected
    assert deep_types(found) == deep_types(expected)


def test_every_op_has_cases_that_run() -> None:
    assert set(MACHINE_CODE) <= set(OPS)
    tried = set().union(*map(kinds_of, SERVED))
    assert tried >= MACHINE_CODE - {"loop.each"}  # which only build programs have
    assert tried >= {kind_of(case) for case in (*PARSING, *WRITING)} - BEYOND - {kind for kind, op in OPS.items() if op.trace} - BITS
    assert len(SERVED) > 80


REFUSED = [case for case in (*PARSING, *WRITING) if case not in SERVED and case.title not in APART]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.title.replace(" ", "-")) for case in REFUSED])
def test_any_other_program_is_refused_by_name(case: Case) -> None:
    given: tuple[Any, ...] = eval(f"({case.claims['in:']},)", dict(NAMES))
    args, data = (given, b"") if case in WRITING else (given[1:], given[0])
    with pytest.raises(Unsupported) as refusal:
        run_machine_code(case.program(direction_of(case)), args, data)
    said = str(refusal.value)
    assert said == "a function that counts bits" or said.removeprefix("the op ") in BEYOND
