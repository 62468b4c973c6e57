"""The engines by name, and which one serves where none is named."""

from __future__ import annotations

import os
from typing import Final

ENGINES: Final = ("python", "interp")
MESSAGE_ENGINES: Final = (*ENGINES, "llvm")  # of messages; `llvm` only by name, for the formats that it can do


def default_engine() -> str:
    """The engine that serves where none is named: `BITWRIGHT_BACKEND`, or `python`."""
    wanted = os.environ.get("BITWRIGHT_BACKEND", "auto")
    return ENGINES[0] if wanted in ("", "auto") else wanted
