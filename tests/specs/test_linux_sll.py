"""Linux cooked headers, version 1."""

from __future__ import annotations

from bitwright_specs.ethernet import EtherType
from bitwright_specs.linux_sll import LinuxSLL, PacketType
from tests.specs.wire import Wire

OUTGOING = "0004" + "0001" + "0006" + "00005e0053020000" + "0800" + "45"


def test_outgoing(wire: Wire) -> None:
    header = wire.read(LinuxSLL, OUTGOING)
    assert (header.packet_type, header.hardware_type, header.protocol) == (PacketType.FROM_US, 1, EtherType.IPV4)
    assert header.address[: header.address_length].hex() == "00005e005302"
    assert header.payload == b"E"


def test_bytes_behind_the_address_are_kept(wire: Wire) -> None:
    assert wire.read(LinuxSLL, OUTGOING.replace("53020000", "5302beef")).address.hex() == "00005e005302beef"


def test_address_longer_than_its_field(wire: Wire) -> None:
    header = wire.read(LinuxSLL, "0000" + "0020" + "0014" + "80000048fe800000" + "0800")
    assert (header.address_length, len(header.address)) == (20, 8)


def test_llc_inside(wire: Wire) -> None:
    assert wire.read(LinuxSLL, OUTGOING[:28] + "0004" + "424203").protocol == 4


def test_build(wire: Wire) -> None:
    header = LinuxSLL(packet_type=PacketType.FROM_US, address=bytes.fromhex("00005e0053020000"), protocol=EtherType.IPV4, payload=b"E")
    assert wire.build(header).hex() == OUTGOING


def test_address_of_six_bytes_is_refused_when_building(wire: Wire) -> None:
    error = wire.unbuildable(LinuxSLL(address=bytes(6), protocol=EtherType.IPV4))
    assert (error.code, error.path) == ("size", "address")


def test_cut(wire: Wire) -> None:
    wire.cut(LinuxSLL, OUTGOING, fixed=16)
