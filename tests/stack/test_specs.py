"""Finding specs by name, and loading the standard bindings."""

from __future__ import annotations

import importlib.metadata
import sys
import types
from collections.abc import Iterator
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from bitwright.stack import Registry, RegistryError, SpecNotFound, Walker, find_spec, is_module, load_standard, spec_entries, structs_of
from tests.stack import toys


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> list[EntryPoint]:
    """The entry points that the code under test sees."""
    points = [
        EntryPoint("note", "tests.stack.toys:Note", "bitwright.specs"),
        EntryPoint("frame", "tests.stack.toys:Frame", "bitwright.specs"),
        EntryPoint("missing", "tests.stack.toys:Missing", "bitwright.specs"),
        EntryPoint("broken", "tests.stack.no_such_module:X", "bitwright.specs"),
        EntryPoint("standard", "tests.stack.test_specs:register_toys", "bitwright.stack"),
        EntryPoint("extra", "tests.stack.test_specs:register_more", "bitwright.stack"),
    ]
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: EntryPoints(p for p in points if p.group == group))
    monkeypatch.setitem(sys.modules, "tests.stack.test_specs", sys.modules[__name__])
    return points


def register_toys(registry: Registry) -> None:
    registry.layer("frame", toys.Frame, keys={"frame.kind": ("kind",)})
    registry.link(1, "frame")


def register_more(registry: Registry) -> None:
    registry.layer("note", toys.Note)
    registry.bind("frame.kind", 2, "note")


def test_specs_are_listed_by_name_without_importing_them() -> None:
    assert [(entry.name, entry.target) for entry in spec_entries().values()] == [
        ("broken", "tests.stack.no_such_module:X"), ("frame", "tests.stack.toys:Frame"),
        ("missing", "tests.stack.toys:Missing"), ("note", "tests.stack.toys:Note"),
    ]  # fmt: skip


def test_a_spec_is_found_by_its_name_or_its_place() -> None:
    assert find_spec("note") is toys.Note
    assert find_spec("tests.stack.toys:Note") is toys.Note


@pytest.mark.parametrize(("name", "said"), [
    ("xyz", "no spec is named 'xyz'; there are: broken, frame, missing, note; or write module:Class"),
    ("nota", "did you mean note?"),
    ("missing", "'tests.stack.toys:Missing': tests.stack.toys has no Struct class 'Missing'"),
    ("broken", "No module named"),
    ("tests.stack.toys:", "not of the form module:Class"),
    (":Note", "not of the form module:Class"),
    (".toys:Note", "not of the form module:Class"),
    ("tests.stack.toys:note", "no Struct class 'note'"),
    ("tests.stack.toys:Struct", "no Struct class 'Struct'"),
    ("nowhere:Note", "No module named 'nowhere'"),
    ("tests.stack.toys:Nota", "has no Struct class 'Nota'; did you mean Note or Net?"),
    ("tests.stack.toys:note", "tests.stack.toys has no Struct class 'note': that is a function"),
    ("tests.stack.toys:Packet", "tests.stack.toys has no Struct class 'Packet': that is the class Packet"),
    ("tests.stack.toys", "'tests.stack.toys' is a module; name the class: "),
    ("json", "'json' is a module; it has no Struct class"),
    ("./nowhere.py:Note", "./nowhere.py: no such file"),
    ("json.nowhere.deep", "no spec is named 'json.nowhere.deep'"),
])  # fmt: skip
def test_what_is_not_found_is_said(name: str, said: str) -> None:
    with pytest.raises(SpecNotFound) as raised:
        find_spec(name)
    assert said in str(raised.value)


def test_the_standard_registry_is_what_every_distribution_registers(engine: str) -> None:
    registry = load_standard()
    row = Walker(registry, backend=engine).decode(toys.Packet(toys.frame(toys.note().build(), kind=2)))
    assert [layer.name for layer in row.layers] == ["frame", "note"]
    with pytest.raises(RegistryError):
        registry.bind("frame.kind", 9, "unheard-of")


def test_nothing_installed_is_said(installed: list[EntryPoint]) -> None:
    installed.clear()
    with pytest.raises(RegistryError, match=r"bitwright\.stack"):
        load_standard()


def test_a_module_can_be_used_by_its_dotted_class() -> None:
    module = types.ModuleType("holder")
    module.__dict__["inner"] = types.SimpleNamespace(Note=toys.Note)
    sys.modules["holder"] = module
    try:
        assert find_spec("holder:inner.Note") is toys.Note
    finally:
        del sys.modules["holder"]


FORMATS = """
from bitwright import Struct, u8
from beside import SIZE

class Level(Struct):
    "A level."
    level: int = u8()

class Pair(Struct):
    a: int = u8()
    b: int = u8()
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file of formats that imports another beside it."""
    path = tmp_path / "my_formats.py"
    path.write_text(FORMATS)
    (tmp_path / "beside.py").write_text("SIZE = 1\n")
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = set(sys.modules)
    yield path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_a_class_in_a_file_is_found_once(file: Path) -> None:
    found = find_spec(f"{file}:Level")
    assert found.parse(b"\x07").to_dict() == {"level": 7}
    assert find_spec(f"{file}:Level") is found
    assert found.__module__ == "my_formats"


def test_a_file_called_as_an_installed_module_hides_nothing(file: Path) -> None:
    import json

    other = file.with_name("json.py")
    other.write_text(FORMATS)
    assert find_spec(f"{other}:Level").__module__ == "json_"
    assert sys.modules["json"] is json


def test_the_classes_of_a_module_a_file_and_a_package(file: Path) -> None:
    assert [struct.__qualname__ for struct in structs_of(str(file))] == ["Level", "Pair"]
    assert toys.Note in structs_of("tests.stack.toys")
    assert {"Message", "Record", "AAAA"} <= {struct.__qualname__ for struct in structs_of("bitwright_specs.dns")}
    assert is_module(str(file))
    assert not is_module("no such thing")


@pytest.mark.parametrize(("code", "said"), [
    ("1 / 0", "cannot be imported: ZeroDivisionError: division by zero, at "),
    ("raise SystemExit(3)", "cannot be imported: SystemExit: 3"),
    ("class (", "cannot be imported: SyntaxError"),
    ("import nowhere_at_all", "No module named 'nowhere_at_all'"),
])  # fmt: skip
def test_a_file_that_cannot_be_imported_says_why(tmp_path: Path, code: str, said: str) -> None:
    path = tmp_path / "broken_formats.py"
    path.write_text(code)
    with pytest.raises(SpecNotFound) as raised:
        find_spec(f"{path}:X")
    assert said in str(raised.value)
    assert "broken_formats" not in sys.modules
