"""Linux cooked headers, version 2."""

from __future__ import annotations

from bitwright_specs.ethernet import EtherType
from bitwright_specs.linux_sll import PacketType
from bitwright_specs.linux_sll2 import LinuxSLL2
from tests.specs.wire import Wire

LOOPBACK = "0800" + "0000" + "00000003" + "0304" + "00" + "06" + "0000000000000000" + "45"


def test_loopback(wire: Wire) -> None:
    header = wire.read(LinuxSLL2, LOOPBACK)
    assert (header.protocol, header.interface_index, header.hardware_type) == (EtherType.IPV4, 3, 772)
    assert (header.packet_type, header.address_length, header.payload) == (PacketType.TO_US, 6, b"E")


def test_reserved_bits_are_a_finding(wire: Wire) -> None:
    assert wire.codes(LinuxSLL2, LOOPBACK.replace("08000000", "08000001")) == [("reserved-bits", "reserved_bits")]


def test_build(wire: Wire) -> None:
    assert wire.build(LinuxSLL2(protocol=EtherType.IPV4, interface_index=3, hardware_type=772, payload=b"E")).hex() == LOOPBACK


def test_cut(wire: Wire) -> None:
    wire.cut(LinuxSLL2, LOOPBACK, fixed=20)
