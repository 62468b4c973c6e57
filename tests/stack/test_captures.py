"""The recorded captures through the standard bindings: layer by layer beside tshark, and hostile ones to the end.

`DIFFERENCES` is the whole list of packets whose layers differ from tshark's, each with its reason.  tshark runs once
over all captures put together, with reassembly off, because rows are about packets.
"""

from __future__ import annotations

import collections
import dataclasses
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from bitwright import capture
from bitwright.capture import CaptureError, Packet
from bitwright.stack import Registry, Row, Walker
from bitwright_specs.stack import register
from tests.capture.inventory import CAPTURES, Entry, needed

# Our name → tshark's, where they differ.
NAMES = {
    "ethernet": "eth", "ipv4": "ip", "linux_sll": "sll", "linux_sll2": "sll", "null_loopback": "null", "loop": "null", "dns_tcp": "dns",
    "ipv6_hop_by_hop": "ipv6.hopopts", "ipv6_fragment": "ipv6.fraghdr", "ipv6_routing": "ipv6.routing",
    "ipv6_destination_options": "ipv6.dstopts",
}  # fmt: skip
# Names of tshark that are no layers of their own, or that it gives to what we call by the name of the format.
NO_LAYER = {"ethertype", "frame", "raw", "data", "_ws.malformed", "_ws.short"}
ALIASES = {"mdns": "dns", "llmnr": "dns", "ieee8021ad": "vlan"}
# Our name → the one that tshark's `….checksum.status` begins with.
CHECKSUMS = {"ipv4": "ip", "udp": "udp", "tcp": "tcp", "icmp": "icmp", "icmpv6": "icmpv6"}
OPTIONS = (
    "ip.defragment:FALSE", "ipv6.defragment:FALSE", "tcp.desegment_tcp_streams:FALSE", "tcp.analyze_sequence_numbers:FALSE",
    "ip.check_checksum:TRUE", "udp.check_checksum:TRUE", "tcp.check_checksum:TRUE",
)  # fmt: skip
# Checksums that tshark judges and we do not: only complete layers are, and this one's payload is cut.
UNJUDGED = {("hadrielk+pcapng-test-generator/le__test201.pcapng", 2, "ipv4", "cut")}
OURS = {*NAMES.values(), "vlan", "arp", "llc", "ipv6", "icmp", "icmpv6", "udp", "tcp", "dns", "ah"}

FRAGMENT = "the first fragment: we look above only when a datagram is whole, tshark shows what its first part holds"
QUOTED = "the datagram that an ICMP error quotes: for us bytes of the ICMP message, because it is cut on purpose"

# (file, our layers, tshark's layers) → (packets, reason)
DIFFERENCES: dict[tuple[str, str, str], tuple[int, str]] = {
    ("dmachard+go-dnscollector/dnsdump_ip4_fragmented+udp.pcap", "eth:ip", "eth:ip:udp:dns"): (1, FRAGMENT),
    ("seladb+PcapPlusPlus/ip4_fragments.pcap", "eth:ip", "eth:ip:udp:rpc:nfs"): (9, FRAGMENT),
    ("seladb+PcapPlusPlus/ip6_fragments.pcap", "eth:ipv6:ipv6.fraghdr", "eth:ipv6:ipv6.fraghdr:udp:dns"): (2, FRAGMENT),
    ("seladb+PcapPlusPlus/ip6_fragments.pcap", "eth:ipv6:ipv6.fraghdr", "eth:ipv6:ipv6.fraghdr:udp"): (2, FRAGMENT),
    ("seladb+PcapPlusPlus/IcmpPackets.pcap", "eth:ip:icmp", "eth:ip:icmp:ip:icmp"): (3, QUOTED),
    ("seladb+PcapPlusPlus/IcmpPackets.pcap", "eth:ip:icmp", "eth:ip:icmp:ip:udp"): (2, QUOTED),
    ("seladb+PcapPlusPlus/IcmpPackets.pcap", "eth:ip:icmp", "eth:ip:icmp:ip:tcp"): (1, QUOTED),
    ("seladb+PcapPlusPlus/null_loopback.pcap", "null", "null:ip:udp:dns"): (1, "its family is 0x0008000f, of no system; tshark guesses"),
}


@pytest.fixture(scope="module")
def walker() -> Walker:
    registry = Registry()
    register(registry)
    return Walker(registry)


def packets(entry: Entry) -> Iterator[Packet]:
    try:
        with capture.open(entry.path) as reader:
            yield from reader
    except CaptureError:
        return  # test_inventory.py has the list


def our_layers(row: Row) -> str:
    names = [NAMES.get(layer.name, layer.name) for layer in row.layers]
    return ":".join(name for at, name in enumerate(names) if name != "snap" and (name != "dns" or names[at - 1] != "dns"))


def their_layers(line: str) -> str:
    names = [ALIASES.get(name, name) for name in line.split(":") if name not in NO_LAYER]
    return ":".join(name for at, name in enumerate(names) if name != "dns" or names[at - 1] != "dns")


def same(ours: str, theirs: str) -> bool:
    """Ours are the first of theirs, and the next of theirs is none that we know."""
    if ours == theirs:
        return True
    rest = theirs.removeprefix(ours)
    return rest != theirs and rest.startswith(":") and rest.split(":")[1] not in OURS


@dataclasses.dataclass
class Seen:
    """What tshark says of one packet: its layers, and of each protocol whether its first checksum is bad, if it has one."""

    layers: str
    is_bad: dict[str, bool]


@pytest.fixture(scope="module")
def well_formed() -> list[Entry]:
    return [entry for entry in needed() if not entry.hostile and entry.container != "btsnoop"]


@pytest.fixture(scope="module")
def seen(well_formed: list[Entry], tmp_path_factory: pytest.TempPathFactory) -> list[Seen]:
    """What tshark says of every packet of all well-formed captures, in order."""
    for tool in ("tshark", "mergecap"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed: this test compares with tshark")
    merged = tmp_path_factory.mktemp("tshark") / "merged.pcapng"
    files = [entry.file for entry in well_formed]
    subprocess.run(["mergecap", "-a", "-w", str(merged), *files], cwd=CAPTURES, check=True, capture_output=True)
    command = ["tshark", "-n", "-r", str(merged), "-T", "fields", "-e", "frame.interface_id", "-e", "frame.protocols"]
    command += [word for name in CHECKSUMS.values() for word in ("-e", f"{name}.checksum.status")]
    command += [word for option in OPTIONS for word in ("-o", option)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = [line.split("\t") for line in said.splitlines()]
    # custom blocks, which are no packets, are of no interface
    return [Seen(row[1], _is_bad(row[2:])) for row in rows if row[0]]


def _is_bad(statuses: list[str]) -> dict[str, bool]:
    firsts = {name: status.split(",")[0] for name, status in zip(CHECKSUMS, statuses, strict=True)}
    return {name: first in {"0", "Bad"} for name, first in firsts.items() if first and first not in {"2", "Unverified", "3", "Not present"}}


def beside(entries: list[Entry], seen: list[Seen]) -> Iterator[tuple[Entry, Packet, Seen]]:
    """Every packet, with what tshark says of it."""
    lines = iter(seen)
    for entry in entries:
        for packet in packets(entry):
            yield entry, packet, next(lines)
    assert next(lines, None) is None


def test_the_layers_of_every_packet_are_tsharks(walker: Walker, well_formed: list[Entry], seen: list[Seen]) -> None:
    found: collections.Counter[tuple[str, str, str]] = collections.Counter()
    compared = 0
    for entry, packet, line in beside(well_formed, seen):
        row = walker.decode(packet)
        compared += 1
        ours, theirs = our_layers(row), their_layers(line.layers)
        if row.status != "unknown" and not same(ours, theirs):
            found[entry.file, ours, theirs] += 1
    assert compared == sum(entry.packets for entry in well_formed)
    assert dict(found) == {key: count for key, (count, _) in DIFFERENCES.items()}


def test_checksums_are_judged_as_tshark_judges_them(well_formed: list[Entry], seen: list[Seen]) -> None:
    registry = Registry()
    register(registry)
    checking = Walker(registry, check=True)
    agreed: collections.Counter[bool] = collections.Counter()
    for entry, packet, line in beside(well_formed, seen):
        if entry.packets > 10_000:
            continue  # thousands of alike
        row = checking.decode(packet)
        bad = {finding.path.split(".")[0] for finding in row.findings if finding.code == "checksum"}
        for layer in {layer.name for layer in row.layers} & line.is_bad.keys():
            ours, theirs = layer in bad, line.is_bad[layer]
            if ours != theirs:
                assert (entry.file, packet.number, layer, row.status) in UNJUDGED
            else:
                agreed[ours] += 1
    assert agreed[True] > 500
    assert agreed[False] > 25_000


def test_what_follows_from_the_layers_adds_up(walker: Walker) -> None:
    statuses: collections.Counter[str] = collections.Counter()
    for entry in needed():
        if not entry.hostile:
            for packet in packets(entry):
                row = walker.decode(packet)
                statuses[row.status] += 1
                assert_a_true_place(row)
    assert sum(statuses.values()) == sum(entry.packets for entry in needed() if not entry.hostile and entry.container != "btsnoop")
    assert set(statuses) == {"ok", "cut", "malformed", "unknown"}


@pytest.mark.parametrize("check", [False, True])
def test_hostile_captures_give_a_row_for_every_packet(check: bool) -> None:
    registry = Registry()
    register(registry)
    walker = Walker(registry, check=check)
    statuses: collections.Counter[str] = collections.Counter()
    for entry in needed():
        if entry.hostile:
            for packet in packets(entry):
                row = walker.decode(packet)
                statuses[row.status] += 1
                assert_a_true_place(row)
    assert set(statuses) == {"ok", "cut", "malformed", "unknown"}


def assert_a_true_place(row: Row) -> None:
    """A bad row says where; layers lie in the packet, one after the other."""
    assert (row.error is not None) == (row.status in {"cut", "malformed"})
    assert (row.layers == []) == (row.status == "unknown") or row.status in {"cut", "malformed"}
    if row.error is not None:
        assert row.error.byte_offset is not None
        assert 0 <= row.error.byte_offset <= row.captured
        assert row.error.layer
        assert row.error.code
    offsets = [layer.offset for layer in row.layers]
    assert offsets == sorted(offsets)
    assert all(0 <= offset <= row.captured for offset in offsets)
    assert all(layer.value is not None for layer in row.layers[:-1])
    for finding in row.findings:
        assert 0 <= finding.bit_offset <= 8 * row.captured
