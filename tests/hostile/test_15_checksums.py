"""Class 15: checksums that do not fit: told with the place, refused where strict; every flipped bit is noticed."""

from __future__ import annotations

import dataclasses
import importlib
import random
from collections.abc import Callable
from typing import Any

import pytest

from bitwright import ParseError
from bitwright.checksum import Crc, adler32, crc32, fletcher16, fletcher32, internet, sum8, xor8
from bitwright.schema import spec
from bitwright.testing.fieldtree import Node
from tests.engines.agreement import agreed
from tests.hostile.corpus import corpus, identified
from tests.hostile.messages import Sample, samples
from tests.hostile.places import tree_of


@pytest.mark.parametrize("name", ["frame", "ipv4", "icmp"])
def test_every_bit_flipped_is_noticed(name: str) -> None:
    """A CRC notices every single bit; so does the Internet checksum, in what it covers."""
    sample = next(sample for sample in samples() if sample.name == name)
    struct: Any = sample.struct
    assert struct.check(sample.data)[1] == []
    covered = 20 if name == "ipv4" else len(sample.data)
    for bit in range(0, 8 * covered, 3 if covered > 60 else 1):
        damaged = bytearray(sample.data)
        damaged[bit // 8] ^= 0x80 >> bit % 8
        found = agreed(struct, "check", bytes(damaged))
        if found.ok:
            assert "checksum" in {finding.code for finding in found.value[1]}, bit
            assert agreed(struct, "parse", bytes(damaged), strict=True).problem.code in ("checksum", "reserved-bits", "padding")


def test_building_again_makes_it_right() -> None:
    sample = next(sample for sample in samples() if sample.name == "frame")
    struct: Any = sample.struct
    wrong = sample.data[:-1] + bytes([sample.data[-1] ^ 1])
    value, findings = struct.check(wrong)
    assert [(finding.code, finding.path) for finding in findings] == [("checksum", "sum")]
    assert value.build() == wrong, "a value that was read is kept, wrong as it is"
    assert value.relaxed().build() == sample.data


def summed() -> list[tuple[Sample, Node, dict[str, Any]]]:
    """Every message of the corpus that has a checksum which is right, with the parameters that it takes."""
    found: list[tuple[Sample, Node, dict[str, Any]]] = []
    for sample in corpus():
        for node in tree_of(sample).root.walk():
            wire = node.content
            if isinstance(wire, spec.ChecksumType):
                given = {} if wire.prefix is None else {wire.prefix: bytes(range(12))}
                found.append((_right(sample, given), node, given))
    return found


def _right(sample: Sample, given: dict[str, Any]) -> Sample:
    """The message with the checksum that fits, and with such a prefix."""
    struct: Any = sample.struct
    return dataclasses.replace(sample, data=struct.parse(sample.data).relaxed().build(**given))


def test_every_checksum_is_in_the_corpus() -> None:
    assert {"frame", "outer", "ipv4", "tcp", "udp", "icmp", "icmpv6", "gallery-png_file"} <= {sample.name for sample, _, _ in summed()}


@pytest.mark.parametrize(("sample", "node", "given"), summed(), ids=lambda part: identified(part) if isinstance(part, Sample) else "")
def test_every_flipped_bit_of_what_is_covered(sample: Sample, node: Node, given: dict[str, Any]) -> None:
    """Flipped one at a time, in all that the checksum covers and in itself: never a value without a finding."""
    struct: Any = sample.struct
    strict = struct.codec("python")
    assert struct.check(sample.data, **given)[1] == []
    begin, end = covered(sample, node)
    bits = range(8 * begin, 8 * end) if end - begin < 200 else [*range(8 * begin, 8 * end, 7), *range(node.begin, node.end)]
    for bit in bits:
        damaged = bytearray(sample.data)
        damaged[bit // 8] ^= 0x80 >> bit % 8
        with pytest.raises(ParseError):
            strict.parse(bytes(damaged), strict=True, **given)


def covered(sample: Sample, node: Node) -> tuple[int, int]:
    """The bytes that a checksum covers, as the format's document says: the whole of its struct, or less."""
    owner = node.owner
    assert owner is not None
    if sample.name == "ipv4":
        return 0, 4 * (sample.data[0] & 15)
    if sample.name == "gallery-ble_advertisement":
        return 4, len(sample.data)
    if sample.name == "gallery-png_file":
        return owner.begin // 8 + 4, owner.end // 8
    return owner.begin // 8, owner.end // 8


def catalogue() -> dict[str, tuple[Callable[[bytes], int], int]]:
    """Every algorithm that comes along, with its bits."""
    found: dict[str, tuple[Callable[[bytes], int], int]] = {
        "internet": (internet, 16), "crc32": (crc32, 32), "adler32": (adler32, 32), "fletcher16": (fletcher16, 16),
        "fletcher32": (fletcher32, 32), "sum8": (sum8, 8), "xor8": (xor8, 8),
    }  # fmt: skip
    named = vars(importlib.import_module("bitwright.checksum"))
    return found | {name: (value, value.width) for name, value in named.items() if isinstance(value, Crc)}


@pytest.mark.parametrize("name", catalogue())
def test_every_algorithm_notices_every_bit(name: str) -> None:
    """And a CRC every burst of errors no longer than itself."""
    algorithm, width = catalogue()[name]
    data = bytes((7 * at + 3) & 0xFF for at in range(40))
    right = algorithm(data)
    assert 0 <= right < 1 << width
    whole = int.from_bytes(data, "big")
    for bit in range(8 * len(data)):
        assert algorithm((whole ^ 1 << bit).to_bytes(len(data), "big")) != right, bit
    if isinstance(algorithm, Crc) and not algorithm.refin:
        chance = random.Random(15)
        for _ in range(500):
            burst = 1 | chance.getrandbits(width) & (1 << width) - 1
            at = chance.randrange(8 * len(data) - width)
            assert algorithm((whole ^ burst << at).to_bytes(len(data), "big")) != right, (burst, at)
