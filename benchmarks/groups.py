"""What a group of contenders is, and the names that groups and contenders share.

Every contender of a group does the group's whole work once when it is called.  Before a group is handed out, the results of its
contenders are compared; one that gives another result is an error, not a fast time.  `catalogue.py` lists all groups.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias


@dataclasses.dataclass(frozen=True)
class OwnClock:
    """A contender in a process or a language of its own, which measures itself.

    `seconds` is called with a number of repetitions and gives the seconds that all of them took: of the
    processor where its language can tell, else on the wall.  Its turns interleave with the others'.
    """

    seconds: Callable[[int], float]


Contender: TypeAlias = Callable[[], object] | OwnClock


@dataclasses.dataclass(frozen=True)
class Group:
    """Contenders that do the same work; `items` is how many headers, messages or packets one call handles, each an `item`.

    `skipped` has the keys (of `peers.PEERS`) of those that are not installed, `cannot` what a peer lacks to be here at all;
    `close` ends what the contenders left running.
    """

    name: str
    items: int
    contenders: Mapping[str, Contender]
    item: str = "message"
    inputs: str = ""  # what they are like
    skipped: tuple[str, ...] = ()
    cannot: Mapping[str, str] = dataclasses.field(default_factory=dict)
    close: Callable[[], None] | None = None


HEADER_TO_OBJECT = "DNS header to object"
HEADER_OBJECT = "an object of a DNS header, its values ready"
HEADER_FROM_OBJECT = "DNS header from object"
MESSAGE_TO_OBJECTS = "DNS message to objects"
ANSWERS_TO_OBJECTS = "DNS message with a question and four answers to objects"
SIMPLE_MESSAGE_TO_OBJECTS = "DNS message to objects, those that dpkt takes"
MESSAGE_FROM_OBJECTS = "DNS message from objects"
PART_OF_MESSAGE = "the response code of a DNS message"
IPV4_AND_TCP = "IPv4 and TCP headers, both with options"
MQTT_RECORD = "MQTT CONNECT with properties and a will"
TLS_RECORD = "TLS record with a ClientHello"
MESSAGES_OF_STREAM = "DNS messages from a TCP stream"
PACKETS_OF_CAPTURE = "packets of a capture"
QUESTIONS_OF_CAPTURE = "DNS header and first question of the packets of a capture"
CAPTURE_TO_JSON = "a capture to JSON lines, all fields"
CAPTURE_TO_TEXT = "a capture to lines of text"
PATTERN_REFERENCE = "bit pattern of a DNS header to a dict"
PATTERN_RECORD = "bit pattern with a length before its value"
PATTERN_IPV4 = "bit pattern of an IPv4 header with options"
PATTERN_CLAUSES = "six bit patterns, by the first byte"
PATTERN_PIXELS = "bit pattern over every pixel"
PATTERN_BUILD = "bit pattern of a DNS header from values"

BITWRIGHT = "bitwright"  # what users call, with whatever engine serves by then
PYTHON = "bitwright, python"
MACHINE_CODE = "bitwright, machine code"
C_BY_HAND = "C by hand"  # the same objects
ERLANG_BY_HAND = "Erlang by hand"
CBITSTRUCT = "cbitstruct, a bare tuple"


def over(work: Callable[[Any], object], inputs: Iterable[Any]) -> Callable[[], None]:
    """One contender: `work` on every input in turn."""
    prepared = list(inputs)

    def run() -> None:
        for one in prepared:
            work(one)

    return run
