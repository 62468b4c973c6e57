"""Kaitai Struct: `kaitai/*.ksy`, compiled to Python by its own compiler when they are first asked for."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.dns_header import of_attributes
from benchmarks.peers import node_modules

FOLDER = Path(__file__).parent / "kaitai"


def header() -> Declarations:
    """A DNS header."""
    return {"kaitaistruct": Declared(compiled()["dns_header"].DnsHeader.from_bytes, of_attributes)}


@cache
def compiled() -> dict[str, Any]:
    """The modules that the compiler makes of the files, by name."""
    environment = {**os.environ, "NODE_PATH": os.pathsep.join(map(str, node_modules()))}
    files = sorted(FOLDER.glob("*.ksy"))
    with tempfile.TemporaryDirectory() as target:
        command = ["node", str(FOLDER / "compile.js"), target, *map(str, files)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
        if done.returncode:
            raise RuntimeError(f"kaitai-struct-compiler: {done.stderr.strip()}")
        return {file.stem: _loaded(Path(target) / f"{file.stem}.py") for file in files}


def _loaded(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"{__name__}.{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made
