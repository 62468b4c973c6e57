"""Captures that are written here are read back the same: here, and by tshark."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest

from bitwright import capture

NOON = 1_600_000_000_123_456_789
SAMPLES = Path(__file__).parents[2] / "samples"


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "made.pcapng"
    with capture.create(path, application="tests", comment="two interfaces") as made:
        assert made.interface(1, name="eth0", description="first", snap_length=100) == 0
        assert made.interface(101) == 1
        made.packet(NOON, b"x" * 60)
        made.packet(NOON + 1, b"abc", interface=1, original=1000, comment="cut")
        assert made.packets_written == 2
    with capture.open(path) as packets:
        first, second = list(packets)
        assert (first.timestamp_ns, first.link_type, first.data, first.original) == (NOON, 1, b"x" * 60, 60)
        assert (second.timestamp_ns, second.link_type, second.data, second.original) == (NOON + 1, 101, b"abc", 1000)
        section, (one, two) = packets.sections[0], packets.interfaces
        assert (section.application, section.comments) == ("tests", ("two interfaces",))
        assert (one.name, one.description, one.snap_length, one.ticks_per_second) == ("eth0", "first", 100, 10**9)
        assert (two.name, two.link_type) == ("", 101)


@pytest.mark.parametrize("size", range(9))
@pytest.mark.parametrize("comment", ["", "c", "käse"])
def test_each_size_of_data_and_comment_is_padded(size: int, comment: str) -> None:
    file = io.BytesIO()
    made = capture.create(file, application="x" * size)
    made.interface(1, name="n" * size)
    for _ in range(2):
        made.packet(NOON, bytes(range(size)), comment=comment)
    file.seek(0)
    with capture.open(file) as packets:
        assert [packet.data for packet in packets] == [bytes(range(size))] * 2
        assert (packets.sections[0].application, packets.interfaces[0].name) == ("x" * size, "n" * size)


def test_a_packet_can_be_read_as_soon_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "made.pcapng"
    with capture.create(path) as made:
        made.interface(1)
        for number in range(1, 4):
            made.packet(NOON, b"x")
            with capture.open(path) as packets:
                assert len(list(packets)) == number


def test_a_sample_is_written_again_packet_by_packet(tmp_path: Path) -> None:
    path = tmp_path / "again.pcapng"
    with capture.open(SAMPLES / "dns.pcapng") as packets, capture.create(path) as made:
        found = list(packets)
        for interface in packets.interfaces:
            made.interface(interface.link_type, name=interface.name)
        for packet in found:
            assert packet.timestamp_ns is not None
            made.packet(packet.timestamp_ns, packet.data, interface=packet.interface, original=packet.original)
    with capture.open(path) as packets:
        assert list(packets) == found


def test_a_text_longer_than_an_option_is_cut_between_characters() -> None:
    file = io.BytesIO()
    capture.create(file, comment="é" * 40_000)
    file.seek(0)
    with capture.open(file) as packets:
        assert not list(packets)
        assert packets.sections[0].comments == ("é" * 32767,)


def test_what_the_format_cannot_say_is_refused_and_nothing_is_written() -> None:
    file = io.BytesIO()
    made = capture.create(file)
    with pytest.raises(ValueError, match="interface 0 was not described"):
        made.packet(NOON, b"")
    made.interface(1)
    before = file.tell()
    with pytest.raises(ValueError, match="-1 ns"):
        made.packet(-1, b"")
    with pytest.raises(ValueError, match="original=1 bytes, of which 2"):
        made.packet(NOON, b"ab", original=1)
    assert file.tell() == before


def test_a_file_of_the_caller_stays_open_and_a_path_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    file = io.BytesIO()
    with capture.create(file):
        pass
    assert not file.closed
    with pytest.raises(OSError, match="No such file"):
        capture.create(tmp_path / "missing" / "made.pcapng")


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed: apt install tshark")
def test_tshark_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "made.pcapng"
    with capture.create(path, application="tests") as made:
        made.interface(1, name="eth0")
        made.interface(101, name="tun0")
        made.packet(NOON, b"x" * 60, comment="käse")
        made.packet(NOON + 1, b"E" * 21, interface=1, original=1000)
    fields = ["frame.time_epoch", "frame.len", "frame.cap_len", "frame.interface_name", "frame.encap_type"]
    command = ["tshark", "-r", str(path), "-T", "fields", *(part for field in fields for part in ("-e", field))]
    lines = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
    assert [line.split("\t") for line in lines] == [
        ["1600000000.123456789", "60", "60", "eth0", "1"], ["1600000000.123456790", "1000", "21", "tun0", "7"]
    ]  # fmt: skip


class Narrow(io.RawIOBase):
    """A file that takes three bytes at a time, and then none."""

    def __init__(self, room: int) -> None:
        self.data, self.room = b"", room

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int | None:
        taken = bytes(data)[: min(3, self.room - len(self.data))]  # type: ignore[call-overload]
        self.data += taken
        return len(taken) or None


def test_a_file_that_takes_little_at_a_time_gets_all_and_one_that_takes_nothing_says_so() -> None:
    narrow = Narrow(room=28 + 32 + 36 + 10)
    made = capture.create(narrow)  # type: ignore[arg-type]
    made.interface(1)
    made.packet(NOON, b"data")
    with pytest.raises(BlockingIOError):
        made.packet(NOON, b"data")
    with capture.open(io.BytesIO(narrow.data)) as packets:
        assert next(iter(packets)).data == b"data"
        with pytest.raises(capture.CaptureError, match="truncated"):
            next(iter(packets))
