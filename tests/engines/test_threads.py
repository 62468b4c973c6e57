"""Threads that parse, build and add arms while others do: each gets what one thread alone would get."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any

from bitwright import Limits, Name, ParseError, Struct, array, auto, domain_name, u8, u16, variant
from tests.engines.agreement import ENGINES

THREADS = 8


def together(work: Callable[[int], None]) -> None:
    """Run in several threads at once; the first exception is the test's."""
    start, failures = threading.Barrier(THREADS), list[BaseException]()

    def run(number: int) -> None:
        try:
            start.wait()
            work(number)
        except BaseException as error:  # noqa: BLE001  # raised again below
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def fresh() -> Any:
    """A format that nobody has compiled yet."""

    class Item(Struct):
        count: int = auto(u8())
        numbers: list[int] = array(u16(), count=count)

    class Message(Struct):
        name: Name = domain_name()
        count: int = auto(u8())
        items: list[Item] = array(Item, count=count)

    return Message, Item


def test_first_use_by_all_at_once() -> None:
    for engine in (*ENGINES, None):
        message, item = fresh()

        def work(number: int, message: Any = message, item: Any = item, engine: str | None = engine) -> None:
            value = message(name=f"host{number}.example.", items=[item(numbers=[number, 2]), item(numbers=[])])
            codec = message.codec(engine)
            data = codec.build(value)
            assert codec.parse(data) == codec.resolved(value)
            assert message.parse(data) == codec.resolved(value)
            try:
                message.parse(data[:-1], limits=Limits(depth=5 + number))
            except ParseError as error:
                assert error.path == "items[1].count"
            else:
                raise AssertionError("a message was cut off")

        together(work)


def test_arms_added_while_others_parse() -> None:
    tags = itertools.count(1)

    class Base(Struct):
        """An open union."""

    class Zero(Base, tag=0):
        value: int = u8()

    class Holder(Struct):
        kind: int = auto(u8())
        value: Base = variant(Base, on=kind)

    def work(number: int) -> None:
        for _ in range(8):
            if number % 2:
                tag = next(tags)

                class Late(Base, tag=tag):
                    value: int = u16()

                assert Holder.parse(bytes((tag, 0, 7))) == Holder(kind=tag, value=Late(value=7))
                assert Holder(value=Late(value=7)).build() == bytes((tag, 0, 7))
            for engine in ENGINES:
                assert Holder.codec(engine).parse(b"\0\7") == Holder(kind=0, value=Zero(value=7))
            assert Holder.parse(b"\0\7").build() == b"\0\7"

    together(work)
    for tag in range(next(tags)):
        assert Holder.parse(bytes((tag, *([0] if tag else []), 7))).kind == tag


def test_names_met_by_other_threads() -> None:
    class Names(Struct):
        names: list[Name] = array(domain_name())

    def work(number: int) -> None:
        for serial in range(1500):
            names = [f"a{number}.b{serial % 7}.", f"c{serial}.", f"a{number}.b{serial % 7}."]
            assert Names.parse(Names(names=names).build()).names == names

    together(work)
