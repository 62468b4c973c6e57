"""Tags of unions: expressions over two fields, and ranges."""

from __future__ import annotations

from bitwright import Struct, auto, raw, u8, u16, variant
from tests.engines.agreement import agreed, built


class RData(Struct):
    """What a record holds depends on its class and its type."""


class Opaque(RData):
    data: bytes = raw()


class InternetA(RData, tag=1 << 16 | 1):
    address: int = u16()


class ChaosA(RData, tag=3 << 16 | 1):
    name: int = u8()
    address: int = u16()


class Private(RData, tag=(7 << 16 | 9, range(1 << 16 | 100, 1 << 16 | 104))):
    number: int = u8()


class Record(Struct):
    type: int = auto(u16())
    rclass: int = u16(default=1)
    length: int = auto(u8())
    rdata: RData = variant(RData, on=(rclass << 16) | type, unknown=Opaque, size=length)


def test_a_union_by_two_fields() -> None:
    assert built(Record(rdata=InternetA(address=5))) == b"\0\1\0\1\2\0\5"
    chaos = built(Record(rclass=3, rdata=ChaosA(name=7, address=5)))
    assert chaos == b"\0\1\0\3\3\7\0\5"
    assert Record.parse(chaos).relaxed().build() == chaos
    other = built(Record(type=1, rclass=2, rdata=Opaque(data=b"x")))
    assert Record.parse(other).relaxed() == Record(type=1, rclass=2, rdata=Opaque(data=b"x"))
    for wrong in (Record(rclass=3, rdata=InternetA(address=5)), Record(rdata=ChaosA(name=1, address=1))):
        found = agreed(Record, "build", wrong).problem
        assert (found.code, found.path) == ("range", "type")
    assert agreed(Record, "build", Record(rdata=Opaque(data=b""))).problem.code == "tag"


def test_ranges_of_tags() -> None:
    for number in range(100, 104):
        data = b"\0" + bytes((number,)) + b"\0\1\1\7"
        value = agreed(Record, "parse", data).value
        assert value.rdata == Private(number=7)
        assert value.relaxed().build() == data
    assert type(agreed(Record, "parse", b"\0\x68\0\1\1\7").value.rdata) is Opaque
    assert built(Record(rclass=7, rdata=Private(number=1))) == b"\0\x09\0\7\1\1"
    assert "Private (458761, 65636 to 65639)" in " ".join(Record.diagram().split())
