"""Capture files as one declared value: the readers find the same in them, in either byte order."""

from __future__ import annotations

from pathlib import Path

import pytest

from bitwright import ParseError, capture
from bitwright.capture.files import PcapFile, PcapngFile
from bitwright.capture.pcapng_format import EnhancedPacket
from tests.capture import files

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLES = ROOT / "samples"


@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize("magic", [files.MICROSECONDS, files.NANOSECONDS])
def test_a_pcap_file_tells_its_byte_order(order: str, magic: int) -> None:
    data = files.pcap_header(order, magic=magic) + files.record(b"first", 7, 8, order=order) + files.record(b"", order=order)
    file = PcapFile.parse(data)
    assert file.is_little == (order == "little")
    assert file.header.magic == magic
    assert [(record.seconds, record.fraction, record.data) for record in file.records] == [(7, 8, b"first"), (0, 0, b"")]
    assert file.build() == data
    assert file.relaxed().build() == data


def test_the_sample_is_read_as_its_readers_do() -> None:
    with capture.open(SAMPLES / "dns.pcap") as packets:
        found = [bytes(one.data) for one in packets]
    assert [record.data for record in PcapFile.parse((SAMPLES / "dns.pcap").read_bytes()).records] == found
    file = PcapngFile.parse((SAMPLES / "dns.pcapng").read_bytes())
    with capture.open(SAMPLES / "dns.pcapng") as packets:
        assert [one.body.data for one in file.blocks if isinstance(one.body, EnhancedPacket)] == [bytes(one.data) for one in packets]


@pytest.mark.parametrize("order", ["little", "big"])
def test_a_pcapng_file_tells_its_byte_order(order: str) -> None:
    data = (ROOT / "fuzz" / "corpus" / "capture" / f"pcapng-{order}.bin").read_bytes()
    file = PcapngFile.parse(data)
    assert file.is_little == (order == "little")
    assert file.build() == data
    assert file.relaxed().build() == data


@pytest.mark.parametrize(("message", "at"), [(PcapFile, 0), (PcapngFile, 8)])
def test_other_magic_numbers_are_refused(message: type[PcapFile | PcapngFile], at: int) -> None:
    with pytest.raises(ParseError) as caught:
        message.parse(bytes(at) + b"\x12\x34\x56\x78" + bytes(28))
    assert (caught.value.code, caught.value.path) == ("check", "magic")
