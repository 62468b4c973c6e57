"""The recorded captures: packets, link types, lengths and times as their inventory and capinfos have them."""

from __future__ import annotations

import io
import shutil
import subprocess
from decimal import Decimal

import pytest

from bitwright import capture
from bitwright.capture import CaptureError, Packet
from tests.capture.inventory import CAPTURES, Entry, entries, needed

# Files whose reading ends in an error: how many packets come before it, its code, and why.
REFUSED = {
    "mauricelam+btsnoop-rs/btsnoop_hci_android.log": (0, "unsupported", "btsnoop is no container of ours"),
    "hostile/OISF+suricata-verify/tls_DER-incomplete-header.pcap": (6, "record-length", "record 7 announces 4 MB; tshark stops there too"),
    "hostile/OISF+suricata-verify/tls_DER-incomplete-content.pcap": (6, "record-length", "the same"),
    "hostile/rshk+python-pcapng/test007.ntar": (0, "block-length", "its section header's two lengths differ; tshark stops there too"),
    "hostile/the-tcpdump-group+libpcap/linktype-reserved-field-not-zero.pcap": (0, "header", "libpcap and tshark refuse it too"),
    "hostile/the-tcpdump-group+libpcap/pcap-invalid-version-1.pcap": (0, "version", "version 1.4; libpcap and tshark refuse it too"),
    "hostile/the-tcpdump-group+libpcap/pcapng-invalid-vers-1.pcapng": (0, "version", "version 0.1; libpcap and tshark refuse it too"),
    "hostile/the-tcpdump-group+libpcap/pcapng-invalid-vers-2.pcapng": (0, "version", "version 1.1; libpcap and tshark refuse it too"),
}

# capinfos overflows on the times of the year 586,000 in this file; tshark prints them as they are.
CAPINFOS_WRONG = {"seladb+PcapPlusPlus/pcapng-example.pcapng"}

# Every kind of clock: microseconds, nanoseconds, several interfaces, absurd times.
TSHARK_TIMES = [
    "seladb+PcapPlusPlus/pcapng-example.pcapng", "the-tcpdump-group+tcpdump/tcp-handshake-nano.pcap", "arkime+arkime/bigendian.pcap",
    "mikeryan+crackle/le_secure_connections.pcapng", "hadrielk+pcapng-test-generator/le__test201.pcapng",
    "the-tcpdump-group+tcpdump/time_2106.pcap", "rusticata+pcap-parser/modified-format.pcap",
]  # fmt: skip

LINK_TYPES = {
    "ETHERNET": 1, "NULL": 0, "RAW": 101, "RAW(12)": 12, "LINUX_SLL": 113, "LINUX_SLL2": 276, "IPV4": 228, "IPV6": 229, "NFLOG": 239,
}  # fmt: skip


def read(entry: Entry) -> tuple[list[Packet], CaptureError | None]:
    packets: list[Packet] = []
    try:
        with capture.open(entry.path) as reader:
            packets.extend(reader)
    except CaptureError as error:
        return packets, error
    return packets, None


def link_types(entry: Entry) -> set[int]:
    with capture.open(entry.path) as reader:
        list(reader)
        return {interface.link_type for interface in reader.interfaces}


@pytest.mark.parametrize("entry", entries() or [None], ids=lambda entry: entry.file if entry else "none")
def test_every_packet_of_every_capture(entry: Entry | None) -> None:
    if entry is None:
        needed()
        return
    packets, error = read(entry)
    assert [packet.number for packet in packets] == list(range(1, len(packets) + 1))
    assert all(len(packet.data) == packet.captured for packet in packets)
    if entry.file in REFUSED:
        count, code, _ = REFUSED[entry.file]
        assert error is not None
        assert (len(packets), error.code, error.packet) == (count, code, count + 1)
        assert 0 <= error.byte_offset <= entry.path.stat().st_size
        return
    assert error is None
    assert len(packets) == entry.packets
    assert sum(packet.captured < packet.original for packet in packets) == entry.cut
    if all(name in LINK_TYPES for name in entry.link_types.split(",")):
        assert link_types(entry) == {LINK_TYPES[name] for name in entry.link_types.split(",")}
    assert {packet.link_type for packet in packets} <= link_types(entry)


def test_the_list_of_refused_files_names_files_that_are_there() -> None:
    assert set(REFUSED) <= {entry.file for entry in needed()}


def test_first_and_last_time_are_those_of_capinfos() -> None:
    found = [entry for entry in needed() if not entry.hostile and entry.file not in {*REFUSED, *CAPINFOS_WRONG}]
    if shutil.which("capinfos") is None:
        pytest.skip("capinfos is not installed: this test compares times with it")
    command = ["capinfos", "-T", "-r", "-a", "-e", "-S", *(entry.file for entry in found)]
    said = subprocess.run(command, cwd=CAPTURES, capture_output=True, text=True, check=False)
    table = {line.split("\t")[0]: line.split("\t")[1:] for line in said.stdout.splitlines()}
    compared = 0
    for entry in found:
        row = table.get(entry.file)
        if row is None or len(row) != 2 or "n/a" in row:
            continue  # capinfos does not read its link type, or it has no times
        times = [packet.timestamp_ns for packet in read(entry)[0] if packet.timestamp_ns is not None]
        assert (min(times), max(times)) == (_nanoseconds(row[0]), _nanoseconds(row[1])), entry.file
        compared += 1
    assert compared > 90


@pytest.mark.parametrize("file", TSHARK_TIMES)
def test_every_time_is_that_of_tshark(file: str) -> None:
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed: this test compares times with it")
    entry = next(entry for entry in needed() if entry.file == file)
    command = ["tshark", "-n", "-r", str(entry.path), "-T", "fields", "-e", "frame.time_epoch"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert [packet.timestamp_ns or 0 for packet in read(entry)[0]] == [_nanoseconds(line) if line else 0 for line in said]


def _nanoseconds(seconds: str) -> int:
    return int(Decimal(seconds) * 10**9)


def test_a_reader_of_a_file_object_gives_the_same() -> None:
    for entry in needed():
        if entry.file in REFUSED or entry.packets > 2000:
            continue
        with capture.open(io.BytesIO(entry.path.read_bytes())) as reader:
            assert list(reader) == read(entry)[0]
