"""A message as text, section by section, in the manner of dig: records as master files have them.

Promise: it is ASCII that no terminal obeys, whatever is in the message.
"""

from __future__ import annotations

from collections.abc import Iterator

from bitwright_specs.dns.edns import Edns
from bitwright_specs.dns.edns_enums import OptionCode
from bitwright_specs.dns.master import record_text
from bitwright_specs.dns.message import Message
from bitwright_specs.dns.opt import OPT, ClientSubnet, Cookie, ExtendedError, Nsid, Option
from bitwright_specs.dns.presentation_forms import quoted, type_text

_FLAGS = ("qr", "aa", "tc", "rd", "ra", "ad", "cd")


def message_text(message: Message) -> Iterator[str]:
    """The lines: header, EDNS, and the sections that are not empty."""
    flags = " ".join(name for name in _FLAGS if getattr(message, name))
    yield f";; ->>HEADER<<- opcode: {message.opcode}, status: {message.full_rcode}, id: {message.id}"
    yield (
        f";; flags: {flags}; QUERY: {len(message.questions)}, ANSWER: {len(message.answers)}, AUTHORITY: {len(message.authorities)}, "
        f"ADDITIONAL: {len(message.additionals)}"
    )
    if message.edns is not None:
        yield ""
        yield from _edns_text(message.edns)
    if message.questions:
        yield ""
        yield ";; QUESTION SECTION:"
        for question in message.questions:
            yield f";{question.qname}\t\t{question.qclass}\t{type_text(question.qtype)}"
    for name, section in (("ANSWER", message.answers), ("AUTHORITY", message.authorities), ("ADDITIONAL", message.additionals)):
        shown = [record for record in section if not isinstance(record.rdata, OPT)]
        if shown:
            yield ""
            yield f";; {name} SECTION:"
            yield from map(record_text, shown)


def _edns_text(edns: Edns) -> Iterator[str]:
    yield ";; OPT PSEUDOSECTION:"
    rest = edns.flags & 0x7FFF
    flags = " do" * edns.dnssec_ok + (f" 0x{rest:04x}" if rest else "")
    yield f"; EDNS: version: {edns.version}, flags:{flags}; udp: {edns.udp_payload_size}"
    for option in edns.options:
        yield f"; {_option_text(option)}"


def _option_text(option: Option) -> str:
    match option.value:
        case Cookie(client=client, server=server):
            return f"COOKIE: {client.hex()}{server.hex()}"
        case ExtendedError(info_code=code, extra_text=text):
            return f"EDE: {int(code)} ({code})" + (f": {quoted(text)}" if text else "")
        case Nsid(identifier=identifier):
            return f"NSID: {identifier.hex()} ({quoted(identifier)})"
        case ClientSubnet() as subnet:
            return f"CLIENT-SUBNET: {subnet.text}/{subnet.scope_prefix_length}"
        case value:
            known = str(OptionCode(option.code)).replace("_", "-")
            return f"{f'OPT={known}' if known.isdecimal() else known}: {value.build().hex()}"
