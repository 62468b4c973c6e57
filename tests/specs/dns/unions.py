"""The arms of the open unions, and the fields of a class, for tests that must not miss one."""

from __future__ import annotations

from typing import Any

from bitwright import Struct


def arms(union: type[Struct]) -> dict[int, type[Any]]:
    """Tag → class, for all arms registered so far."""
    found: dict[int, type[Any]] = union.__bitwright_union__.cases  # type: ignore[attr-defined]  # every Struct class has one
    return found


def shipped(union: type[Struct]) -> set[type[Any]]:
    """The arms that the package itself declares."""
    return {arm for arm in arms(union).values() if arm.__module__.startswith("bitwright_specs.")}


def tag_of(union: type[Struct], arm: type[Any]) -> int:
    """The number that selects an arm."""
    return next(tag for tag, known in arms(union).items() if known is arm)


def fields(struct: type[Struct] | Struct) -> list[str]:
    """The names of the fields, in wire order."""
    return [field.name for field in struct.__bitwright__.visible]
