"""Raw packets and DNS messages for the benchmarks, read by hand so that no contender prepares another's input."""

from __future__ import annotations

import struct
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "samples" / "dns.pcap"
MAKE_BIG = ROOT.parent / "shared" / "captures" / "make_big.py"
MIX_PACKETS = 20_000


def read_pcap(path: Path) -> list[bytes]:
    """The packets of a little-endian pcap."""
    data = path.read_bytes()
    assert data[:4] == b"\xd4\xc3\xb2\xa1", f"{path} is not a little-endian pcap"
    packets, position = [], 24
    while position < len(data):
        (captured,) = struct.unpack_from("<I", data, position + 8)
        packets.append(data[position + 16 : position + 16 + captured])
        position += 16 + captured
    return packets


def udp_payload(frame: bytes) -> bytes | None:
    """The payload of an unfragmented Ethernet/IP/UDP packet to or from port 53, or None."""
    kind = frame[12:14]
    if kind == b"\x08\x00" and frame[23] == 17 and not int.from_bytes(frame[20:22], "big") & 0x3FFF:
        udp = frame[14 + (frame[14] & 15) * 4 :]
    elif kind == b"\x86\xdd" and frame[20] == 17:
        udp = frame[54:]
    else:
        return None
    source, target, length = struct.unpack_from("!HHH", udp)
    return udp[8:length] if 53 in (source, target) and len(udp) >= length else None


def dns_messages(path: Path) -> list[bytes]:
    """The DNS messages in datagrams of a pcap."""
    return [message for frame in read_pcap(path) if (message := udp_payload(frame))]


@cache
def capture_of(packets: int) -> Path:
    """A capture of about that many packets: a real mix where `make_big.py` is at hand, else the sample repeated."""
    folder = Path(tempfile.gettempdir()) / "bitwright-benchmarks"
    folder.mkdir(exist_ok=True)
    if MAKE_BIG.exists():
        path = folder / f"mix-{packets}.pcap"
        if not path.exists():
            command = [sys.executable, str(MAKE_BIG), "--packets", str(packets), "--out", str(path)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return path
    path = folder / f"sample-{packets}.pcap"
    content = SAMPLE.read_bytes()
    whole, rest = divmod(packets, len(read_pcap(SAMPLE)))
    assert whole, f"the sample has more than {packets} packets"
    path.write_bytes(content[:24] + content[24:] * (whole + bool(rest)))
    return path
