"""How the tests of this folder declare formats that must be refused."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest

from bitwright import DeclarationError

PRELUDE = (
    "from __future__ import annotations; from typing import *; from bitwright import *; from bitwright.checksum import *; "
    "from enum import IntEnum\n"
)


def run(source: str) -> dict[str, Any]:
    """Execute the source of a user's module, `user.py`; its first line is line 1."""
    names: dict[str, Any] = {"__name__": "user"}
    exec(PRELUDE, names)
    exec(compile(source.lstrip("\n"), "user.py", "exec", dont_inherit=True, flags=0x1000000), names)
    return names


@pytest.fixture
def declare() -> Callable[[str], dict[str, Any]]:
    """Run the source of a module of declarations, and give its names."""
    return run


@pytest.fixture
def refusal() -> Callable[[str], str]:
    """Run the source of a module that must be refused, and give the whole message."""

    def message_of(source: str) -> str:
        with pytest.raises(DeclarationError) as caught:
            run(source)
        error = caught.value
        assert isinstance(error, TypeError)
        assert error.code == "declaration"
        assert error.declaration is not None
        assert error.declaration.file == "user.py"
        assert str(pickle.loads(pickle.dumps(error))) == str(error)
        assert "\n" not in str(error)
        return str(error)

    return message_of
