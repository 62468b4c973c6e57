"""Whole DNS messages of a real mix, to objects and back: bitwright and its peers."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Callable
from functools import cache
from typing import Any

from benchmarks.engines import builders, parsers
from benchmarks.erlang.contenders import of_inet_dns, of_whole_messages
from benchmarks.floors import message_floor
from benchmarks.groups import C_BY_HAND, MESSAGE_FROM_OBJECTS, MESSAGE_TO_OBJECTS, SIMPLE_MESSAGE_TO_OBJECTS, Contender, Group, over
from benchmarks.packets import mixed_messages
from benchmarks.peers import available, missing, module
from bitwright import ParseError
from bitwright_specs.dns import A, Message

MESSAGES = 500

# What everyone must agree on, message by message: id, records in each section, question name, IPv4 addresses.
Summary = tuple[int, tuple[int, ...], str, tuple[str, ...]]


@cache
def real_messages(*peers: str) -> tuple[list[bytes], int]:
    """Messages of the mix that bitwright and these peers take, and how many were left out because one refuses them."""
    mix = mixed_messages()
    chosen = mix[:: max(1, len(mix) // MESSAGES)][:MESSAGES]
    parsers = [Message.parse, *(parse for name, parse in _parsers().items() if name in peers)]
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


def _parsers() -> dict[str, Callable[[bytes], Any]]:
    found: dict[str, Callable[[bytes], Any]] = {}
    if available("dnspython"):
        from_wire = module("dns.message").from_wire
        found["dnspython"] = lambda data: from_wire(data, one_rr_per_rrset=True)
    if available("dnslib"):
        found["dnslib"] = module("dnslib").DNSRecord.parse
    if available("dpkt"):
        found["dpkt"] = module("dpkt").dns.DNS
    return found


def message_group() -> Group:
    """Bytes to objects, beside the peers that decode the data of the records."""
    group = _to_objects(MESSAGE_TO_OBJECTS, "dnspython", "dnslib")
    messages, _ = real_messages("dnspython", "dnslib")
    contenders: dict[str, Contender] = {**group.contenders, **of_whole_messages(messages, Message.parse)}
    for name, (clock, shown) in of_inet_dns(messages).items():
        for data, line in zip(messages, shown, strict=True):
            assert _of_inet_dns(line) == _summary(Message.parse(data)), f"{name}: {data.hex()}"
        contenders[name] = clock
    return dataclasses.replace(group, contenders=contenders, skipped=(*group.skipped, *missing("erlang")))


def simple_message_group() -> Group:
    """The same beside dpkt, which refuses the newer record types and leaves the data of most others as bytes."""
    return _to_objects(SIMPLE_MESSAGE_TO_OBJECTS, "dpkt")


def _to_objects(name: str, *peers: str) -> Group:
    messages, _ = real_messages(*peers)
    ours = parsers(Message, messages)
    floor = message_floor()
    if floor:
        ours[C_BY_HAND] = floor["parse"]
    theirs = {peer_name: parse for peer_name, parse in _parsers().items() if peer_name in peers}
    for data in messages:
        expected = Message.codec("interp").parse(data)
        for contender, parse in ours.items():
            found = parse(data)
            assert (found, repr(found)) == (expected, repr(expected)), f"{contender}: {data.hex()}"
        for contender, parse in theirs.items():
            assert SUMMARIES[contender](parse(data)) == _summary(expected), f"{contender}: {data.hex()}"
    contenders = {contender: over(parse, messages) for contender, parse in (ours | theirs).items()}
    return Group(name, len(messages), contenders, inputs=described(*peers), skipped=missing("cc", *peers))


def build_group() -> Group:
    """The messages from objects to compressed bytes; dpkt does not compress names."""
    messages, _ = real_messages("dnspython", "dnslib")
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
    writers: dict[str, Callable[[Any], bytes]] = {"dnspython": lambda m: m.to_wire(), "dnslib": lambda m: m.pack()}
    for name, parse in _parsers().items():
        if name in writers:
            contenders[name] = over(writers[name], map(parse, messages))
    return Group(
        MESSAGE_FROM_OBJECTS,
        len(messages),
        contenders,
        inputs=described("dnspython", "dnslib"),
        skipped=missing("cc", "dnspython", "dnslib"),
        cannot={"dpkt": "does not compress names"},
    )


def _summary(message: Message) -> Summary:
    counts = (len(message.questions), len(message.answers), len(message.authorities), len(message.additionals))
    name = message.questions[0].qname if message.questions else ""
    return message.id, counts, _letters(name), tuple(str(r.rdata.address) for r in message.answers if isinstance(r.rdata, A))


def _of_dnspython(message: Any) -> Summary:
    extra = (message.opt is not None) + (message.tsig is not None)
    counts = (len(message.question), len(message.answer), len(message.authority), len(message.additional) + extra)
    name = message.question[0].name.to_text() if message.question else ""
    return message.id, counts, _letters(name), tuple(r.address for s in message.answer for r in s if r.rdtype == 1)


def _of_dnslib(message: Any) -> Summary:
    counts = (len(message.questions), len(message.rr), len(message.auth), len(message.ar))
    name = str(message.q.qname) if message.questions else ""
    return message.header.id, counts, _letters(name), tuple(str(r.rdata) for r in message.rr if r.rtype == 1)


def _of_dpkt(message: Any) -> Summary:
    counts = (len(message.qd), len(message.an), len(message.ns), len(message.ar))
    name = message.qd[0].name if message.qd else ""
    return message.id, counts, _letters(name), tuple(socket.inet_ntoa(r.ip) for r in message.an if r.type == 1)


def _of_inet_dns(line: str) -> Summary:
    """What `bench_inet.erl` shows of a message."""
    numbers, name, addresses = line.split("\t")
    identifier, *counts = map(int, numbers.split())
    return identifier, tuple(counts), _letters(name), tuple(addresses.split())


def _letters(name: str) -> str:
    """Escapes differ from peer to peer and dpkt has none, so names compare by their letters, digits and dots."""
    return "".join(c for c in name.lower() if c.isascii() and (c.isalnum() or c == ".")).strip(".")


SUMMARIES: dict[str, Callable[[Any], Summary]] = {
    "dnspython": _of_dnspython, "dnslib": _of_dnslib, "dpkt": _of_dpkt,
}  # fmt: skip
