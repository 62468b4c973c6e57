"""Each op's meaning, in the interpreter and in what the python backend makes of the same program.

`ops/*.txt` holds the cases: `### op: what it shows`, a program, `in:` what it gets (of a parse program the input
first), and `out:` what it gives (of a build program the bytes first) or `fails:` with the code of the error.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bitstring import Bits

from bitwright import SKIPPED, IPv4Address
from bitwright.checksum import internet
from bitwright.enums import OpenEnum
from bitwright.ir.interp import handlers_for, join_path
from bitwright.ir.ops import OPS, walk
from tests.ir.programs import Case, Failed, cases, run
from tests.ir.symbols import Colour, Other, Pair

FOLDER = Path(__file__).parent / "ops"
BUILDING = {"values", "output", "blocks", "push"}  # files of build programs
NAMES = {
    "Colour": Colour, "Pair": Pair, "Other": Other, "IPv4Address": IPv4Address, "internet": internet, "SKIPPED": SKIPPED, "Bits": Bits,
}  # fmt: skip
CASES = [pytest.param(case, file.stem, id=case.title.replace(" ", "-")) for file in sorted(FOLDER.glob("*.txt")) for case in cases(file)]


def kind_of(case: Case) -> str:
    return case.title.partition(":")[0]


def outcome(case: Case, direction: str, engine: str) -> Any:
    program = case.program(direction)
    assert kind_of(case) in {op.kind for function in program.functions.values() for op in walk(function.body)}
    given = eval(f"({case.claims['in:']},)", dict(NAMES))
    data, args = (given[0], given[1:]) if direction == "parse" else (b"", given)
    try:
        written, yields = run(program, engine, args, data)
    except Failed as failed:
        return failed
    return yields if direction == "parse" else (written, yields)


@pytest.mark.parametrize(("case", "file"), CASES)
def test_every_op_means_the_same_on_every_engine(case: Case, file: str, engine: str) -> None:
    found = outcome(case, "build" if file in BUILDING else "parse", engine)
    if "fails:" in case.claims:
        assert isinstance(found, Failed), found
        assert found.code == (case.claims["fails:"] if engine == "interp" else None)
    else:
        expected = eval(case.claims["out:"], dict(NAMES))
        assert found == expected
        assert deep_types(found) == deep_types(expected)


def deep_types(value: Any) -> Any:
    """The types of a value and of what is in it: True is not 1, a member is not its number."""
    if isinstance(value, OpenEnum):
        return type(value), value.name
    return (type(value), [deep_types(v) for v in value]) if isinstance(value, list | tuple) else type(value)


ALL = [case for file in FOLDER.glob("*.txt") for case in cases(file)]


def test_every_op_has_a_case() -> None:
    assert {kind_of(case) for case in ALL} == set(OPS)


def test_every_op_has_a_meaning() -> None:
    assert set(handlers_for("parse")) | set(handlers_for("build")) | {"yield"} == set(OPS)


def test_an_op_that_can_fail_has_a_case_that_does() -> None:
    failing = {kind_of(case) for case in ALL if "fails:" in case.claims}
    assert failing == {
        "need", "need.var", "find", "text", "name", "name.end", "fail_if", "finding_if", "dispatch", "as_int", "as_float", "as_bits",
        "utf", "as_bytes", "as_text", "as_list", "as_value", "as_class", "arm", "put.bytes", "put.name", "varint", "attempt", "reached",
        "block.end", "trim", "put.area", "decode", "encode", "size.bits", "low", "nearest", "first.bits", "cut", "whole", "code.point",
        "apply", "truth",
        "shortest", "push.int", "push.float",
        "take", "take.int", "take.float", "take.bits", "take.rest", "take.utf", "take.varint", "take.same", "skip", "skip.rest", "finish",
        "must", "must.equal", "size.of", "compose", "unfold", "map.get", "within", "first",
    }  # fmt: skip
    assert not any(OPS[kind].pure for kind in failing)


def test_paths_are_written_as_in_python() -> None:
    assert join_path(["answers", 3, "rdata", "exchange"]) == "answers[3].rdata.exchange"
    assert join_path([]) == ""
