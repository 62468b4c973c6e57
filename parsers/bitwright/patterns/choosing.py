"""Which engine runs a pattern.

Promise: an engine that does not exist, or is not installed, is refused when it is named, and not when it is first needed.
"""

from __future__ import annotations

from bitwright.engines import MESSAGE_ENGINES
from bitwright.errors import EngineError


def check_engine(name: str) -> None:
    """ValueError for an engine that does not exist, EngineError for one that is not installed."""
    if name not in MESSAGE_ENGINES:
        raise ValueError(f"no engine is called {name!r}; there are: {', '.join(MESSAGE_ENGINES)}")
    if name == "llvm":
        from bitwright.backends.llvm import INSTALL, is_available

        if not is_available():
            raise EngineError(f"the llvm engine needs llvmlite: {INSTALL}")
