"""Erlang's operators and functions: how each is written, its canonical name, and whether a guard may call it.

Promise: a call that is not in these tables is refused with its place, so that a tree only names what `bitwright.terms` can do.
"""

from __future__ import annotations

from typing import Final

from bitwright.bitsyntax.tree import Call, Expr, Literal, TupleOf

# operator -> how tightly it binds, how tightly its right side has to, canonical name; one that binds tighter on its right than
# on its left is associative to the left; of comparisons none may follow another
COMPARED: Final = 200
BINARY: Final[dict[str, tuple[int, int, str]]] = {
    "=": (100, 100, "="),
    "orelse": (150, 150, "or"),
    "andalso": (160, 160, "and"),
    "==": (200, 201, "=="), "/=": (200, 201, "!="), "=:=": (200, 201, "==="), "=/=": (200, 201, "!=="),
    "<": (200, 201, "<"), ">": (200, 201, ">"), "=<": (200, 201, "<="), ">=": (200, 201, ">="),
    "++": (300, 300, "++"), "--": (300, 300, "--"),
    "+": (400, 401, "+"), "-": (400, 401, "-"), "bor": (400, 401, "bor"), "bxor": (400, 401, "bxor"),
    "bsl": (400, 401, "bsl"), "bsr": (400, 401, "bsr"), "or": (400, 401, ":erlang.or"), "xor": (400, 401, "xor"),
    "*": (500, 501, "*"), "/": (500, 501, "/"), "div": (500, 501, "div"), "rem": (500, 501, "rem"),
    "band": (500, 501, "band"), "and": (500, 501, ":erlang.and"),
}  # fmt: skip
UNARY: Final = {"-": "neg", "+": "pos", "not": "not", "bnot": "bnot"}
PREFIX_BINDS: Final = 600
# the operators that may join numbers in a pattern, where the result is what is compared
ARITHMETIC: Final = frozenset({"+", "-", "*", "/", "div", "rem", "band", "bor", "bxor", "bsl", "bsr", "neg", "pos", "bnot"})

_GUARD_ONE: Final = (
    "abs bit_size byte_size ceil float floor hd tl length map_size round size trunc tuple_size is_integer is_float is_number is_binary "
    "is_bitstring is_atom is_boolean is_list is_tuple is_map is_function is_pid is_port is_reference"
)
GUARDS: Final[dict[tuple[str, int], str]] = {
    **{(name, 1): name for name in _GUARD_ONE.split()},
    ("max", 2): "max", ("min", 2): "min", ("binary_part", 3): "binary_part", ("is_function", 2): "is_function",
    ("binary_part", 2): "binary_part", ("element", 2): "elem", ("is_map_key", 2): "is_map_key", ("map_get", 2): "Map.fetch!",
}  # fmt: skip
_BODY_ERLANG: Final = (
    "crc32/1 adler32/1 iolist_to_binary/1 iolist_size/1 list_to_binary/1 binary_to_list/1 list_to_bitstring/1 integer_to_binary/1 "
    "integer_to_binary/2 binary_to_integer/1 binary_to_integer/2 integer_to_list/1 list_to_integer/1 list_to_tuple/1 tuple_to_list/1"
)
_BODY_MODULES: Final = (
    "binary:part/3 binary:at/2 binary:first/1 binary:last/1 binary:copy/1 binary:copy/2 binary:bin_to_list/1 binary:list_to_bin/1 "
    "binary:decode_unsigned/1 binary:decode_unsigned/2 binary:encode_unsigned/1 binary:encode_unsigned/2 lists:reverse/1 lists:sum/1 "
    "lists:max/1 lists:min/1 lists:sort/1 lists:last/1 lists:nth/2 lists:member/2 lists:seq/2 lists:seq/3 lists:duplicate/2 lists:append/2"
)


def _bodies() -> dict[tuple[str, int], str]:
    found: dict[tuple[str, int], str] = {}
    for written in _BODY_ERLANG.split():
        name, _, arity = written.partition("/")
        found[name, int(arity)] = f":erlang.{name}"
    for written in _BODY_MODULES.split():
        name, _, arity = written.partition("/")
        found[name, int(arity)] = f":{name.replace(':', '.')}"
    return found


BODIES: Final = _bodies()


def call(name: str, args: tuple[Expr, ...], at: int, *, guard: bool) -> Call | None:
    """The call of a function by the name that Erlang gives it, `lists:sum` with its module; None where there is no such function."""
    key = (name, len(args))
    canonical = GUARDS.get(key) or (None if guard else BODIES.get(key))
    if canonical is None:
        return None
    if canonical == "elem":
        place, where = args
        if isinstance(place, Literal) and place.value.__class__ is int:
            return Call("elem", (where, Literal(place.value - 1, at)), at)
        return Call("elem", (where, Call("-", (place, Literal(1, at)), at)), at)
    if canonical in ("is_map_key", "Map.fetch!"):
        return Call(canonical, (args[1], args[0]), at)
    if key == ("binary_part", 2):
        if not isinstance(args[1], TupleOf) or len(args[1].items) != 2:
            return None
        return Call(canonical, (args[0], *args[1].items), at)
    return Call(canonical, args, at)
