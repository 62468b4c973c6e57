"""Elixir's functions and operators: how each is written, its canonical name, and whether a guard may call it.

Promise: a call that is not in this table is refused with its place, so that a tree only names what `bitwright.terms` can do.
"""

from __future__ import annotations

from typing import Final

# operator -> how tightly it binds, how tightly its right side has to, canonical name
BINARY: Final[dict[str, tuple[int, int, str]]] = {
    "=": (100, 100, "="),
    "||": (120, 121, "||"), "|||": (120, 121, "bor"), "or": (120, 121, "or"),
    "&&": (130, 131, "&&"), "&&&": (130, 131, "band"), "and": (130, 131, "and"),
    "==": (140, 141, "=="), "!=": (140, 141, "!="), "===": (140, 141, "==="), "!==": (140, 141, "!=="),
    "<": (150, 151, "<"), ">": (150, 151, ">"), "<=": (150, 151, "<="), ">=": (150, 151, ">="),
    "|>": (160, 161, "|>"), "<<<": (160, 161, "bsl"), ">>>": (160, 161, "bsr"),
    "in": (170, 171, "in"), "not": (170, 171, "not in"),
    "^^^": (180, 181, "bxor"),
    "//": (190, 190, "//"),
    "++": (200, 200, "++"), "--": (200, 200, "--"), "<>": (200, 200, "<>"), "..": (200, 200, ".."),
    "+": (210, 211, "+"), "-": (210, 211, "-"),
    "*": (220, 221, "*"), "/": (220, 221, "/"),
}  # fmt: skip
UNARY: Final = {"-": "neg", "+": "pos", "not": "not", "!": "!", "~~~": "bnot"}

_GUARD_ONE: Final = (
    "abs bit_size byte_size ceil floor hd tl length map_size round trunc tuple_size not bnot is_integer is_float is_number is_binary "
    "is_bitstring is_atom is_boolean is_nil is_list is_tuple is_map"
)
_GUARD_TWO: Final = "div rem elem is_map_key max min band bor bxor bsl bsr"
GUARDS: Final[dict[tuple[str, int], str]] = {
    **{(name, 1): name for name in _GUARD_ONE.split()},
    **{(name, 2): name for name in _GUARD_TWO.split()},
    ("binary_part", 3): "binary_part",
}
BODIES: Final[dict[tuple[str, int], str]] = {}

# what a module's function is called here; Kernel's own are the names without a module
MODULES: Final = {"Kernel": "", "Bitwise": "", ":erlang": "erlang"}
_ERLANG: Final = {"element": "elem", "is_map_key": "is_map_key"}


def canonical(module: str, name: str, arity: int) -> str | None:
    """The canonical name of a function, or None where there is no such function."""
    key = (name, arity)
    if module in {"", "Kernel", "Bitwise", ":erlang"}:
        return GUARDS.get(key) or BODIES.get(key)
    return BODIES.get((f"{module}.{name}", arity))


def advice(module: str, name: str, arity: int) -> str:
    """What to write instead of a call that is not known."""
    from difflib import get_close_matches

    known = {word for word, _ in (*GUARDS, *BODIES)}
    shown = f"{module}.{name}" if module else name
    if shown in known:
        counts = sorted(count for word, count in (*GUARDS, *BODIES) if word == shown)
        return f"{shown} takes {' or '.join(map(str, counts))} argument{'s' if counts != [1] else ''}"
    close = get_close_matches(shown, sorted(known), 1, 0.7) if len(shown) < 60 else []
    return f"did you mean {close[0]}?" if close else "only functions of the language itself can be called, none of your own"
