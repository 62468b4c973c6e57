"""Running commands in this process, and captures to run them on."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from bitwright.cli import main
from tests.cli.running import QUERY, Result, Run, pcap, udp_frame


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("decode", path, stdin=b"...")`: the command's exit code, stdout and stderr."""

    def call(*arguments: str | Path, stdin: bytes = b"") -> Result:
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(stdin), fileno=_no_file, isatty=lambda: False))
        code = main([str(argument) for argument in arguments])
        captured = capfdbinary.readouterr()
        return Result(code, captured.out, captured.err.decode())

    return call


def _no_file() -> int:
    raise io.UnsupportedOperation("fileno")


@pytest.fixture
def one_query(tmp_path: Path) -> Path:
    """A capture of one DNS query."""
    path = tmp_path / "query.pcap"
    path.write_bytes(pcap([udp_frame(QUERY)]))
    return path


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A capture with an `ok`, a `malformed` and a `cut` packet, and an `ok` one that ends unexplained."""
    pointing_ahead = QUERY[:12] + b"\xc0\xff\x00\x01\x00\x01"
    frames = [udp_frame(QUERY), udp_frame(pointing_ahead), udp_frame(QUERY + bytes(200)), udp_frame(b"\x01\x02", target=9)]
    path = tmp_path / "mixed.pcap"
    path.write_bytes(pcap(frames, snap_length=len(frames[0])))
    return path
