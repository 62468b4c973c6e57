"""The engines by name, and which one serves where none is named."""

from __future__ import annotations

import os
from typing import Final

ENGINES: Final = ("python", "interp")
MESSAGE_ENGINES: Final = (*ENGINES, "llvm")
AUTO: Final = "auto"  # begins in python, and moves to llvm what is used much
COMPILED: Final = "__bitwright_parse__"  # in a class: what parses a message by the engine that serves, once there is something


def wanted_engine() -> str:
    """What `BITWRIGHT_BACKEND` asks for; `auto` if nothing."""
    return os.environ.get("BITWRIGHT_BACKEND") or AUTO
