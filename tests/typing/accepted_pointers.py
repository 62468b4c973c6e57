"""Pointers, in every form; both checkers must accept all of it."""

from __future__ import annotations

from typing import assert_type

from bitwright import Limits, Name, Struct, array, at, auto, domain_name, nested, raw, switch, text, u8, u16, u32, variant, when


class Body(Struct):
    """A union."""


class Word(Body, tag=1):
    word: int = u16()


class Node(Struct):
    link: int = auto(u32())
    value: int = u8()
    following: Node | None = when(link != 0, at(link, nested("Node"), direction="forward", align=4))


class Pointers(Struct, origin=True):
    offset: int = auto(u16())
    kind: int = auto(u8())
    count: int = u8()
    number: int = at(0x3C, u32())
    words: str = at(offset, text(terminator=b"\0"), default="ab", doc="somewhere")
    data: bytes = at(count * 4 + 2, raw(size=count), base="self")
    name: Name = at(count, domain_name(), base="here", direction="backward")
    nodes: list[Node] = at(count, array(Node, count=count))
    numbers: list[int] = at(count, array(u8(), count=3), default=[1, 2, 3])
    body: Body = at(count, variant(Body, on=kind))
    either: Word | Node = at(count, switch(kind, {1: Word}, Node))
    twice = number * 2


def use(made: Pointers) -> None:
    assert_type(made.words, str)
    assert_type(made.nodes[0].following, Node | None)
    assert_type(Pointers.parse(made.build(), limits=Limits(pointed_factor=2)).number, int)


made = Pointers(count=0, number=1, data=b"", name=".", nodes=[], body=Word(word=1), either=Word(word=2))
