"""Files to packets: pcap and pcapng, plain or gzip, from a path, a pipe or a file object; and packets to pcapng files.

    with bitwright.capture.open("file.pcap") as packets:
        for packet in packets:
            print(packet.number, packet.timestamp_ns, len(packet.data))

    with bitwright.capture.create("new.pcapng") as made:
        made.interface(1, name="eth0")
        made.packet(packet.timestamp_ns, packet.data)

Promise: the container is told by its first bytes, never by its name; every whole packet before damage is
delivered, and then one `CaptureError` says where and what it is; memory stays constant whatever a file says.
The formats are Structs themselves: `pcap_format` and `pcapng_format`.
"""

from __future__ import annotations

from bitwright.capture.errors import CAPTURE_CODES, CaptureError
from bitwright.capture.opening import create_capture, open_capture
from bitwright.capture.packet import CaptureLimits, Interface, Packet, Section
from bitwright.capture.reader import CaptureReader

open = open_capture  # noqa: A001  # the module's name says what is opened: capture.open(...)
create = create_capture

__all__ = [
    "CAPTURE_CODES", "CaptureError", "CaptureLimits", "CaptureReader", "Interface", "Packet", "Section", "create", "create_capture",
    "open", "open_capture",
]  # fmt: skip
