"""A relay: stands between clients and a server, passes on what they say by UDP and TCP, and lets a tap see and spoil it.

Promise: the tap decides about each datagram and each piece of a stream: pass it on, not at all, twice, later, changed, or cut
the conversation.  Nothing is held without a bound, the order of a stream is kept, the end of one direction is passed on as
such, and a reset as a reset.  What a client or the server does never ends the relay; an exception of the tap does, for that
is a mistake in the program.

`bitwright record` is a relay whose tap writes down; the tests of faults are relays whose tap loses.
"""

from __future__ import annotations

from bitwright.net.relay.relay import Relay
from bitwright.net.relay.tap import Conversation, Cut, Forward, Lossy, Tap, Verdict

__all__ = ["Conversation", "Cut", "Forward", "Lossy", "Relay", "Tap", "Verdict"]
