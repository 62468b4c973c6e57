"""Damaged vectors: a value that builds to the same bytes, or a ParseError, and the same from both engines."""

from __future__ import annotations

import random

import pytest

from bitwright import ParseError, Struct
from bitwright_specs.arp import ARP
from bitwright_specs.ethernet import Ethernet
from bitwright_specs.icmp import ICMP
from bitwright_specs.icmpv6 import ICMPv6
from bitwright_specs.ipv4 import IPv4
from bitwright_specs.ipv6 import IPv6
from bitwright_specs.ipv6_extensions import AuthenticationHeader, DestinationOptions, Fragment, HopByHop, Routing
from bitwright_specs.linux_sll import LinuxSLL
from bitwright_specs.linux_sll2 import LinuxSLL2
from bitwright_specs.llc import LLC, SNAP
from bitwright_specs.null_loopback import Loop, NullLoopback
from bitwright_specs.tcp import TCP
from bitwright_specs.udp import UDP
from bitwright_specs.vlan import VLAN

IP4 = "4800002000070000400176d1c0000201c6336402"
TCP_HEAD = "c00000350102030400000000a002faf058360000"
IP6 = "20010db8000000000000000000000001"

VECTORS: list[tuple[type[Struct], str]] = [
    (Ethernet, "0180c200000000005e0053020026424203" + "00" * 35),
    (VLAN, "a0648100000708004500"),
    (LLC, "0405010399"),
    (SNAP, "000000080045"),
    (ARP, "000108000604000100005e005302c0000201000000000000c0000202"),
    (IPv4, IP4 + "070b04c000020900000000" + "01"),
    (IPv4, IP4 + "440c0d21c000020100000009"),
    (IPv4, IP4 + "940400005e04aabb00000000"),
    (IPv6, "6b8abcde000d113f" + IP6 * 2 + "03e807d0000d54d568656c6c6f"),
    (HopByHop, "1100050200000100ff"),
    (HopByHop, "1101c20400011170" + "0000000001020000"),
    (DestinationOptions, "3b0201020000c910" + IP6),
    (Routing, "3b04040101000000" + IP6 * 2),
    (Routing, "3b04000200000000" + IP6 * 2),
    (Fragment, "110005c9deadbeef6162"),
    (AuthenticationHeader, "110400000000100000000001000102030405060708090a0b78"),
    (UDP, "03e807d0000d54d568656c6c6f"),
    (TCP, TCP_HEAD + "020405b40402080a112233440000000001030307"),
    (TCP, TCP_HEAD + "01010512000000640000" + "00c80000012c00000190"),
    (ICMP, "0304e44c00000500" + "45" * 28),
    (ICMP, "0900000001020708c000020100000005"),
    (ICMPv6, "8600a72c4048070800000000000000000501000000" + "0005dc" + "19030000000002582001" + "0db8" + "00" * 10 + "0053"),
    (ICMPv6, "8f006f0f0000000104000001ff0200000000000000000000000000fb" + IP6),
    (NullLoopback, "0200000045"),
    (Loop, "0000000245"),
    (LinuxSLL, "00040001000600005e0053020000080045"),
    (LinuxSLL2, "0800000000000003030400060000000000000000" + "45"),
]
MUTANTS = 150


def outcome(struct: type[Struct], engine: str, data: bytes) -> tuple[str, object]:
    """What one engine makes of the bytes."""
    codec = struct.codec(engine)
    try:
        value = codec.parse(data)
    except ParseError as error:
        return "error", str(error)
    assert codec.build(value) == data
    return "value", value


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The bytes with one to three of them replaced, and perhaps some cut off or added."""
    octets = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        octets[chance.randrange(len(octets))] = chance.choice((0, 1, 2, 4, 0x7F, 0x80, 0xFF, chance.randrange(256)))
    if chance.random() < 0.3:
        del octets[chance.randrange(len(octets)) :]
    elif chance.random() < 0.3:
        octets += chance.randbytes(chance.randint(1, 40))
    return bytes(octets)


@pytest.mark.parametrize("number", range(len(VECTORS)), ids=lambda number: f"{VECTORS[number][0].__name__}-{number}")
def test_damaged_vectors(number: int) -> None:
    struct, octets = VECTORS[number]
    data, chance = bytes.fromhex(octets), random.Random(number)
    assert outcome(struct, "python", data)[0] == "value"
    kinds = set()
    for _ in range(MUTANTS):
        mutant = damaged(data, chance)
        found = outcome(struct, "python", mutant)
        assert found == outcome(struct, "interp", mutant), mutant.hex()
        kinds.add(found[0])
    assert "error" in kinds
