"""What the linter says: a severity, a stable code, a place, what is wrong and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from bitwright.errors import Location

Severity: TypeAlias = Literal["error", "warning", "note"]

# code → severity, and what it means in one line.  docs/lint.md explains each with an example; a test holds that.
CODES: Final[Mapping[str, tuple[Severity, str]]] = {
    "declaration": ("error", "the format cannot be compiled"),
    "always-negative": ("error", "a size or count is below zero whatever the message"),
    "region-mismatch": ("error", "a region can never have the size of what must fill it"),
    "may-be-negative": ("warning", "a size or count can be below zero, and nothing above guards it"),
    "unreachable-arm": ("warning", "the tag of an arm is no value that the tag expression can have"),
    "no-arms": ("warning", "a union has no arm"),
    "constant-condition": ("warning", "a condition is always true or always false"),
    "undetermined": ("warning", "a derived field is used by nothing, so building cannot compute it"),
    "misaligned": ("warning", "a number of whole bytes begins inside a byte"),
    "nested-payload": ("warning", "a payload inside a nested struct is not seen as the layer above"),
    "checksum-span": ("warning", "the end of what a checksum covers lies inside the checksum"),
    "checksum-width": ("warning", "the algorithm gives more bits than the field holds"),
    "terminator-in-text": ("warning", "the terminator can lie inside the encoded form of other characters"),
    "unused-parameter": ("warning", "a parameter is used by nothing"),
    "enum-too-wide": ("note", "a member of an enumeration does not fit the field"),
    "size-units": ("note", "a size counts units that not every content fills"),
    "unbounded": ("note", "nothing but the size of the input bounds what is read"),
    "recursion": ("note", "a struct can contain itself, bounded only by Limits.depth"),
    "no-progress": ("note", "an element may consume nothing, which only reading tells"),
    "unknown-refused": ("note", "messages whose tag has no arm are refused"),
    "several-tags": ("note", "an arm with several tags is built with its first, unless the tag is given"),
    "shadows-builtin": ("note", "a field has the name of a builtin, which the rest of the class body cannot use"),
}


class Advice(msgspec.Struct, frozen=True):
    """One thing that should be looked at: `path` leads from the format to the field."""

    severity: Severity
    code: str
    path: str
    message: str
    advice: str
    declaration: Location

    def __str__(self) -> str:
        return f"{self.declaration}: {self.severity}: {self.path}: {self.message} [{self.code}]; {self.advice}"


class Remark(msgspec.Struct, frozen=True):
    """What a rule says about a field, before it is known where the field lies."""

    code: str
    message: str
    advice: str
    declaration: Location | None = None  # where that is not the field's
