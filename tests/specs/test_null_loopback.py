"""BSD loopback headers."""

from __future__ import annotations

import pytest

from bitwright_specs.null_loopback import AddressFamily, Loop, NullLoopback
from tests.specs.wire import Wire


@pytest.mark.parametrize(("octets", "little"), [("0200000045", True), ("0000000245", False)])
def test_family_in_either_byte_order(wire: Wire, octets: str, little: bool) -> None:
    header = wire.read(NullLoopback, octets, little_endian=little)
    assert (header.family, header.payload) == (AddressFamily.INET, b"E")


def test_little_endian_is_the_default(wire: Wire) -> None:
    assert wire.read(NullLoopback, "1e00000060").family is AddressFamily.INET6_DARWIN


def test_loop_is_big_endian(wire: Wire) -> None:
    assert wire.read(Loop, "0000001860").family is AddressFamily.INET6_NETBSD


def test_unknown_family_is_kept(wire: Wire) -> None:
    assert wire.read(NullLoopback, "6300000000").family == 99


def test_build(wire: Wire) -> None:
    header = NullLoopback(family=AddressFamily.INET, payload=b"E")
    assert wire.build(header).hex() == "0200000045"
    assert wire.build(header, little_endian=False).hex() == "0000000245"
    assert wire.build(Loop(family=AddressFamily.INET, payload=b"E")).hex() == "0000000245"


def test_cut(wire: Wire) -> None:
    wire.cut(NullLoopback, "0200000045", fixed=4)
    wire.cut(Loop, "0000000245", fixed=4)
