"""Complete the UDP and TCP checksums of a pcap recorded on Linux loopback.

The kernel leaves them to a network card that loopback does not have, so the recording holds only the sum of
the pseudo-header.  Standard library only, and deliberately nothing of bitwright: the sample must not be made
by what it tests.  Usage: python3 finish_checksums.py IN.pcap OUT.pcap
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

CHECKSUM_OFFSET = {6: 16, 17: 6}  # IP protocol -> where its header holds the checksum


def main(source: str, target: str) -> None:
    """Rewrite the file packet by packet."""
    data = bytearray(Path(source).read_bytes())
    magic, *_, link_type = struct.unpack_from("<IHHiIII", data)
    if magic != 0xA1B2C3D4 or link_type != 1:
        sys.exit(f"{source}: not a little-endian pcap of Ethernet frames")
    position = 24
    while position < len(data):
        captured, original = struct.unpack_from("<II", data, position + 8)
        if captured == original:
            finish(memoryview(data)[position + 16 : position + 16 + captured])
        position += 16 + captured
    Path(target).write_bytes(data)


def finish(frame: memoryview) -> None:
    """Set the checksum of one Ethernet frame, if it carries UDP or TCP."""
    ether_type = int.from_bytes(frame[12:14], "big")
    packet = frame[14:]
    if ether_type == 0x0800:
        protocol, addresses, segment = packet[9], packet[12:20], packet[(packet[0] & 15) * 4 : int.from_bytes(packet[2:4], "big")]
    elif ether_type == 0x86DD:
        protocol, addresses, segment = packet[6], packet[8:40], packet[40 : 40 + int.from_bytes(packet[4:6], "big")]
    else:
        return
    offset = CHECKSUM_OFFSET.get(protocol)
    if offset is None:
        return
    segment[offset : offset + 2] = b"\0\0"
    covered = bytes(addresses) + struct.pack("!II", protocol, len(segment)) + bytes(segment)
    covered += b"\0" * (len(covered) % 2)
    total = sum(struct.unpack(f"!{len(covered) // 2}H", covered))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    segment[offset : offset + 2] = ((~total & 0xFFFF) or 0xFFFF).to_bytes(2, "big")


if __name__ == "__main__":
    main(*sys.argv[1:])
