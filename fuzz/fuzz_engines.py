"""Fuzz target: every shipped protocol in every engine.

An input is a byte that says which struct, and a message.  Invariant, for any bytes, as `bitwright.testing.EngineTarget` holds it:

1. Every engine makes the same value, or refuses; no exception but ParseError and BuildError leaves any of them.
2. What is built from a value is the same in each engine, and what the struct's certificate says.
3. Built again from what is not derived, it reads as that value.
4. Of one input in 200, value, repr and error are compared to the letter, strict and not.
"""

from __future__ import annotations

import functools
import sys
from typing import Final

from bitwright import Struct
from bitwright.testing.engines import EngineTarget
from bitwright.testing.labels import Label
from bitwright_specs import (
    arp,
    dns,
    ethernet,
    icmp,
    icmpv6,
    ipv4,
    ipv6,
    ipv6_extensions,
    linux_sll,
    linux_sll2,
    llc,
    null_loopback,
    tcp,
    udp,
    vlan,
)  # fmt: skip
from fuzz.driver import main

LARGEST: Final = 1500
# In the order of the first byte of an input: new ones come last, so that the corpus stays what it is.
STRUCTS: Final[tuple[type[Struct], ...]] = (
    dns.Message, ipv4.IPv4, ipv6.IPv6, tcp.TCP, udp.UDP, icmp.ICMP, icmpv6.ICMPv6, arp.ARP, ethernet.Ethernet, vlan.VLAN, llc.LLC, llc.SNAP,
    linux_sll.LinuxSLL, linux_sll2.LinuxSLL2, null_loopback.NullLoopback, null_loopback.Loop, ipv6_extensions.HopByHop,
    ipv6_extensions.DestinationOptions, ipv6_extensions.Routing, ipv6_extensions.Fragment, ipv6_extensions.AuthenticationHeader,
    dns.TcpMessage,
)  # fmt: skip
LABEL: Final = Label("raw", "bytes", "")


@functools.cache
def engines_of(number: int) -> EngineTarget:
    """A struct in every engine that is installed."""
    return EngineTarget(STRUCTS[number])


def target(data: bytes) -> str:
    """Hold the invariant against one input."""
    engines = engines_of(data[0] % len(STRUCTS) if data else 0)
    outcome = engines.run(data[1:], LABEL)
    assert not outcome.is_finding, f"{engines.name}: {outcome.kind}: {outcome.bucket}: {outcome.detail}"
    return outcome.kind


if __name__ == "__main__":
    sys.exit(main("engines", target, largest=LARGEST))
