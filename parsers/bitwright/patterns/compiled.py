"""Methods that compiled functions take the place of.

Promise: `x.method` is the compiled function from the first time on that anybody asks for it, so that no call goes through another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Method = TypeVar("Method", bound=Callable[..., Any])


class _CompiledAtFirstUse:
    def __init__(self, method: Any) -> None:
        self.method = method
        self.__doc__ = method.__doc__

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self.method if instance is None else instance._matcher()


def compiled_at_first_use(method: Method) -> Method:
    """A method that `_matcher` of its object gives another for, and puts that in the object's own attributes."""
    return _CompiledAtFirstUse(method)  # type: ignore[return-value]  # to whoever calls it, it is the method
