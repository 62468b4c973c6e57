"""How the DNS is spoken: what answers a question, what is asked again by TCP, how often and when."""

from __future__ import annotations

from typing import Final

from bitwright.net import Protocol, Retransmission
from bitwright_specs.dns.domains import folded
from bitwright_specs.dns.enums import Rcode
from bitwright_specs.dns.message import Message, TcpMessage

PORT: Final = 53


def answers(request: Message, reply: Message) -> bool:
    """Whether `reply` is a response to the very question of `request` (RFC 5452, section 9.1).

    A server that refuses or cannot read a query may leave the question out.
    """
    if not reply.qr or reply.opcode != request.opcode:
        return False
    if not reply.questions:
        return reply.rcode != Rcode.NOERROR or reply.tc
    return len(reply.questions) == len(request.questions) and all(
        ours.qtype == theirs.qtype and ours.qclass == theirs.qclass and folded(ours.qname) == folded(theirs.qname)
        for ours, theirs in zip(request.questions, reply.questions, strict=True)
    )


DNS: Final = Protocol(
    Message, stream=TcpMessage.message, correlate=Message.id, answers=answers, truncated=lambda reply: reply.tc,
    retransmission=Retransmission(first=1.0, factor=2.0, tries=4),
)  # fmt: skip
