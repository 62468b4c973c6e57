"""ARP and its relatives."""

from __future__ import annotations

from bitwright import IPv4Address, MACAddress
from bitwright_specs.arp import ARP, EthernetIPv4, HardwareType, Operation, OtherAddresses
from bitwright_specs.ethernet import EtherType
from tests.specs.wire import Wire

REQUEST = "0001080006040001" + "00005e005302c0000201" + "000000000000c0000202"
INFINIBAND = "0020080014040002" + "11" * 20 + "c0000201" + "22" * 20 + "c0000202"


def test_request(wire: Wire) -> None:
    packet = wire.read(ARP, REQUEST)
    assert (packet.hardware_type, packet.protocol_type) == (HardwareType.ETHERNET, EtherType.IPV4)
    assert packet.operation is Operation.REQUEST
    addresses = packet.addresses
    assert isinstance(addresses, EthernetIPv4)
    assert str(addresses.sender_hardware) == "00:00:5e:00:53:02"
    assert [str(addresses.sender_protocol), str(addresses.target_protocol)] == ["192.0.2.1", "192.0.2.2"]
    assert addresses.target_hardware == bytes(6)


def test_build_request(wire: Wire) -> None:
    addresses = EthernetIPv4(
        sender_hardware=MACAddress("00:00:5e:00:53:02"), sender_protocol=IPv4Address("192.0.2.1"), target_protocol=IPv4Address("192.0.2.2")
    )
    assert wire.build(ARP(operation=Operation.REQUEST, addresses=addresses)).hex() == REQUEST


def test_other_hardware_keeps_its_addresses_as_bytes(wire: Wire) -> None:
    packet = wire.read(ARP, INFINIBAND)
    assert packet.hardware_type is HardwareType.INFINIBAND
    addresses = packet.addresses
    assert isinstance(addresses, OtherAddresses)
    assert (addresses.sender_hardware, addresses.target_protocol) == (b"\x11" * 20, bytes([192, 0, 2, 2]))


def test_ethernet_with_odd_sizes_is_not_read_as_ethernet(wire: Wire) -> None:
    packet = wire.read(ARP, "0001080001000001" + "aa" + "bb")
    assert packet.addresses == OtherAddresses(sender_hardware=b"\xaa", sender_protocol=b"", target_hardware=b"\xbb", target_protocol=b"")


def test_ethernet_padding_is_left_over(wire: Wire) -> None:
    assert wire.layer(ARP, REQUEST + "00" * 18)[1] == 28


def test_cut(wire: Wire) -> None:
    wire.cut(ARP, REQUEST)
    wire.cut(ARP, INFINIBAND)
