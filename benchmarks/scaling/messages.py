"""Curves of messages: parsing and building by each engine, push parsing in pieces of several sizes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.groups import MACHINE_CODE, PYTHON
from benchmarks.scaling import formats
from benchmarks.scaling.curves import CONSTANT, Curve, Work, doubling
from bitwright import Struct
from bitwright.backends.llvm import is_available

PARSING, BUILDING, PUSHING = "How the cost of parsing grows", "How the cost of building grows", "How the cost of push parsing grows"
_BY_NAME = {MACHINE_CODE: "llvm", PYTHON: "python", "bitwright, interpreter": "interp"}
_SEGMENT = 1460  # bytes of a TCP segment on Ethernet

Make = Callable[[int], Struct]

# What grows, in what unit, from how many up to how many, and what makes a message of that size.
MESSAGES: tuple[tuple[str, str, int, int, Make], ...] = (
    ("DNS message", "records", 64, 16_384, formats.dns_message),
    ("array of numbers", "numbers", 256, 65_536, formats.numbers),
    ("array of structs of bits", "structs", 256, 32_768, formats.picture),
    ("options up to the last", "options", 256, 32_768, formats.options),
    ("lines up to their ends", "lines", 256, 32_768, formats.lines),
    ("numbers of variable size", "numbers", 256, 32_768, formats.varints),
    ("array in a region", "numbers", 256, 65_536, formats.framed),
    ("text up to its end", "bytes", 4_096, 1 << 19, formats.line),
    ("bytes under a checksum", "bytes", 4_096, 1 << 20, formats.summed),
    ("structs in structs", "levels", 4, 60, formats.chain),
)
_INTERPRETED_AT_MOST = 8_192  # elements: it shows as well how the cost grows, and takes a fiftieth of the time


def engines() -> dict[str, str]:
    """The engines that are installed, as contenders are called."""
    return {name: engine for name, engine in _BY_NAME.items() if engine != "llvm" or is_available()}


def curves() -> Iterator[Curve]:
    """Every curve of messages."""
    for what, unit, first, last, make in MESSAGES:
        for name, engine in engines().items():
            most = min(last, _INTERPRETED_AT_MOST) if engine == "interp" and unit != "bytes" else last
            sizes = doubling(first, most)
            yield Curve(PARSING, f"{what}; {name}", unit, sizes, functools.partial(_parsing, make, engine))
            if engine != "interp":
                yield Curve(BUILDING, f"{what}; {name}", unit, sizes, functools.partial(_building, make, engine))
    for piece, told, most in ((_SEGMENT, "segments of 1,460 bytes", 65_536), (1, "single bytes", 4_096)):
        sizes = doubling(256, most)
        yield Curve(PUSHING, f"array of numbers in {told}", "numbers", sizes, functools.partial(_pushing, formats.numbers, piece))
        yield Curve(PUSHING, f"lines in {told}", "lines", doubling(64, most // 4), functools.partial(_pushing, formats.lines, piece))
    yield Curve(PUSHING, "many messages, one after the other", "messages", doubling(64, 8_192), _many_messages, CONSTANT)


def _parsing(make: Make, engine: str, size: int) -> Work:
    message = make(size)
    data, parse = message.build(), type(message).codec(engine).message_parser()
    assert parse(data) == message.resolved(), f"{type(message).__name__} of {size}"
    return functools.partial(parse, data)


def _building(make: Make, engine: str, size: int) -> Work:
    message = make(size)
    build = type(message).codec(engine).message_builder()
    assert build(message) == message.build(), f"{type(message).__name__} of {size}"
    return functools.partial(build, message)


def _pushing(make: Make, piece: int, size: int) -> Work:
    message = make(size)
    data, struct = message.build(), type(message)
    pieces = [data[at : at + piece] for at in range(0, len(data), piece)]

    def work() -> list[Any]:
        stream = struct.stream(limit=len(data))
        return [one for given in pieces for one in stream.feed(given)]

    assert work() == [message.resolved()], f"{struct.__name__} of {size}"
    return work


def _many_messages(size: int) -> Work:
    """Messages of one size, each let go before the next: what a connection costs that lasts."""
    data = formats.numbers(16).build() * 16
    stream, whole = formats.Numbers.stream(), size // 16

    def work() -> int:
        return sum(len(stream.feed(data)) for _ in range(whole))

    assert work() == size
    return work
