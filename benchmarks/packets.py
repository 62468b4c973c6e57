"""Raw packets and DNS messages for the benchmarks, read by hand so that no contender prepares another's input."""

from __future__ import annotations

import hashlib
import struct
import tempfile
from functools import cache
from pathlib import Path

from benchmarks import mix
from benchmarks.mix import write_capture

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "samples" / "dns.pcap"
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
    """A capture of so many packets of the mix that is made here; of this version of it, whatever lies there from another."""
    folder = Path(tempfile.gettempdir()) / "bitwright-benchmarks"
    folder.mkdir(exist_ok=True)
    path = folder / f"made-{_version_of_the_mix()}-{packets}.pcap"
    if not path.exists():
        write_capture(path, packets)
    return path


_instead: list[Path] = []


def use(capture: Path) -> None:
    """Take the DNS messages of this capture from now on, a little-endian pcap of Ethernet, instead of the mix that is made here."""
    _instead[:] = [capture]


def mixed_messages() -> list[bytes]:
    """The DNS messages that contenders are given."""
    return dns_messages(_instead[0] if _instead else capture_of(MIX_PACKETS))


def _version_of_the_mix() -> str:
    made_of = sorted(Path(mix.__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in made_of)).hexdigest()[:12]
