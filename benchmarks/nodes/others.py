"""Servers that ours is measured beside, each a process of its own: `python -m benchmarks.nodes.others echo|dnslib PORT`.

`echo` sends every datagram back as it came, by the datagram protocol of asyncio: nothing on that loop that also looks at what came
can be faster.  `dnslib` is the server of that library, with a table in place of its search through the zone.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from benchmarks.nodes.zone import HOSTS, ORIGIN


class Echo(asyncio.DatagramProtocol):
    """Sends back what comes."""

    transport: asyncio.DatagramTransport

    def connection_made(self, transport: Any) -> None:
        """Keep the transport."""
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Send it back."""
        self.transport.sendto(data, addr)


async def echo(port: int) -> None:
    """Until the process is ended."""
    await asyncio.get_running_loop().create_datagram_endpoint(Echo, ("127.0.0.1", port))
    await asyncio.Event().wait()


def dnslib(port: int) -> None:
    """Until the process is ended."""
    from benchmarks.peers import module

    library, server = module("dnslib"), module("dnslib.server")
    table = {
        f"{name}.{ORIGIN}": library.RR(f"{name}.{ORIGIN}", library.QTYPE.A, rdata=library.A(address), ttl=300)
        for name, address in HOSTS.items()
    }

    class Table:
        """A resolver in dnslib's sense."""

        def resolve(self, request: Any, handler: Any) -> Any:
            reply = request.reply()
            reply.header.aa = 1
            found = table.get(str(request.q.qname).lower())
            if found is not None:
                reply.add_answer(found)
            else:
                reply.header.rcode = library.RCODE.NXDOMAIN
            return reply

    quiet = server.DNSLogger(log="-recv,-send,-request,-reply,-truncated,-error,-data", prefix=False)
    server.DNSServer(Table(), address="127.0.0.1", port=port, logger=quiet).start()


if __name__ == "__main__":
    if sys.argv[1] == "echo":
        asyncio.run(echo(int(sys.argv[2])))
    else:
        dnslib(int(sys.argv[2]))
