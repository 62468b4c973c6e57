"""Ethernet II and 802.3 frames."""

from __future__ import annotations

import pytest

from bitwright import MACAddress
from bitwright_specs.ethernet import Ethernet, EtherType
from tests.specs.wire import Wire

FRAME = "00005e00530100005e0053020800" + "4500"
SPANNING_TREE = "0180c200000000005e0053020026424203" + "00" * 35
TOP = MACAddress("00:00:5e:00:53:01")


def test_ethernet_ii(wire: Wire) -> None:
    frame = wire.read(Ethernet, FRAME)
    assert (str(frame.dst), str(frame.src)) == ("00:00:5e:00:53:01", "00:00:5e:00:53:02")
    assert frame.type is EtherType.IPV4
    assert frame.payload == b"\x45\x00"
    assert not frame.is_llc


def test_8023_length_bounds_the_payload(wire: Wire) -> None:
    frame = wire.read(Ethernet, SPANNING_TREE)
    assert frame.type == 38 == len(frame.payload)
    assert frame.is_llc


def test_padding_behind_an_8023_payload_is_not_payload(wire: Wire) -> None:
    frame, used = wire.layer(Ethernet, SPANNING_TREE + "00" * 8)
    assert (len(frame.payload), used) == (38, 52)


def test_8023_payload_cut_by_the_capture(wire: Wire) -> None:
    frame, used = wire.layer(Ethernet, SPANNING_TREE[:-20])
    assert (len(frame.payload), used) == (28, 52)
    assert wire.refuse(Ethernet, SPANNING_TREE[:-20]).code == "truncated"


@pytest.mark.parametrize("number", [1501, 1535, 1536, 0x88B5, 0xFFFF])
def test_numbers_above_1500_are_types_and_unknown_ones_are_kept(wire: Wire, number: int) -> None:
    frame = wire.read(Ethernet, FRAME[:24] + f"{number:04x}" + "00112233")
    assert frame.type == number
    assert frame.payload.hex() == "00112233"


def test_build_with_a_wrong_8023_length_is_refused(wire: Wire) -> None:
    error = wire.unbuildable(Ethernet(dst=TOP, src=TOP, type=EtherType(3), payload=b"four"))
    assert error.path == "payload"


def test_build(wire: Wire) -> None:
    frame = Ethernet(dst=TOP, src=MACAddress("00-00-5e-00-53-02"), type=EtherType.IPV4, payload=b"\x45\x00")
    assert wire.build(frame).hex() == FRAME


def test_cut(wire: Wire) -> None:
    wire.cut(Ethernet, FRAME, fixed=14)
    wire.cut(Ethernet, SPANNING_TREE)
