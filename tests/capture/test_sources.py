"""Where captures come from: names, files, pipes, standard input, gzip; and what is no capture."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import sys
import threading
import zlib
from pathlib import Path
from types import SimpleNamespace

import pytest

from bitwright import capture
from bitwright.capture import CaptureError, CaptureLimits
from tests.capture import files
from tests.capture.reading import read, refusal, whole

PLAIN = files.pcap(files.PACKETS)


def test_a_path_as_text_or_as_a_path(tmp_path: Path) -> None:
    path = tmp_path / "anything.txt"
    path.write_bytes(PLAIN)
    for source in (str(path), path):
        with capture.open(source) as reader:
            assert [packet.data for packet in reader] == files.PACKETS
            assert (reader.format, reader.path, reader.size, reader.bytes_read) == ("pcap", str(path), len(PLAIN), len(PLAIN))
            assert reader.packets_read == 10


def test_the_name_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "misnamed.pcap"
    path.write_bytes(gzip.compress(files.pcapng(files.PACKETS)))
    with capture.open(path) as reader:
        assert reader.format == "pcapng"
        assert len(list(reader)) == 10


def test_a_file_that_was_opened_is_closed_one_that_was_given_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(PLAIN)
    with path.open("rb") as file, capture.open(file) as reader:
        assert len(list(reader)) == 10
        assert not file.closed
    reader = capture.open(path)
    assert next(iter(reader)).number == 1
    reader.close()
    reader.close()


def test_iterating_again_goes_on() -> None:
    with capture.open(io.BytesIO(PLAIN)) as reader:
        assert next(iter(reader)).number == 1
        assert next(iter(reader)).number == 2
        assert [packet.number for packet in reader] == list(range(3, 11))


def test_a_missing_file_and_a_folder_are_the_systems_errors(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        capture.open(tmp_path / "missing")
    with pytest.raises(IsADirectoryError):
        capture.open(tmp_path)


def test_a_text_file_object_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="binary"):
        capture.open(io.StringIO("text"))  # type: ignore[arg-type]  # the mistake
    with pytest.raises(TypeError, match="binary file"):
        capture.open(b"bytes")  # type: ignore[arg-type]  # the mistake


@pytest.mark.parametrize("data", [PLAIN, files.pcapng(files.PACKETS), gzip.compress(PLAIN)])
def test_a_pipe_written_byte_by_byte(data: bytes) -> None:
    below, above = os.pipe()

    def write() -> None:
        for at in range(len(data)):
            os.write(above, data[at : at + 1])
        os.close(above)

    writer = threading.Thread(target=write)
    writer.start()
    with os.fdopen(below, "rb", buffering=0) as pipe, capture.open(pipe) as reader:
        assert reader.size is None
        assert [packet.data for packet in reader] == files.PACKETS
    writer.join()


def test_packets_of_a_live_pipe_come_at_once() -> None:
    below, above = os.pipe()
    with os.fdopen(below, "rb") as pipe, os.fdopen(above, "wb", buffering=0) as out:
        out.write(files.pcap_header() + files.record(b"first"))
        with capture.open(pipe) as reader:
            packets = iter(reader)
            assert next(packets).data == b"first"
            out.write(files.record(b"second"))
            assert next(packets).data == b"second"


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(PLAIN)))
    with capture.open("-") as reader:
        assert reader.path == "<stdin>"
        assert len(list(reader)) == 10
    assert not sys.stdin.buffer.closed


# --- gzip ---------------------------------------------------------------------------------------


def test_gzip_of_several_members_and_with_padding_after_it() -> None:
    half = len(PLAIN) // 2
    members = gzip.compress(PLAIN[:half]) + gzip.compress(PLAIN[half:])
    assert [packet.data for packet in whole(members)] == files.PACKETS
    assert [packet.data for packet in whole(members + bytes(1000))] == files.PACKETS


def test_gzip_counts_the_compressed_bytes() -> None:
    data = gzip.compress(PLAIN)
    with capture.open(io.BytesIO(data)) as reader:
        assert len(list(reader)) == 10
        assert (reader.bytes_read, reader.size) == (len(data), len(data))


@pytest.mark.parametrize("compresslevel", [0, 1, 9])
def test_a_gzip_file_cut_anywhere_gives_a_prefix_and_one_error(compresslevel: int) -> None:
    data = gzip.compress(PLAIN, compresslevel)
    seen = set()
    for size in range(1, len(data)):
        packets, error = read(data[:size])
        assert [packet.data for packet in packets] == files.PACKETS[: len(packets)]
        assert error is not None
        assert error.code in {"truncated", "not-a-capture", "empty"}
        seen.add(len(packets))
    assert 10 in seen  # only the checksum was missing


def test_packets_before_damage_in_gzip_are_delivered() -> None:
    packets = [os.urandom(3000) for _ in range(200)]  # more than a chunk, hardly compressible
    data = bytearray(gzip.compress(files.pcap(packets)))
    at = len(data) // 2
    data[at : at + 4000] = bytes(4000)
    found, error = read(bytes(data))
    assert error is not None
    assert error.code in {"inflate", "record-length", "truncated"}
    assert len(found) > 80
    assert [packet.data for packet in found[:80]] == packets[:80]


def test_a_wrong_checksum_is_told_after_all_packets() -> None:
    data = bytearray(gzip.compress(PLAIN))
    data[-8] ^= 1
    packets, error = read(bytes(data))
    assert [packet.data for packet in packets] == files.PACKETS
    assert error is not None
    assert (error.code, error.packet) == ("inflate", 11)


def test_garbage_after_gzip_is_told_after_all_packets() -> None:
    packets, error = read(gzip.compress(PLAIN) + b"garbage")
    assert len(packets) == 10
    assert error is not None
    assert error.code == "inflate"


def test_a_bomb_stops_early() -> None:
    deflater = zlib.compressobj(9, wbits=31)
    bomb = bytearray(deflater.compress(files.pcap_header(snap_length=200_000)))
    filler = files.record(bytes(200_000)) * 50
    for _ in range(12):  # 120 MB
        bomb += deflater.compress(filler)
    bomb += deflater.flush()
    packets, error = read(bytes(bomb))
    assert error is not None
    assert error.code == "inflate-limit"
    assert 16 * 1024 * 1024 <= sum(len(packet.data) for packet in packets) <= 17 * 1024 * 1024


def test_a_bomb_that_is_no_capture_costs_nothing() -> None:
    assert refusal(gzip.compress(bytes(50_000_000), 1)).code == "not-a-capture"


def test_the_limit_for_bombs_can_be_raised() -> None:
    data = gzip.compress(files.pcap([bytes(60_000)] * 300))
    assert read(data)[1] is not None
    packets, error = read(data, CaptureLimits(inflate_ratio=2000))
    assert error is None
    assert len(packets) == 300


# --- what is no capture -------------------------------------------------------------------------


@pytest.mark.parametrize(("data", "code"), [
    (b"", "empty"),
    (b"hello, this is a text file\n", "not-a-capture"),
    (b"\xd4\xc3", "truncated"),
    (b"\x0a\x0d", "truncated"),
    (b"\x0ahello", "not-a-capture"),
    (b"\xfd7zXZ\0" + bytes(20), "unsupported"),
    (b"btsnoop\0" + bytes(20), "unsupported"),
    (b"snoop\0\0\0" + bytes(20), "unsupported"),
    (b"PK\x03\x04" + bytes(20), "unsupported"),
    (gzip.compress(b"hello", mtime=0), "not-a-capture"),
    (gzip.compress(b"", mtime=0), "empty"),
    (gzip.compress(gzip.compress(PLAIN, mtime=0), mtime=0), "not-a-capture"),
    (b"\x1f\x8bnonsense", "inflate"),
    (b"\x1f\x8b", "truncated"),
])  # fmt: skip
def test_files_that_are_no_captures(data: bytes, code: str) -> None:
    error = refusal(data)
    assert (error.code, error.packet) == (code, 1)


def test_an_error_is_one_line_names_the_file_and_can_be_pickled(tmp_path: Path) -> None:
    path = tmp_path / "cut.pcap"
    path.write_bytes(PLAIN[:-1])
    with pytest.raises(CaptureError) as raised, capture.open(path) as reader:
        list(reader)
    error = raised.value
    assert isinstance(error, ValueError)
    assert str(error).startswith(f"{path}: ")
    assert "\n" not in str(error)
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert (again.code, again.byte_offset, again.packet, again.path) == (error.code, error.byte_offset, error.packet, error.path)
