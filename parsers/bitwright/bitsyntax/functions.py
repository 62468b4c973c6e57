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

_ONE: Final = (
    "abs bit_size byte_size ceil floor hd tl length map_size round trunc tuple_size not bnot is_integer is_float is_number is_binary "
    "is_bitstring is_atom is_boolean is_nil is_list is_tuple is_map is_function is_pid is_port is_reference"
)
_TWO: Final = "div rem elem is_map_key max min band bor bxor bsl bsr is_function"
GUARDS: Final[dict[tuple[str, int], str]] = {
    **{(name, 1): name for name in _ONE.split()},
    **{(name, 2): name for name in _TWO.split()},
    ("binary_part", 3): "binary_part",
}
_KERNEL: Final = frozenset({"put_elem", "to_string", "to_charlist", "raise"})  # what no guard may call
_OPERATORS: Final = ("+", "-", "*", "/", "neg", "pos", "==", "!=", "===", "!==", "<", "<=", ">", ">=", "and", "or", "in")
GUARD_NAMES: Final = frozenset({*GUARDS.values(), *_OPERATORS, "Integer.is_odd", "Integer.is_even"})


def canonical(module: str, name: str, arity: int) -> str | None:
    """The canonical name of a function, or None where there is no such function."""
    found = GUARDS.get((name, arity)) if module in {"", "Kernel", "Bitwise", ":erlang"} else None
    if found is not None:
        return found
    from bitwright import terms

    shown = f"{module}.{name}"
    if module in {"", "Kernel"}:
        shown = name if name in _KERNEL else ""
    if shown not in terms.FUNCTIONS:
        return None
    least, most = terms.arities(shown)
    return shown if least <= arity <= most else None


def advice(module: str, name: str, arity: int) -> str:
    """What to write instead of a call that is not known."""
    from difflib import get_close_matches

    from bitwright import terms

    shown = f"{module}.{name}" if module else name
    counts = sorted(count for word, count in GUARDS if word == shown)
    if not counts and shown in (terms.FUNCTIONS if module else _KERNEL):
        counts = sorted(set(terms.arities(shown)))
    if counts:
        return f"{shown} takes {' or '.join(map(str, counts))} argument{'s' if counts != [1] else ''}"
    known = {*(word for word, _ in GUARDS), *_KERNEL, *(word for word in terms.FUNCTIONS if "." in word)}
    close = get_close_matches(shown, sorted(known), 1, 0.8) if len(shown) < 60 else []
    return f"did you mean {close[0]}?" if close else "only functions of the language itself can be called, none of your own"
