"""What bitwright finds, in the plain values with which the results of peers are compared."""

from __future__ import annotations

from typing import Any

from benchmarks.declared import dns_message as plain
from benchmarks.declared.dns_header import FLAGS, flags_of
from benchmarks.declared.dns_message import Record, Summary, letters
from benchmarks.declared.ipv4_tcp import Datagram, options_of
from bitwright_specs.dns import AAAA, CNAME, MX, NS, PTR, SOA, TXT, A, Message, RData
from bitwright_specs.ipv4 import IPv4
from bitwright_specs.tcp import TCP


def summary(message: Message) -> Summary:
    """The plain values of a DNS message."""
    sections = (message.answers, message.authorities, message.additionals)
    fields = {name: getattr(message, name) for name in FLAGS}
    questions = tuple((letters(q.qname), int(q.qtype), int(q.qclass)) for q in message.questions)
    records = tuple(
        Record(letters(r.name), int(r.type), int(r.rclass), r.ttl, _data(r.rdata))
        for section in sections
        for r in section
        if r.type not in plain.PSEUDO
    )
    return Summary(message.id, flags_of(fields), (len(questions), *map(len, sections)), questions, records)


def _data(data: RData) -> Any:
    match data:
        case A() | AAAA():
            return bytes(data.address)
        case NS():
            return letters(data.nsdname)
        case CNAME():
            return letters(data.cname)
        case PTR():
            return letters(data.ptrdname)
        case MX():
            return data.preference, letters(data.exchange)
        case SOA():
            return letters(data.mname), letters(data.rname), data.serial, data.refresh, data.retry, data.expire, data.minimum
        case TXT():
            return tuple(data.strings)
        case _:
            return None


def datagram(ip: IPv4, tcp: TCP) -> Datagram:
    """The plain values of the two headers."""
    flags = ip.df << 1 | ip.mf
    fixed = (ip.version, ip.ihl, ip.dscp << 2 | ip.ecn, ip.length, ip.id, flags, ip.fragment_offset, ip.ttl, int(ip.protocol), ip.checksum)
    bits = 0
    for name in ("cwr", "ece", "urg", "ack", "psh", "rst", "syn", "fin"):
        bits = bits << 1 | getattr(tcp, name)
    numbers = (tcp.src_port, tcp.dst_port, tcp.sequence_number, tcp.acknowledgment_number, tcp.data_offset, int(tcp.ae), bits)
    return Datagram(
        (*fixed, bytes(ip.src), bytes(ip.dst)),
        options_of(b"".join(one.build() for one in ip.options)),
        (*numbers, tcp.window, tcp.checksum, tcp.urgent_pointer),
        options_of(b"".join(one.build() for one in tcp.options)),
    )
