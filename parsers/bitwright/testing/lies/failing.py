"""A failure that a change leads to: its code, and the path of the field that it is said of."""

from __future__ import annotations


class Failure(Exception):  # noqa: N818  # no error: an answer
    """Reading fails here."""

    def __init__(self, code: str, path: str) -> None:
        super().__init__(code, path)
        self.code, self.path = code, path


def below(path: str, name: str | int) -> str:
    """The path of a field of a struct, or of an element of a list."""
    if isinstance(name, int):
        return f"{path}[{name}]"
    return f"{path}.{name}" if path and name else path or name
