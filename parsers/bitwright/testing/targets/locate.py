"""Finding a function, or an exception, by a text: `module:function`, `module:Class.method`, `./file.py:function`, `ValueError`."""

from __future__ import annotations

import builtins
import difflib
from collections.abc import Callable, Sequence
from typing import Any

from bitwright.stack.errors import SpecNotFound
from bitwright.stack.specs import module_named
from bitwright.testing.targets.errors import TargetError


def locate(text: str) -> Callable[[bytes], object]:
    """What `text` names, which takes bytes; TargetError with the reason if there is no such thing or it cannot be called."""
    found = _find(text)
    if not callable(found):
        raise TargetError(f"{text!r} cannot be called: it is a {type(found).__name__}")
    return found  # type: ignore[no-any-return]


def locate_exceptions(texts: Sequence[str]) -> tuple[type[BaseException], ...]:
    """Classes of exceptions; one without a module is a builtin."""
    found = []
    for text in texts:
        error = _find(text) if ":" in text else getattr(builtins, text, None)
        if not (isinstance(error, type) and issubclass(error, BaseException)):
            raise TargetError(f"{text!r} is no exception: write module:Class, or the name of a builtin one such as ValueError")
        found.append(error)
    return tuple(found)


def _find(text: str) -> Any:
    module_name, _, path = text.rpartition(":")
    if not module_name or not path:
        raise TargetError(f"{text!r} is not of the form module:function")
    try:
        found: Any = module_named(module_name, text)
    except SpecNotFound as error:
        raise TargetError(str(error)) from error
    for part in path.split("."):
        if not hasattr(found, part):
            near = difflib.get_close_matches(part, dir(found), n=3)
            raise TargetError(f"{text!r}: there is no {part!r}{f'; did you mean {chr(32).join(near)}?' if near else ''}")
        found = getattr(found, part)
    return found
