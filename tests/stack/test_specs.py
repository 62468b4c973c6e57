"""Finding specs by name, and loading the standard bindings."""

from __future__ import annotations

import importlib.metadata
import sys
import types
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from bitwright.stack import Registry, RegistryError, SpecNotFound, Walker, find_spec, load_standard, spec_entries
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
