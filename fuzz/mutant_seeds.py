"""What the mutants of each format are made from: valid messages, and some of the corpus that are not.

Promise: the same messages on every machine: of the sample capture, of the corpora beside this file, and made from the declaration by
a generator with a fixed seed; none is longer than `LARGEST` bytes.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Final

import msgspec

from benchmarks.packets import dns_messages, read_pcap
from bitwright import Struct
from bitwright.capture.files import PcapFile, PcapngFile
from bitwright.testing.generate import examples
from bitwright_specs.dns import Message
from bitwright_specs.icmpv6 import ICMPv6
from bitwright_specs.ipv4 import IPv4
from bitwright_specs.ipv6 import IPv6
from bitwright_specs.tcp import TCP
from fuzz.driver import corpus_of
from fuzz.make_corpus import SAMPLE, pcap, pcapng

LARGEST: Final = 1_500  # bytes
GENERATED: Final = 24  # messages of a format that the generator makes
_ETHERNET: Final = 14  # bytes of header
_TCP: Final = 6  # the protocol number in an IPv4 header


class Format(msgspec.Struct, frozen=True):
    """A format that is fuzzed: its declaration, what is kept or was captured of it, and how many messages are generated beside."""

    message: type[Struct]
    kept: Callable[[], list[bytes]]
    generated: int = GENERATED

    def seeds(self) -> list[bytes]:
        """All messages to begin from, each once."""
        found = dict.fromkeys(data for data in self.kept() if len(data) <= LARGEST)
        made = (data for data, _ in examples(self.message, random.Random(6)))
        found.update(dict.fromkeys(itertools.islice((data for data in made if len(data) <= LARGEST), self.generated)))
        return list(found)


def _dns() -> list[bytes]:
    return [*corpus_of("dns").values(), *dns_messages(SAMPLE)[:20]]


def _layer(version: int) -> list[bytes]:
    """The IP packets of the sample."""
    packets = (packet[_ETHERNET:] for packet in read_pcap(SAMPLE))
    return [packet for packet in packets if packet and packet[0] >> 4 == version]


def _tcp() -> list[bytes]:
    return [packet[(packet[0] & 15) * 4 :] for packet in _layer(4) if packet[9] == _TCP]


def _pcap() -> list[bytes]:
    packets = read_pcap(SAMPLE)
    made = [pcap(order, magic, packets[at : at + 2]) for at in (0, 2, 22) for order in "<>" for magic in (0xA1B2C3D4, 0xA1B23C4D)]
    return [*made, *(data for name, data in corpus_of("capture").items() if name.startswith("pcap-"))]


def _pcapng() -> list[bytes]:
    packets = read_pcap(SAMPLE)
    made = [pcapng(order, packets[at : at + 2], simple=simple) for at in (0, 2, 22) for order in "<>" for simple in (False, True)]
    return [*made, *(data for name, data in corpus_of("capture").items() if name.startswith("pcapng-"))]


# Of a capture file nothing is generated: its first number says twice which byte order it has, which a generator would have to guess.
FORMATS: Final = {
    "dns": Format(Message, _dns),
    "ipv4": Format(IPv4, lambda: _layer(4)),
    "ipv6": Format(IPv6, lambda: _layer(6)),
    "tcp": Format(TCP, _tcp),
    "icmpv6": Format(ICMPv6, list, 80),
    "pcap": Format(PcapFile, _pcap, 0),
    "pcapng": Format(PcapngFile, _pcapng, 0),
}
