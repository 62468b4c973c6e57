"""LLC and SNAP."""

from __future__ import annotations

from bitwright_specs.ethernet import EtherType
from bitwright_specs.llc import LLC, SAP, SNAP
from tests.specs.wire import Wire


def test_unnumbered_frame_has_one_byte_of_control(wire: Wire) -> None:
    frame = wire.read(LLC, "424203" + "0000")
    assert (frame.dsap, frame.ssap, frame.control) == (SAP.SPANNING_TREE, SAP.SPANNING_TREE, 3)
    assert frame.control_extension is None
    assert frame.payload == b"\0\0"


def test_supervisory_frame_has_two_bytes_of_control(wire: Wire) -> None:
    frame = wire.read(LLC, "04050103")
    assert (frame.control, frame.control_extension, frame.payload) == (1, 3, b"")


def test_information_frame_has_two_bytes_of_control(wire: Wire) -> None:
    frame = wire.read(LLC, "f0f00a0cff")
    assert (frame.control, frame.control_extension, frame.payload) == (0x0A, 0x0C, b"\xff")


def test_snap_with_an_ethertype(wire: Wire) -> None:
    header = wire.read(SNAP, "000000" + "0800" + "45")
    assert (header.oui, header.protocol, header.ethertype) == (0, EtherType.IPV4, 0x0800)


def test_snap_of_another_organization_has_no_ethertype(wire: Wire) -> None:
    header = wire.read(SNAP, "00000c" + "2000" + "02b4")
    assert (header.oui, header.protocol, header.ethertype) == (0x00000C, 0x2000, 0)


def test_build(wire: Wire) -> None:
    snap = wire.build(SNAP(protocol=EtherType.IPV4, payload=b"E"))
    assert wire.build(LLC(dsap=SAP.SNAP, ssap=SAP.SNAP, payload=snap)).hex() == "aaaa03000000080045"


def test_missing_second_byte_of_control_is_refused(wire: Wire) -> None:
    error = wire.unbuildable(LLC(dsap=SAP.OSI, ssap=SAP.OSI, control=0))
    assert error.code == "presence"


def test_cut(wire: Wire) -> None:
    wire.cut(LLC, "040501037f", fixed=4)
    wire.cut(SNAP, "0000000800", fixed=5)
