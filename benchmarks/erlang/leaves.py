"""What a message holds, in order, as the text that `bench_leaves.erl` writes of a term: numbers in decimal, bytes in hexadecimal."""

from __future__ import annotations

from collections.abc import Iterator

from bitwright import IPv4Address, IPv6Address, Struct
from bitwright.wire.names import split_name


def leaves(value: object) -> str:
    """The leaves of a value; a name is its labels, an address the numbers between its dots or colons."""
    return " ".join(_leaves(value))


def _leaves(value: object) -> Iterator[str]:
    match value:
        case Struct():
            for field in type(value).__bitwright__.visible:
                yield from _leaves(getattr(value, field.name))
        case list():
            for one in value:
                yield from _leaves(one)
        case str():
            yield from _leaves(split_name(value))
        case IPv4Address():
            yield from map(str, value)
        case IPv6Address():
            yield from (str(int.from_bytes(value[at : at + 2], "big")) for at in range(0, 16, 2))
        case bytes():
            yield f"x{value.hex().upper()}"
        case int():
            yield str(int(value))
        case _:
            raise TypeError(f"{type(value).__name__} has no leaves")
