"""The packets around the messages: UDP over IPv4 and IPv6, some conversations over TCP, and what else passes by; with right checksums."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks.mix.messages import Rng, Transaction, transactions

IPV6, TCP, NOISE, CUT = 0.18, 0.002, 0.002, 0.001  # shares of the transactions
_SERVER_MAC, _CLIENT_MAC = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")
_SERVERS = (bytes([192, 0, 2, 53]), bytes.fromhex("20010db8000000000000000000000053"))
_MSS = 1400


def write_capture(path: Path, packets: int) -> None:
    """A pcap of so many packets; it is there when it is whole, whoever else writes it meanwhile."""
    begin = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
    partial = path.with_name(f"{path.name}.{id(path)}")
    with partial.open("wb") as out:
        out.write(begin)
        for number, frame in enumerate(islice(frames(), packets)):
            microseconds = 1717700000_000000 + number * 97
            out.write(struct.pack("<IIII", *divmod(microseconds, 1_000_000), len(frame), len(frame)) + frame)
    partial.replace(path)


def frames() -> Iterator[bytes]:
    """Without end, the same always."""
    rng = Rng(53)
    for one in transactions():
        family = rng.random() < IPV6
        client, server = (b"\x20\x01\x0d\xb8\x00\x01" + bytes(8) if family else b"\x0a\x01") + rng.octets(2), _SERVERS[family]
        port, chance = 1024 + rng.below(64000), rng.random()
        if chance < TCP:
            yield from _conversation(one, client, server, port, rng)
        elif chance < TCP + NOISE:
            yield from _noise(rng)
        response = one.response[: len(one.response) * 2 // 3] if chance > 1 - CUT else one.response
        yield _ethernet(client, _udp(client, server, port, 53, one.query), to_server=True)
        yield _ethernet(client, _udp(server, client, 53, port, response), to_server=False)


def _ethernet(address: bytes, packet: bytes, *, to_server: bool) -> bytes:
    macs = _SERVER_MAC + _CLIENT_MAC if to_server else _CLIENT_MAC + _SERVER_MAC
    return macs + (b"\x08\x00" if len(address) == 4 else b"\x86\xdd") + packet


def _ip(source: bytes, target: bytes, protocol: int, payload: bytes) -> bytes:
    if len(source) == 16:
        return struct.pack("!IHBB", 0x60000000, len(payload), protocol, 64) + source + target + payload
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0x4000, 64, protocol, 0) + source + target
    return head[:10] + checksum(head) + head[12:] + payload


def _udp(source: bytes, target: bytes, source_port: int, target_port: int, message: bytes) -> bytes:
    size = 8 + len(message)
    head = struct.pack("!HHHH", source_port, target_port, size, 0)
    total = checksum(source + target + struct.pack("!II", 17, size) + head + message)
    return _ip(source, target, 17, head[:6] + (total if any(total) else b"\xff\xff") + message)


def _tcp(source: bytes, target: bytes, ports: tuple[int, int], numbers: tuple[int, int], flags: int, data: bytes = b"") -> bytes:
    options = bytes.fromhex("020405780402080a00000001000000000103030700")[:20] if flags & 2 else b""
    head = struct.pack("!HHIIBBHHH", *ports, *numbers, (20 + len(options)) << 2, flags, 64240, 0, 0) + options
    total = checksum(source + target + struct.pack("!II", len(head) + len(data), 6) + head + data)
    return _ip(source, target, 6, head[:16] + total + head[18:] + data)


def _conversation(one: Transaction, client: bytes, server: bytes, port: int, rng: Rng) -> Iterator[bytes]:
    """A handshake, a question and its answer after their lengths, the end."""
    ours, theirs = rng.below(1 << 31), rng.below(1 << 31)

    def sent(flags: int, data: bytes = b"", *, by_client: bool = True) -> bytes:
        if by_client:
            return _ethernet(client, _tcp(client, server, (port, 53), (ours, theirs), flags, data), to_server=True)
        return _ethernet(client, _tcp(server, client, (53, port), (theirs, ours), flags, data), to_server=False)

    question, answer = (len(message).to_bytes(2, "big") + message for message in (one.query, one.response))
    yield _ethernet(client, _tcp(client, server, (port, 53), (ours, 0), 0x02), to_server=True)
    ours += 1
    yield sent(0x12, by_client=False)
    theirs += 1
    yield sent(0x10)
    yield sent(0x18, question)
    ours += len(question)
    for at in range(0, len(answer), _MSS):
        part = answer[at : at + _MSS]
        yield sent(0x18, part, by_client=False)
        theirs += len(part)
    yield sent(0x11)
    ours += 1
    yield sent(0x11, by_client=False)
    theirs += 1
    yield sent(0x10)


def _noise(rng: Rng) -> Iterator[bytes]:
    """An ARP request, or an echo request."""
    host = b"\x0a\x01" + rng.octets(2)
    if rng.random() < 0.5:
        asked = bytes.fromhex("0001080006040001") + _CLIENT_MAC + host + bytes(6) + _SERVERS[0]
        yield b"\xff" * 6 + _CLIENT_MAC + b"\x08\x06" + asked + bytes(18)
    else:
        echo = b"\x08\x00\x00\x00" + rng.octets(4) + bytes(range(48))
        yield _ethernet(host, _ip(host, _SERVERS[0], 1, echo[:2] + checksum(echo) + echo[4:]), to_server=True)


def checksum(data: bytes) -> bytes:
    """The Internet checksum (RFC 1071) of data whose own field is zero."""
    number = int.from_bytes(data + b"\0" if len(data) % 2 else data, "big")
    rest = number % 65535
    return (0xFFFF - (rest or (0xFFFF if number else 0))).to_bytes(2, "big")
