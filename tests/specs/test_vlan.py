"""VLAN tags."""

from __future__ import annotations

from bitwright_specs.ethernet import EtherType
from bitwright_specs.vlan import VLAN
from tests.specs.wire import Wire

SERVICE_TAG = "a0648100" + "00070800" + "4500"


def test_two_tags(wire: Wire) -> None:
    service = wire.read(VLAN, SERVICE_TAG)
    assert (service.pcp, service.dei, service.vid, service.type) == (5, False, 100, EtherType.VLAN)
    customer = wire.read(VLAN, service.payload)
    assert (customer.pcp, customer.vid, customer.type) == (0, 7, EtherType.IPV4)
    assert customer.payload == b"\x45\x00"


def test_drop_eligible(wire: Wire) -> None:
    assert wire.read(VLAN, "1fff86dd").dei is True


def test_8023_length_inside_a_tag(wire: Wire) -> None:
    tag, used = wire.layer(VLAN, "00010003424203000000")
    assert (tag.payload.hex(), used, tag.is_llc) == ("424203", 7, True)


def test_build(wire: Wire) -> None:
    assert wire.build(VLAN(vid=7, type=EtherType.IPV4, payload=b"\x45\x00")).hex() == "000708004500"


def test_vid_beyond_twelve_bits_is_refused(wire: Wire) -> None:
    error = wire.unbuildable(VLAN(vid=4096, type=EtherType.IPV4))
    assert (error.code, error.path) == ("range", "vid")


def test_cut(wire: Wire) -> None:
    wire.cut(VLAN, SERVICE_TAG, fixed=4)
