"""Class 4: compression pointers to themselves, forward, into labels, into their own name and into the header.

`compression.txt` goes through RFC 9267, sections 2 to 6; a case that NAME:WRECK is known by says so.  Each case is
refused with code, path and byte as listed, or has the names that are listed, from both engines; dnspython agrees about
which is which.
"""

from __future__ import annotations

import re
from pathlib import Path

import dns.exception
import dns.message
import pytest

from bitwright import Name, ParseError, Struct, domain_name, raw
from bitwright_specs.dns import Message

VECTORS = Path(__file__).with_name("compression.txt").read_text(encoding="utf-8")
CASES = {
    title: (bytes.fromhex(wire), claim) for title, wire, claim in re.findall(r"^### (.*)\n([0-9a-f\n]*)--> (.*)$", VECTORS, re.MULTILINE)
}
NAME_WRECK = {f"CVE-{number}" for number in (
    "2016-20009", "2020-7461", "2020-15795", "2020-27009", "2020-27736", "2020-27737", "2020-27738",
)} | {"NetX"}  # fmt: skip  # the ninth, CVE-2021-25677, is about numbers that can be guessed, not about parsing


def test_number_of_vectors() -> None:
    assert len(CASES) == VECTORS.count("### ") == VECTORS.count("--> ") >= 40
    assert all(any(known in title for title in CASES) for known in NAME_WRECK)
    assert all(any(f"RFC 9267, {section}:" in title for title in CASES) for section in range(2, 7))


@pytest.mark.parametrize("title", CASES)
def test_vector(title: str, engine: str) -> None:
    data, claim = CASES[title]
    codec = Message.codec(engine)
    if claim.startswith("value "):
        read = codec.parse(data)
        found = [q.qname for q in read.questions] + [r.name for r in (*read.answers, *read.authorities, *read.additionals)]
        assert found == claim.split()[1:]
        dns.message.from_wire(data)
        return
    with pytest.raises(ParseError) as caught:
        codec.parse(data)
    assert f"{caught.value.code} {caught.value.path or '-'} {caught.value.byte_offset}" == claim
    with pytest.raises((dns.exception.DNSException, ValueError)):
        dns.message.from_wire(data)


class Read(Struct, origin=True):
    """A name, and one that points into it."""

    first: Name = domain_name()
    second: Name = domain_name()


class Skipped(Struct, origin=True):
    """The same, the first of them not read as a name."""

    first: bytes = raw(size=4)
    second: Name = domain_name()


@pytest.mark.parametrize("struct", [Read, Skipped])
def test_what_was_read_before_changes_nothing(struct: type[Struct], engine: str) -> None:
    """A pointer into a label, to bytes that are a pointer to that label's name: refused, also where that name is known."""
    with pytest.raises(ParseError) as caught:
        struct.codec(engine).parse(b"\2\xc0\0\0\xc0\1")
    assert (caught.value.code, caught.value.path, caught.value.byte_offset) == ("bad-pointer", "second", 1)
    assert struct.codec(engine).parse(b"\2\1a\0\xc0\1").second == "a."


def test_every_pointer_into_a_message(engine: str) -> None:
    """A question whose name is a pointer to each place there is: a value or a typed error, as dnspython has it."""
    first = b"\3www\7example\3com\0\0\1\0\1"
    codec = Message.codec(engine)
    readable = set()
    for target in range(64):
        data = bytes.fromhex("123401000002000000000000") + first + (0xC000 | target).to_bytes(2, "big") + b"\0\1\0\1"
        try:
            theirs = str(dns.message.from_wire(data).question[1].name)
        except (dns.exception.DNSException, ValueError):
            with pytest.raises(ParseError) as caught:
                codec.parse(data)
            assert caught.value.code in ("bad-pointer", "bad-label", "name-too-long", "truncated")
        else:
            assert codec.parse(data).questions[1].qname == theirs
            readable.add(target)
    header, name, numbers = {2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, {12, 16, 24, 28}, {29, 31}
    assert readable == header | name | numbers  # zero bytes are a root name; at 5 the count of questions is a label of two
