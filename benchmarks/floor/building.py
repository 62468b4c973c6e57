"""Builds the C extensions beside this file with the machine's compiler, each once a run, in a folder that goes away again."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import shutil
import subprocess
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parent


def compiler() -> str | None:
    """The C compiler, if there is one, and CPython's headers."""
    headers = Path(sysconfig.get_path("include"), "Python.h")
    return (shutil.which("gcc") or shutil.which("cc")) if headers.exists() else None


def built(name: str) -> Any:
    """The module of `<name>.c`; ask for a `compiler` first."""
    module = f"bitwright_floor_{name}"
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder, f"{module}.so")
        headers = sysconfig.get_path("include")
        options = ["-O3", "-march=native", "-shared", "-fPIC", f"-I{headers}"]
        subprocess.run([compiler() or "cc", *options, str(SOURCES / f"{name}.c"), "-o", str(library)], check=True)
        loader = importlib.machinery.ExtensionFileLoader(module, str(library))
        spec = importlib.util.spec_from_file_location(module, library, loader=loader)
        assert spec is not None
        made = importlib.util.module_from_spec(spec)
        loader.exec_module(made)
    return made
