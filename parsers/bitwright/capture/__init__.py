"""Files to packets: pcap and pcapng, plain or gzip, from a path, a pipe or a file object.

    with bitwright.capture.open("file.pcap") as packets:
        for packet in packets:
            print(packet.number, packet.timestamp_ns, len(packet.data))

Promise: the container is told by its first bytes, never by its name; every whole packet before damage is
delivered, and then one `CaptureError` says where and what it is; memory stays constant whatever a file says.
The formats are Structs themselves: `pcap_format` and `pcapng_format`.
"""

from __future__ import annotations

from bitwright.capture.errors import CAPTURE_CODES, CaptureError
from bitwright.capture.opening import open_capture
from bitwright.capture.packet import CaptureLimits, Interface, Packet, Section
from bitwright.capture.reader import CaptureReader

open = open_capture  # noqa: A001  # the module's name says what is opened: capture.open(...)

__all__ = ["CAPTURE_CODES", "CaptureError", "CaptureLimits", "CaptureReader", "Interface", "Packet", "Section", "open", "open_capture"]
