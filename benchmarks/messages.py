"""Whole DNS messages of a real mix, to objects and back: bitwright and its peers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache

from benchmarks.declared import table
from benchmarks.declared.declaration import Declarations, Declared, built_by
from benchmarks.declared.dns_message import letters
from benchmarks.declared.ours import summary
from benchmarks.declared.table import CANNOT, CANNOT_BUILD, declarations, skipped
from benchmarks.engines import builders, parsers
from benchmarks.erlang.contenders import of_inet_dns, of_whole_messages
from benchmarks.floors import message_floor
from benchmarks.groups import (
    ANSWERS_TO_OBJECTS,
    C_BY_HAND,
    MESSAGE_FROM_OBJECTS,
    MESSAGE_TO_OBJECTS,
    SIMPLE_MESSAGE_TO_OBJECTS,
    Contender,
    Group,
    OwnClock,
    over,
)
from benchmarks.packets import mixed_messages
from benchmarks.peers import available, missing, module
from bitwright import IPv4Address, ParseError
from bitwright_specs.dns import A, Message, Question, Record, Type

MESSAGES = 500
WRONG_AT_MOST = 0.02  # of the messages a peer may build to something else; one that does so to more is left out itself
BATCH = 100  # of one message, a call

# What Erlang's own decoder shows of a message: id, records in each section, question name, IPv4 addresses.
Brief = tuple[int, tuple[int, ...], str, tuple[str, ...]]


@cache
def real_messages(*peers: str) -> tuple[list[bytes], int]:
    """Messages of the mix that bitwright and these peers take, and how many were left out because one refuses them."""
    mix = mixed_messages()
    chosen = mix[:: max(1, len(mix) // MESSAGES)][:MESSAGES]
    parsers = [Message.parse, *(declared.parse for name, declared in _declared().items() if name in peers)]
    taken = [data for data in chosen if all(_accepts(parse, data) for parse in parsers)]
    return taken, len(chosen) - len(taken)


def described(*peers: str) -> str:
    """What these messages are like."""
    messages, left_out = real_messages(*peers)
    size = sum(map(len, messages)) / len(messages)
    records = sum(int.from_bytes(data[at : at + 2], "big") for data in messages for at in (6, 8, 10)) / len(messages)
    refused = f"; {left_out} more are left out because a peer refuses them" if left_out else ""
    return f"{len(messages)} messages, {size:.0f} bytes and {records:.1f} records each on average{refused}"


def _accepts(parse: Callable[[bytes], object], data: bytes) -> bool:
    try:
        parse(data)
    except _refusals():
        return False
    return True


@cache
def _refusals() -> tuple[type[Exception], ...]:
    found: list[type[Exception]] = [ParseError, UnicodeDecodeError]  # dpkt lets the second out
    if available("dnspython"):
        found.append(module("dns.exception").DNSException)
    if available("dnslib"):
        found.append(module("dnslib").DNSError)
    if available("dpkt"):
        found.append(module("dpkt").Error)
    return tuple(found)


@cache
def _declared() -> Declarations:
    """Every peer that reads whole messages, by the name of its contender."""
    return {**declarations(table.MESSAGE), **declarations(table.SIMPLE_MESSAGE)}


def message_group() -> Group:
    """Bytes to objects, beside the peers that decode the data of the records."""
    group = _to_objects(MESSAGE_TO_OBJECTS, table.MESSAGE, "dnspython", "dnslib")
    messages, _ = real_messages("dnspython", "dnslib")
    contenders: dict[str, Contender] = {**group.contenders, **_of_erlang(messages)}
    return dataclasses.replace(group, contenders=contenders, skipped=(*group.skipped, *missing("erlang")))


def _of_erlang(messages: list[bytes]) -> dict[str, OwnClock]:
    found = of_whole_messages(messages, Message.parse)
    for name, (clock, shown) in of_inet_dns(messages).items():
        for data, line in zip(messages, shown, strict=True):
            assert _of_inet_dns(line) == _brief(Message.parse(data)), f"{name}: {data.hex()}"
        found[name] = clock
    return found


def answers_group() -> Group:
    """One response as name servers mostly send them, a question and four answers whose names are pointers: ours beside Erlang and C."""
    name = "www.example.com."
    answers = [Record(name=name, ttl=300, rdata=A(address=IPv4Address(f"192.0.2.{last}"))) for last in range(1, 5)]
    question = Question(qname=name, qtype=Type.A)
    data = Message.build(Message(id=0x1A2B, qr=True, rd=True, ra=True, questions=[question], answers=answers))
    expected, messages = Message.codec("interp").parse(data), [data] * BATCH
    ours = parsers(Message, [data])
    if floor := message_floor():
        ours[C_BY_HAND] = floor["parse"]
    for contender, parse in ours.items():
        assert (parse(data), repr(parse(data))) == (expected, repr(expected)), contender
    contenders: dict[str, Contender] = {contender: over(parse, messages) for contender, parse in ours.items()}
    contenders |= _of_erlang(messages)
    return Group(ANSWERS_TO_OBJECTS, BATCH, contenders, inputs=f"{len(data)} bytes", skipped=missing("cc", "erlang"))


def simple_message_group() -> Group:
    """The same beside those that decode the data of the commoner records: dpkt, which refuses the newer types, and declarations."""
    return _to_objects(SIMPLE_MESSAGE_TO_OBJECTS, table.SIMPLE_MESSAGE, "dpkt")


def _to_objects(name: str, form: str, *peers: str) -> Group:
    messages, _ = real_messages(*peers)
    ours = parsers(Message, messages)
    floor = message_floor()
    if floor:
        ours[C_BY_HAND] = floor["parse"]
    theirs = declarations(form)
    for data in messages:
        expected = Message.codec("interp").parse(data)
        for contender, parse in ours.items():
            found = parse(data)
            assert (found, repr(found)) == (expected, repr(expected)), f"{contender}: {data.hex()}"
        for contender, declared in theirs.items():
            assert declared.seen(declared.parse(data)) == summary(expected), f"{contender}: {data.hex()}"
    contenders = {contender: over(parse, messages) for contender, parse in ours.items()}
    contenders |= {contender: over(declared.parse, messages) for contender, declared in theirs.items()}
    return Group(name, len(messages), contenders, inputs=described(*peers), skipped=(*missing("cc"), *skipped(form)), cannot=CANNOT[form])


def build_group() -> Group:
    """The messages from objects to compressed bytes, without the few that a peer builds to something else."""
    offered, _ = real_messages("dnspython", "dnslib")
    writers = {name: declared for name, declared in declarations(table.MESSAGE).items() if declared.build is not None}
    wrong = {name: {data for data in offered if not _builds(declared, data)} for name, declared in writers.items()}
    fails = {
        name: f"builds {len(some)} of {len(offered)} messages to something else"
        for name, some in wrong.items()
        if len(some) > WRONG_AT_MOST * len(offered)
    }
    left_out = {data for name, some in wrong.items() if name not in fails for data in some}
    messages = [data for data in offered if data not in left_out]
    unlike = len(offered) - len(messages)
    ours = [Message.parse(data).relaxed() for data in messages]
    found = builders(Message, ours)
    floor = message_floor()
    if floor:
        found[C_BY_HAND] = floor["build"]
    for value in ours:
        expected = Message.codec("interp").build(value)
        assert Message.parse(expected).relaxed() == value
        for name, build in found.items():
            assert build(value) == expected, name
    contenders = {name: over(build, ours) for name, build in found.items()}
    for name, one in writers.items():
        if name not in fails:
            contenders[name] = over(built_by(one), [one.parse(data) for data in messages])
    return Group(
        MESSAGE_FROM_OBJECTS,
        len(messages),
        contenders,
        inputs=described("dnspython", "dnslib") + (f"; without {unlike} that a peer builds to something else" if unlike else ""),
        skipped=(*missing("cc"), *skipped(table.MESSAGE)),
        cannot={**CANNOT[table.SIMPLE_MESSAGE], **CANNOT_BUILD[table.MESSAGE], **fails},
    )


def _builds(declared: Declared, data: bytes) -> bool:
    """Whether a peer builds what it parsed to a message with the same content."""
    try:
        built = Message.parse(built_by(declared)(declared.parse(data)))
    except Exception:  # noqa: BLE001  # of its own, whatever it is, or ours for what it built
        return False
    return summary(built) == summary(Message.parse(data))


def _brief(message: Message) -> Brief:
    counts = (len(message.questions), len(message.answers), len(message.authorities), len(message.additionals))
    name = message.questions[0].qname if message.questions else ""
    return message.id, counts, letters(name), tuple(str(r.rdata.address) for r in message.answers if isinstance(r.rdata, A))


def _of_inet_dns(line: str) -> Brief:
    """What `bench_inet.erl` shows of a message."""
    numbers, name, addresses = line.split("\t")
    identifier, *counts = map(int, numbers.split())
    return identifier, tuple(counts), letters(name), tuple(addresses.split())
