"""`bitwright serve dns`: an authoritative name server for zones in TOML."""

from __future__ import annotations

import argparse
import contextlib
import ipaddress
from typing import TYPE_CHECKING, Final

from bitwright.commands import MALFORMED, UNREADABLE, USAGE, CommandError

if TYPE_CHECKING:
    from bitwright.net import Hooks, Server
    from bitwright.net.network import Address
    from bitwright_specs.dns.authority import IPNetwork
    from bitwright_specs.dns.message import Message
    from bitwright_specs.dns.zone import Zone

HELP: Final = "an authoritative name server for small zones"
DESCRIPTION: Final = """\
Answer for zones, by UDP and TCP: A to TXT and any other type, NXDOMAIN and NODATA, aliases,
wildcards, delegations, EDNS, truncation.  A zone is a file in TOML; samples/example.zone.toml
has one of everything, and docs/dns.md explains it."""
EXAMPLES: Final = """\
examples:
  bitwright serve dns samples/example.zone.toml
  bitwright serve dns samples/example.zone.toml --host ::1 --port 5300 --transfer ::1/128
  bitwright dig www.example A @127.0.0.1 -p 5300"""
PORT: Final = 5300


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the service."""
    parser.add_argument("zones", metavar="ZONE.toml", nargs="+", help="the zones")
    parser.add_argument("--payload", type=_payload, default=1232, metavar="BYTES", help="of a datagram, at most (default: 1232)")
    parser.add_argument(
        "--transfer", type=_network, action="append", default=[], metavar="NETWORK", help="who may have whole zones (AXFR, by TCP)"
    )


def server(arguments: argparse.Namespace, address: Address, hooks: Hooks) -> Server[Message]:
    """The name server, not started; CommandError where a zone is none."""
    from bitwright.errors import EngineError
    from bitwright.net import serve
    from bitwright_specs.dns.authority import Authority
    from bitwright_specs.dns.nodes import ZoneError
    from bitwright_specs.dns.protocol import DNS

    try:
        handler = Authority(map(_zone, arguments.zones), payload=arguments.payload, transfers=arguments.transfer)
    except ZoneError as error:
        raise CommandError(str(error), MALFORMED) from None
    with contextlib.suppress(EngineError):  # without llvmlite Python's code serves
        DNS.message.compile()  # now, and not when 10,000 have been answered
    return serve(handler, DNS, udp=address, tcp=address, hooks=hooks, name="dns")


def _zone(path: str) -> Zone:
    from bitwright_specs.dns.zone_file import read_zone

    try:
        return read_zone(path)
    except OSError as error:
        raise CommandError(f"{path}: cannot be read: {error.strerror}", UNREADABLE) from None


def _payload(text: str) -> int:
    if not text.isdecimal() or not 512 <= int(text) <= 65535:
        raise CommandError(f"--payload {text!r}: no number of bytes from 512 to 65535", USAGE)
    return int(text)


def _network(text: str) -> IPNetwork:
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise CommandError(f"--transfer: {error}", USAGE) from None
