"""Each op's meaning, in the interpreter and in what the python backend makes of the same program."""

from __future__ import annotations

from typing import Any

import pytest

from bitwright.enums import OpenEnum
from bitwright.ir.interp import handlers_for, join_path
from bitwright.ir.ops import OPS, walk
from tests.ir.cases import CASES, SYMBOLS, Case, Fails
from tests.ir.programs import Failed, build_text, parse_text, read, run


def outcome(case: Case, engine: str) -> Any:
    if case.direction == "parse":
        text = parse_text(case.body, case.outs, case.params, case.more, SYMBOLS)
    else:
        text = build_text(case.body, case.outs, case.params, case.more, SYMBOLS)
    program = read(text, SYMBOLS)
    assert case.kind in {op.kind for function in program.functions.values() for op in walk(function.body)}
    try:
        written, yields = run(program, engine, case.args, case.data)
    except Failed as failed:
        return failed
    return yields if case.direction == "parse" else (written, yields)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}-{case.name}".replace(" ", "-"))
def test_every_op_means_the_same_on_every_engine(case: Case, engine: str) -> None:
    found = outcome(case, engine)
    if isinstance(case.expected, Fails):
        assert isinstance(found, Failed), found
        assert found.code == (case.expected.code if engine == "interp" else None)
    else:
        assert found == case.expected
        assert deep_types(found) == deep_types(case.expected)


def deep_types(value: Any) -> Any:
    """The types of a value and of what is in it: True is not 1, a member is not its number."""
    if isinstance(value, OpenEnum):
        return type(value), value.name
    return (type(value), [deep_types(v) for v in value]) if isinstance(value, list | tuple) else type(value)


def test_every_op_has_a_case() -> None:
    assert {case.kind for case in CASES} == set(OPS)


def test_every_op_has_a_meaning() -> None:
    assert set(handlers_for("parse")) | set(handlers_for("build")) | {"yield"} == set(OPS)


def test_an_op_that_can_fail_has_a_case_that_does() -> None:
    failing = {case.kind for case in CASES if isinstance(case.expected, Fails)}
    assert failing == {
        "need", "need.var", "find", "text", "name", "fail_if", "finding_if", "dispatch", "as_int", "as_bytes", "as_text", "as_list",
        "as_value", "as_class", "arm", "put.bytes", "put.name",
    }  # fmt: skip
    assert not any(OPS[kind].pure for kind in failing)


def test_paths_are_written_as_in_python() -> None:
    assert join_path(["answers", 3, "rdata", "exchange"]) == "answers[3].rdata.exchange"
    assert join_path([]) == ""
