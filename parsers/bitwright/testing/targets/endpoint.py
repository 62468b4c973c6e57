"""Where a server is, and whether messages may be sent there.

Promise: what is connected to is the address that was checked (a name is resolved once), and it is this machine's own unless the caller says
that another may be fuzzed.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import time
from typing import Final, Literal, NamedTuple, TypeAlias

from bitwright.testing.targets.errors import TargetError

Transport: TypeAlias = Literal["udp", "tcp"]
_WRITTEN: Final = re.compile(r"(?P<transport>udp|tcp):(?:\[(?P<bracketed>[^\]]*)\]|(?P<host>[^:\[\]]*)):(?P<port>[0-9]{1,5})")
BEHIND_SECONDS: Final = 0.02  # how much of what was missed may be made up for


class Endpoint(NamedTuple):
    """A server's address: numbers only."""

    transport: Transport
    family: socket.AddressFamily
    address: str
    port: int

    @property
    def is_here(self) -> bool:
        """Whether it is a loopback address."""
        return ipaddress.ip_address(self.address.partition("%")[0]).is_loopback

    def __str__(self) -> str:
        """As it is written."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.transport}:{host}:{self.port}"

    def connect(self, timeout: float) -> socket.socket:
        """A connected socket with that timeout, of 0 for datagrams; OSError if nobody is there."""
        made = socket.socket(self.family, socket.SOCK_DGRAM if self.transport == "udp" else socket.SOCK_STREAM)
        try:
            made.settimeout(timeout)
            made.connect((self.address, self.port))
            if self.transport == "tcp":
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            made.close()
            raise
        return made


def endpoint(text: str, *, allow_remote: bool = False) -> Endpoint:
    """What `udp:HOST:PORT` or `tcp:[IPV6]:PORT` means; TargetError if it means nothing, or a machine that is not to be fuzzed."""
    found = _WRITTEN.fullmatch(text)
    if found is None or not 0 < int(found["port"]) < 65_536:
        raise TargetError(f"{text!r} is no server: write udp:HOST:PORT or tcp:HOST:PORT, an IPv6 address in brackets")
    transport: Transport = "udp" if found["transport"] == "udp" else "tcp"
    host = found["bracketed"] if found["host"] is None else found["host"]
    kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
    try:
        resolved = socket.getaddrinfo(host, int(found["port"]), type=kind)
    except (OSError, UnicodeError) as error:
        raise TargetError(f"{host!r} is no address: {getattr(error, 'strerror', None) or error}") from None
    family, _, _, _, address = resolved[0]
    made = Endpoint(transport, family, str(address[0]), int(found["port"]))
    if not made.is_here and not allow_remote:
        raise TargetError(
            f"{made} is not this machine: mutants are sent to loopback addresses only, unless you allow others (allow_remote=True, "
            "--allow-remote), which you may do for machines whose owner agreed"
        )
    return made


class Pace:
    """At most so many messages a second, evenly; None is no bound."""

    def __init__(self, rate: float | None) -> None:
        if rate is not None and not rate > 0:
            raise TargetError(f"rate={rate!r}: it is a number of messages a second, above 0")
        self._step = 0.0 if rate is None else 1.0 / rate
        self._next = time.monotonic()

    def wait(self) -> None:
        """Until the next message is due."""
        if not self._step:
            return
        now = time.monotonic()
        if now < self._next:
            time.sleep(self._next - now)
        self._next = max(self._next, now - BEHIND_SECONDS) + self._step
