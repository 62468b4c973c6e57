"""The verifier of machine code: it takes what is emitted for every format, and notices a comparison that is gone or turned round."""

from __future__ import annotations

import re

import pytest

from bitwright import Struct
from bitwright.backends.llvm.emit import emit_program
from bitwright.backends.llvm.verify import UnsafeCode, verify
from bitwright.backends.python.runtime import FAILURES, Fail
from bitwright.lower.facts import Options
from bitwright_specs.dns import Header
from tests.ir.programs import PARSE_OPTIONS, specs

SHIPPED = specs()
TURNED = {"sgt": "slt", "slt": "sgt", "sge": "sle", "sle": "sge", "ne": "eq", "eq": "ne"}


def text_of(struct: type[Struct], direction: str = "parse", options: Options = PARSE_OPTIONS[0]) -> str:
    """The module of a format."""
    codec = struct.codec("python")
    order = "big" if codec.spec.order == "inherit" else codec.spec.order
    return emit_program(codec.optimized(direction, order, options), FAILURES, Fail, print).text


def refused(text: str) -> str:
    """Why a module is refused; nothing if it is not."""
    try:
        verify(text)
    except UnsafeCode as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", [name for name in SHIPPED if not name.startswith("dns")])
def test_every_shipped_format(name: str) -> None:
    for direction in ("parse", "build", "resolve"):
        for options in PARSE_OPTIONS if direction == "parse" else PARSE_OPTIONS[:1]:
            verify(text_of(SHIPPED[name], direction, options))


def test_a_check_that_is_turned_round() -> None:
    """In a header of fixed size every comparison of a position matters."""
    lines = text_of(Header).splitlines()
    noticed = 0
    for index, line in enumerate(lines):
        found = re.fullmatch(r'(  %"[^"]+" = icmp )(s\w\w|ne|eq)( i64 %"[^"]+", %"[^"]+")', line)
        if found:
            changed = [*lines[:index], f"{found[1]}{TURNED[found[2]]}{found[3]}", *lines[index + 1 :]]
            assert "it is not shown that" in refused("\n".join(changed)), line
            noticed += 1
    assert noticed >= 3
