"""The link header of BSD loopback captures: the address family, in the byte order of the machine that captured.

LINKTYPE_NULL (0) and LINKTYPE_LOOP (108) of the tcpdump group's "Link-Layer Header Types".
"""

from __future__ import annotations

from bitwright import OpenEnum, Struct, param, payload, u32


class AddressFamily(OpenEnum):
    """Address families; IPv6 has another number on each system."""

    UNSPEC = 0
    INET = 2
    OSI = 7
    INET6_LINUX = 10
    IPX = 23
    INET6_NETBSD = 24
    INET6_FREEBSD = 28
    INET6_DARWIN = 30


class NullLoopback(Struct):
    """BSD loopback header, LINKTYPE_NULL: the family in host byte order.

    `NullLoopback.parse(data, little_endian=False)` reads what a big-endian machine wrote.
    """

    little_endian = param(bool, default=True)
    family: AddressFamily = u32(AddressFamily, endian=little_endian)
    payload: bytes = payload()


class Loop(Struct):
    """OpenBSD loopback header, LINKTYPE_LOOP: the family in network byte order."""

    family: AddressFamily = u32(AddressFamily)
    payload: bytes = payload()
