"""The recorded captures through the standard bindings: layer by layer beside tshark, and hostile ones to the end.

`DIFFERENCES` is the whole list of packets whose layers differ from tshark's, each with its reason.  tshark runs once
over all captures put together, with reassembly off, because rows are about packets.
"""

from __future__ import annotations

import collections
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

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
OURS = {*NAMES.values(), "vlan", "arp", "llc", "ipv6", "icmp", "icmpv6", "udp", "tcp", "dns", "ah"}

FRAGMENT = "the first fragment: we look above only when a datagram is whole, tshark shows what its first part holds"
QUOTED = "the datagram that an ICMP error quotes: for us bytes of the ICMP message, because it is cut on purpose"
PARTIAL = "a segment that ends inside a DNS message: we show the part as a layer with a finding"

# (file, our layers, tshark's layers) → (packets, reason)
DIFFERENCES: dict[tuple[str, str, str], tuple[int, str]] = {}


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


def tshark_layers(entries: list[Entry], folder: Path) -> list[str]:
    """What tshark says of every packet of all captures, in order."""
    for tool in ("tshark", "mergecap"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed: this test compares layers with tshark's")
    merged = folder / "merged.pcapng"
    subprocess.run(["mergecap", "-a", "-w", str(merged), *(entry.file for entry in entries)], cwd=CAPTURES, check=True, capture_output=True)
    options = ["ip.defragment:FALSE", "ipv6.defragment:FALSE", "tcp.desegment_tcp_streams:FALSE"]
    command = ["tshark", "-n", "-r", str(merged), "-T", "fields", "-e", "frame.protocols", *(word for o in options for word in ("-o", o))]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [line for line in said.splitlines() if line]  # custom blocks, which are no packets, have no protocols


def test_the_layers_of_every_packet_are_tsharks(walker: Walker, tmp_path: Path) -> None:
    entries = [entry for entry in needed() if not entry.hostile and entry.container != "btsnoop"]
    lines = iter(tshark_layers(entries, tmp_path))
    found: collections.Counter[tuple[str, str, str]] = collections.Counter()
    compared = 0
    for entry in entries:
        for packet, line in zip(packets(entry), lines, strict=False):
            row = walker.decode(packet)
            compared += 1
            ours, theirs = our_layers(row), their_layers(line)
            if row.status != "unknown" and not same(ours, theirs):
                found[entry.file, ours, theirs] += 1
    assert next(lines, None) is None
    assert compared == sum(entry.packets for entry in entries)
    assert dict(found) == {key: count for key, (count, _) in DIFFERENCES.items()}
