"""The functions by their canonical names, which are Elixir's; Erlang's module functions have a colon before the module.

Promise: every function takes terms and gives a term or raises `TermFault`; `arities` says how many arguments it takes.  `and`, `or`, `in`,
`if`, `&&` and `||` are not here, since they do not evaluate all of their operands.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, Final

from bitwright.terms import binaries, containers, enumerables, numbers, order, strings
from bitwright.terms.values import bit_size, fault, is_atom, is_bitstring, is_integer, listed, mapped, natural, normal, wrong

MOST_ARGUMENTS: Final = 255


def _not(value: Any) -> bool:
    return not value if isinstance(value, bool) else wrong("true or false", value)


def _xor(left: Any, right: Any) -> bool:
    return _not(left) != _not(right)


def _both(left: Any, right: Any) -> bool:
    """Erlang's `and`, which looks at both: one that is no boolean is a fault even beside false."""
    return not (_not(left) | _not(right))


def _either(left: Any, right: Any) -> bool:
    """Erlang's `or`, which looks at both."""
    return not (_not(left) & _not(right))


def truthy(value: Any) -> bool:
    """Whether `if` takes it for true: everything but false and nil."""
    return value is not None and value is not False


def _is_nil(value: Any) -> bool:
    return value is None


def _is_binary(value: Any) -> bool:
    return isinstance(normal(value), bytes)


def _raised(message: Any) -> Any:
    fault(message.decode("utf-8", "replace") if isinstance(message, bytes) else "raised")


def _sequence(first: Any, last: Any, step: Any = 1) -> list[Any]:
    """`:lists.seq`: the number before `first` may be as far as `last`, which gives no element."""
    before = numbers.subtract(first, step)
    if step == 0 and order.exactly_equal(first, last):
        return [first]
    if order.at_most(before, last) if order.greater(step, 0) else order.at_least(before, last):
        return enumerables.items_of(enumerables.make_range(first, last, step))
    return wrong("a last number that can be reached", last)


def _instance(kinds: Any) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kinds)


_OPERATORS: Final[Mapping[str, Callable[..., Any]]] = {
    "+": numbers.add, "-": numbers.subtract, "*": numbers.multiply, "/": numbers.divide, "neg": numbers.negative, "pos": numbers.positive,
    "div": numbers.quotient, "rem": numbers.remainder, "**": numbers.power,
    "==": order.equal, "!=": lambda a, b: not order.equal(a, b),
    "===": order.exactly_equal, "!==": lambda a, b: not order.exactly_equal(a, b),
    "<": order.less, "<=": order.at_most, ">": order.greater, ">=": order.at_least,
    "not": _not, "xor": _xor, "!": lambda value: not truthy(value), "truthy": truthy,
    "band": numbers.bit_and, "bor": numbers.bit_or, "bxor": numbers.bit_xor, "bnot": numbers.bit_not,
    "bsl": numbers.shift_left, "bsr": numbers.shift_right,
    "++": containers.concatenated, "--": containers.without, "<>": binaries.joined,
}  # fmt: skip

_KERNEL: Final[Mapping[str, Callable[..., Any]]] = {
    "abs": numbers.absolute, "min": order.smallest, "max": order.largest, "round": numbers.nearest, "trunc": numbers.truncated,
    "floor": numbers.floor, "ceil": numbers.ceiling, "float": numbers.to_float,
    "byte_size": binaries.byte_size, "bit_size": bit_size, "length": containers.length, "hd": containers.head, "tl": containers.tail,
    "elem": containers.element, "put_elem": containers.put_element, "tuple_size": containers.tuple_size, "size": containers.size_of,
    "map_size": containers.map_size, "is_map_key": containers.has_key, "binary_part": binaries.binary_part,
    "is_integer": is_integer, "is_float": _instance(float), "is_number": lambda value: isinstance(value, float) or is_integer(value),
    "is_binary": _is_binary, "is_bitstring": is_bitstring, "is_atom": is_atom, "is_boolean": _instance(bool), "is_nil": _is_nil,
    "is_list": _instance(list), "is_tuple": _instance(tuple), "is_map": _instance((dict, range)),
    "is_function": lambda value, arity=0: False, "is_pid": lambda value: False, "is_port": lambda value: False,
    "is_reference": lambda value: False,
    "to_string": strings.to_string, "to_charlist": lambda value: strings.to_charlist(strings.to_string(value)), "raise": _raised,
    # how a tuple, a list, a map or a range is made of its parts
    "tuple": containers.make_tuple, "list": containers.make_list, "list*": containers.prepend, "map": containers.make_map,
    "range": enumerables.make_range, "in_range": enumerables.is_in_range, "access": containers.access,
}  # fmt: skip

_NUMBERS: Final[Mapping[str, Callable[..., Any]]] = {
    "Integer.to_string": numbers.text_of_integer, "Integer.digits": numbers.digits, "Integer.undigits": numbers.undigits,
    "Integer.mod": numbers.modulo, "Integer.floor_div": numbers.floor_division, "Integer.pow": numbers.integer_power,
    "Integer.gcd": numbers.greatest_divisor, "Integer.is_odd": numbers.is_odd, "Integer.is_even": numbers.is_even,
    "Integer.to_charlist": lambda value, base=10: list(numbers.text_of_integer(value, base)),
    "Float.round": numbers.rounded, "Float.floor": numbers.rounded_down, "Float.ceil": numbers.rounded_up,
    "Float.to_string": strings.text_of_float, "Atom.to_string": strings.text_of_atom,
    ":math.sqrt": numbers.square_root, ":math.pow": lambda a, b: numbers.power(numbers.to_float(a), numbers.to_float(b)),
}  # fmt: skip

_STRINGS: Final[Mapping[str, Callable[..., Any]]] = {
    "String.length": strings.length, "String.upcase": strings.upcase, "String.downcase": strings.downcase,
    "String.capitalize": strings.capitalize, "String.reverse": strings.reverse, "String.trim": strings.trim,
    "String.trim_leading": strings.trim_leading, "String.trim_trailing": strings.trim_trailing,
    "String.to_integer": strings.to_integer, "String.to_float": strings.to_float, "String.to_atom": strings.to_atom,
    "String.to_existing_atom": strings.to_atom, "String.to_charlist": strings.to_charlist,
    "String.starts_with?": strings.starts_with, "String.ends_with?": strings.ends_with, "String.contains?": strings.contains,
    "String.replace": strings.replace, "String.split": strings.split, "String.duplicate": strings.duplicate,
    "String.pad_leading": strings.pad_leading, "String.pad_trailing": strings.pad_trailing, "String.at": strings.at,
    "String.slice": strings.slice_, "String.first": strings.first, "String.last": strings.last,
    "String.graphemes": strings.graphemes, "String.codepoints": strings.codepoints, "String.valid?": strings.is_valid,
    "Base.encode16": binaries.to_hex, "Base.decode16!": binaries.from_hex,
    "Base.encode64": binaries.to_base64, "Base.decode64!": binaries.from_base64,
    "IO.iodata_to_binary": binaries.flattened_binary, "IO.iodata_length": binaries.flattened_size,
}  # fmt: skip

_CONTAINERS: Final[Mapping[str, Callable[..., Any]]] = {
    "List.first": containers.first_of_list, "List.last": containers.last_of_list, "List.flatten": containers.flatten,
    "List.wrap": containers.wrapped, "List.duplicate": containers.repeated, "List.delete": containers.deleted,
    "List.delete_at": containers.deleted_at, "List.replace_at": containers.replaced_at, "List.insert_at": containers.inserted_at,
    "List.to_tuple": containers.tuple_of_list, "List.to_string": strings.of_charlist, "List.zip": enumerables.zipped,
    "Tuple.to_list": containers.list_of_tuple, "Tuple.duplicate": containers.tuple_of_copies, "Tuple.append": containers.tuple_with,
    "Tuple.insert_at": containers.tuple_with_at, "Tuple.delete_at": containers.tuple_without_at,
    "Tuple.sum": lambda value: enumerables.total(containers.list_of_tuple(value)),
    "Tuple.product": lambda value: enumerables.product(containers.list_of_tuple(value)),
    "Map.get": containers.get, "Map.fetch!": containers.fetch, "Map.has_key?": containers.has_key, "Map.put": containers.put,
    "Map.delete": containers.dropped_key, "Map.keys": containers.keys, "Map.values": containers.values, "Map.merge": containers.merged,
    "Map.new": enumerables.new_map, "Map.to_list": lambda value: enumerables.items_of(mapped(value)),
    "Enum.sum": enumerables.total, "Enum.product": enumerables.product, "Enum.count": enumerables.count,
    "Enum.reverse": enumerables.reversed_items, "Enum.join": enumerables.joined_text, "Enum.min": enumerables.smallest,
    "Enum.max": enumerables.largest, "Enum.sort": enumerables.sorted_items, "Enum.uniq": enumerables.distinct,
    "Enum.dedup": enumerables.dedup, "Enum.at": enumerables.at, "Enum.fetch!": enumerables.fetch_at,
    "Enum.concat": enumerables.concatenation,
    "Enum.take": enumerables.taken, "Enum.drop": enumerables.dropped, "Enum.slice": enumerables.sliced,
    "Enum.member?": enumerables.is_member, "Enum.empty?": enumerables.is_empty, "Enum.zip": enumerables.zipped,
    "Enum.unzip": enumerables.unzipped, "Enum.with_index": enumerables.with_index, "Enum.chunk_every": enumerables.chunks,
    "Enum.intersperse": enumerables.interspersed, "Enum.frequencies": enumerables.frequencies,
    "Enum.to_list": lambda value: list(enumerables.items_of(value)),
}  # fmt: skip

_ERLANG: Final[Mapping[str, Callable[..., Any]]] = {
    ":binary.part": binaries.binary_part, ":binary.at": binaries.binary_at, ":binary.first": binaries.first_byte,
    ":binary.last": binaries.last_byte, ":binary.copy": binaries.copies, ":binary.bin_to_list": binaries.byte_list,
    ":binary.list_to_bin": binaries.flattened_list, ":binary.decode_unsigned": binaries.decode_unsigned,
    ":binary.encode_unsigned": binaries.encode_unsigned,
    ":erlang.and": _both, ":erlang.or": _either,
    ":erlang.crc32": binaries.crc32, ":erlang.adler32": binaries.adler32, ":erlang.iolist_to_binary": binaries.flattened_binary,
    ":erlang.iolist_size": binaries.flattened_size, ":erlang.list_to_binary": binaries.flattened_list,
    ":erlang.binary_to_list": binaries.byte_list, ":erlang.list_to_bitstring": binaries.flattened_bits,
    ":erlang.integer_to_binary": numbers.text_of_integer, ":erlang.binary_to_integer": strings.to_integer,
    ":erlang.integer_to_list": lambda value, base=10: list(numbers.text_of_integer(value, base)),
    ":erlang.list_to_integer": lambda value, base=10: numbers.integer_of_text(binaries.flattened_list(value), base),
    ":erlang.list_to_tuple": containers.tuple_of_list, ":erlang.tuple_to_list": containers.list_of_tuple,
    ":erlang.atom_to_binary": strings.text_of_atom, ":erlang.binary_to_atom": strings.to_atom,
    ":erlang.float_to_binary": strings.text_of_float, ":erlang.binary_to_float": strings.to_float,
    ":lists.reverse": lambda value, rest=(): enumerables.reversed_items(listed(value), rest),
    ":lists.sum": lambda value: enumerables.total(listed(value)),
    ":lists.max": lambda value: enumerables.largest(listed(value)),
    ":lists.min": lambda value: enumerables.smallest(listed(value)),
    ":lists.sort": lambda value: enumerables.sorted_items(listed(value)),
    ":lists.last": lambda value: enumerables.fetch_at(listed(value), -1),
    ":lists.nth": lambda place, value: enumerables.fetch_at(listed(value), numbers.subtract(natural(place), 1)),
    ":lists.member": lambda what, value: enumerables.is_member(listed(value), what),
    ":lists.flatten": containers.flatten, ":lists.concat": lambda value: list(strings.to_string(enumerables.joined_text(value)).decode()),
    ":lists.append": enumerables.concatenation, ":lists.seq": _sequence,
    ":lists.duplicate": lambda count, value: containers.repeated(value, count),
}  # fmt: skip

FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {**_OPERATORS, **_KERNEL, **_NUMBERS, **_STRINGS, **_CONTAINERS, **_ERLANG}

# What a guard and the size of a segment in a pattern may call, besides `and`, `or`, `in`.
GUARDS: Final = frozenset({
    "+", "-", "*", "/", "neg", "pos", "div", "rem", "==", "!=", "===", "!==", "<", "<=", ">", ">=", "not", "xor",
    "band", "bor", "bxor", "bnot", "bsl", "bsr", "abs", "min", "max", "round", "trunc", "floor", "ceil", "float",
    "byte_size", "bit_size", "length", "hd", "tl", "elem", "tuple_size", "size", "map_size", "is_map_key", "binary_part",
    "is_integer", "is_float", "is_number", "is_binary", "is_bitstring", "is_atom", "is_boolean", "is_nil", "is_list", "is_tuple",
    "is_map", "is_function", "is_pid", "is_port", "is_reference", "tuple", "list", "list*", "map", "Integer.is_odd", "Integer.is_even",
    "Map.fetch!", ":erlang.and", ":erlang.or",
})  # fmt: skip


@functools.cache
def arities(name: str) -> tuple[int, int]:
    """The least and the most arguments of a function."""
    import inspect

    parameters = inspect.signature(FUNCTIONS[name]).parameters.values()
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    least = sum(p.default is p.empty for p in positional)
    return least, MOST_ARGUMENTS if any(p.kind is p.VAR_POSITIONAL for p in parameters) else len(positional)


def apply(name: str, *args: Any) -> Any:
    """Call a function by its name."""
    return FUNCTIONS[name](*args)
