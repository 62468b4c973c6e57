"""Where llvmlite is not installed, no module is collected that loads LLVM: what such a Python does is tested elsewhere."""

from __future__ import annotations

from pathlib import Path

from bitwright.backends.llvm import is_available

LOADS = ("import llvmlite", "bitwright.backends.llvm import jit", ", jit")  # `jit` is the one module that does
collect_ignore = (
    [] if is_available()
    else [path.name for path in Path(__file__).parent.glob("test_*.py") if any(said in path.read_text(encoding="utf-8") for said in LOADS)]
)  # fmt: skip
