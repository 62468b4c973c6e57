"""What is installed: entry points that load, types that are announced, light imports, one direction of imports."""

from __future__ import annotations

import importlib
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Any

import pytest

import bitwright
from bitwright import Struct
from bitwright.stack import Registry

ROOT = Path(__file__).resolve().parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SPECS: dict[str, str] = PROJECT["entry-points"]["bitwright.specs"]
HEAVY = ("rich", "hypothesis", "asyncio", "bitwright.backends", "bitwright.capture", "bitwright.cli", "bitwright.stack")


@pytest.mark.parametrize("name", SPECS)
def test_every_spec_entry_point_is_a_struct_that_names_its_source(name: str) -> None:
    module, _, attribute = SPECS[name].partition(":")
    found = getattr(importlib.import_module(module), attribute)
    assert issubclass(found, Struct)
    summary = (found.__doc__ or "").splitlines()[0]
    assert summary.endswith("."), summary


def test_every_registered_layer_is_a_spec_by_the_same_name() -> None:
    registry = Registry()
    importlib.import_module("bitwright_specs.stack").register(registry)
    layers = {name: f"{layer.struct.__module__}:{layer.struct.__name__}" for name, layer in registry.layers.items()}
    for name, struct in layers.items():
        module, _, attribute = SPECS[name].partition(":")
        assert getattr(importlib.import_module(module), attribute).__name__ == struct.partition(":")[2]
    assert set(layers) <= set(SPECS)


def test_the_installed_distribution_is_this_one() -> None:
    if not any(point.value == "bitwright.cli:main" for point in entry_points(group="console_scripts", name="bitwright")):
        pytest.skip("bitwright is not installed, only on the path: no entry points to compare")
    assert version("bitwright") == bitwright.__version__
    assert {p.name: p.value for p in entry_points(group="bitwright.specs") if p.value.startswith("bitwright_specs")} == SPECS


def test_packages_announce_their_types() -> None:
    for package in ("parsers/bitwright", "specs/bitwright_specs"):
        assert (ROOT / package / "py.typed").exists()


def test_importing_bitwright_loads_nothing_heavy() -> None:
    code = "import sys; before = set(sys.modules); import bitwright; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=_path_only())
    loaded = done.stdout.split()
    assert "bitwright" in loaded
    assert [m for m in loaded if any(m == heavy or m.startswith(f"{heavy}.") for heavy in HEAVY)] == []


def test_all_names_every_public_name() -> None:
    for name in bitwright.__all__:
        assert getattr(bitwright, name) is not None
    assert len(set(bitwright.__all__)) == len(bitwright.__all__)


def _path_only() -> dict[str, str]:
    return {"PYTHONPATH": f"{ROOT / 'parsers'}:{ROOT / 'specs'}"}


@pytest.mark.parametrize(("group", "needs"), [("bitwright.commands", "run"), ("bitwright.services", "server")])
def test_every_command_and_service_is_one(group: str, needs: str) -> None:
    from bitwright.cli.extensions import load

    entries: dict[str, str] = PROJECT["entry-points"][group]
    assert entries
    for name, module in entries.items():
        assert load(name, module, needs=needs).HELP
    if not any(point.value == "bitwright.cli:main" for point in entry_points(group="console_scripts", name="bitwright")):
        pytest.skip("bitwright is not installed, only on the path: no entry points to compare")
    assert {point.name: point.value for point in entry_points(group=group) if point.value.startswith("bitwright_specs")} == entries
