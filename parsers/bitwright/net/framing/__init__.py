"""A stream cut into messages, and messages put on a stream: without I/O, and without an event loop.

Promise: however the bytes are cut on the way, the frames are the same; memory is bounded by the limit; what is too long to be
sent is refused before a byte is written; no byte beyond a frame is touched, so that a stream can change its framing anywhere.
"""

from __future__ import annotations

from bitwright.net.framing.base import Framer, Framing
from bitwright.net.framing.counted import LengthField, LengthPrefix
from bitwright.net.framing.derive import framing_of
from bitwright.net.framing.fixed import FixedSize, Raw
from bitwright.net.framing.lines import Piece, Terminator
from bitwright.net.framing.pushed import PushParser

__all__ = ["FixedSize", "Framer", "Framing", "LengthField", "LengthPrefix", "Piece", "PushParser", "Raw", "Terminator", "framing_of"]
