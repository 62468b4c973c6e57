"""The verifier of machine code takes what is emitted for every format, and refuses what reads or writes where it must not."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bitwright import Struct
from bitwright.backends.llvm import compile_program
from bitwright.backends.llvm import verify as verifier
from bitwright.backends.llvm.assembler import API, LIBRARY
from bitwright.backends.llvm.emit import emit_program
from bitwright.backends.llvm.emitter import Unsupported
from bitwright.backends.llvm.routines import SIGNATURES
from bitwright.backends.llvm.verify import UnsafeCode, verify
from bitwright.backends.llvm.verify.calls import TAKES
from bitwright.backends.llvm.verify.routines import ROUTINES
from bitwright.backends.python.runtime import FAILURES, Fail
from bitwright.lower.facts import Options
from tests.engines.formats import Format
from tests.engines.structures import formats
from tests.ir.programs import PARSE_OPTIONS, ROOT, specs

SHIPPED = specs()


def text_of(struct: type[Struct], direction: str = "parse", options: Options = PARSE_OPTIONS[0]) -> str:
    """The module of a format; nothing where machine code cannot do it."""
    codec = struct.codec("python")
    order = "big" if codec.spec.order == "inherit" else codec.spec.order
    try:
        return emit_program(codec.optimized(direction, order, options), FAILURES, Fail, print).text
    except Unsupported:
        return ""


def texts_of(struct: type[Struct]) -> list[str]:
    """Those of all directions and options."""
    ways = [("parse", options) for options in PARSE_OPTIONS] + [("build", PARSE_OPTIONS[0]), ("resolve", PARSE_OPTIONS[0])]
    return [text_of(struct, direction, options) for direction, options in ways]


def refused(text: str) -> str:
    """Why a module is refused; nothing if it is not."""
    try:
        verify(text)
    except UnsafeCode as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_format(name: str) -> None:
    found = texts_of(SHIPPED[name])
    assert all(found)
    for text in found:
        verify(text)


@pytest.mark.parametrize("file", sorted((ROOT / "docs" / "gallery").glob("*.py")), ids=lambda file: file.stem)
def test_every_format_of_the_gallery(file: Path) -> None:
    found = importlib.util.spec_from_file_location(f"verified_{file.stem}", file)
    assert found is not None
    assert found.loader is not None
    module = sys.modules[found.name] = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    structs = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, Struct) and one.__module__ == found.name]
    assert structs
    for struct in structs:
        for text in (text_of(struct), text_of(struct, "build")):
            verify(text)


@settings(
    max_examples=40, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)  # fmt: skip
@given(formats(), st.data())
def test_generated_formats(form: Format, data: st.DataObject) -> None:
    for text in texts_of(type(form.message(data.draw)[0])):
        verify(text)


def test_every_routine_and_function_is_described() -> None:
    """What takes addresses must be; of what is not listed the verifier takes objects and numbers alone."""
    assert ROUTINES.keys() == SIGNATURES.keys()
    for name, (_, takes) in SIGNATURES.items():
        assert len(ROUTINES[name].takes.split()) == len(takes), name
    known = {**API, **LIBRARY}
    assert {name: len(takes.split()) for name, takes in TAKES.items() if name in known} == {
        name: len(known[name][1]) for name in TAKES if name in known
    }


def test_it_runs_before_machine_code_does_where_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(verifier, "verify", seen.append)
    codec = SHIPPED["udp"].codec("python")
    for asked, times in (("", 0), ("1", 1)):
        monkeypatch.setenv("BITWRIGHT_VERIFY", asked)
        functions, text = compile_program(codec.optimized(), "UDP", codec.explaining_parse)
        assert functions["parse"](bytes.fromhex("0001000200080000"))
        assert seen == [text] * times
