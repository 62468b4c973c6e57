"""Each op that the llvm engine has, in the cases that say what ops mean; any other is refused by its name."""

from __future__ import annotations

from typing import Any

import pytest

from bitwright.backends.llvm.emit import SUPPORTED
from bitwright.backends.llvm.emitter import Unsupported
from bitwright.ir.ops import OPS, walk
from tests.ir.programs import Case, Failed, cases, run_machine_code
from tests.ir.test_interp import BUILDING, FOLDER, NAMES, deep_types, kind_of

PARSING = [case for file in sorted(FOLDER.glob("*.txt")) if file.stem not in BUILDING for case in cases(file)]
# The cases say "any number" by an interval that no result has; this engine gives numbers of up to 64 bits.
ANY, FITTING = "int<-2^126..2^126>", "int<-2^63..2^63-1>"


def fitting(case: Case) -> Case:
    return Case(case.title, case.source.replace(ANY, FITTING), case.claims)


def kinds_of(case: Case) -> set[str]:
    program = fitting(case).program("parse")
    return {op.kind for op in walk(program.functions["entry"].body) if not OPS[op.kind].trace}


SERVED = [case for case in PARSING if kinds_of(case) <= SUPPORTED and "in bits" not in case.source]
# What these have beside the op itself: numbers of more than 64 bits as objects or parameters, floats, objects that a loop carries.
BEYOND = ("more than", "a shift by up to 64", "of a float", "carries an object", "with a sign")


@pytest.mark.parametrize("case", [pytest.param(case, id=case.title.replace(" ", "-")) for case in SERVED])
def test_every_op_means_the_same_as_machine_code(case: Case) -> None:
    given: tuple[Any, ...] = eval(f"({case.claims['in:']},)", dict(NAMES))
    try:
        found = run_machine_code(fitting(case).program("parse"), given[1:], given[0])
    except Failed:
        assert "fails:" in case.claims
        return
    except Unsupported as refusal:
        if any(said in str(refusal) for said in BEYOND):
            pytest.skip(str(refusal))
        raise
    expected = eval(case.claims["out:"], dict(NAMES))
    assert found == expected
    assert deep_types(found) == deep_types(expected)


def test_every_op_has_cases_that_run() -> None:
    assert set(SUPPORTED) <= set(OPS)
    tried = set().union(*map(kinds_of, SERVED))
    assert tried == SUPPORTED
    assert len(SERVED) > 80


REFUSED = sorted({kind_of(case) for case in PARSING} - SUPPORTED - {kind for kind, op in OPS.items() if op.trace})


@pytest.mark.parametrize("kind", REFUSED)
def test_any_other_op_is_refused_by_its_name(kind: str) -> None:
    case = next(case for case in PARSING if kind_of(case) == kind)
    given: tuple[Any, ...] = eval(f"({case.claims['in:']},)", dict(NAMES))
    with pytest.raises(Unsupported) as refusal:
        run_machine_code(fitting(case).program("parse"), given[1:], given[0])
    said = str(refusal.value)
    assert said in ("a function that counts bits", "the op unpack of a float") or said.removeprefix("the op ") in kinds_of(case) - SUPPORTED
