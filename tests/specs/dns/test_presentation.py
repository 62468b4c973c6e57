"""Data of records as text: what dnspython reads and writes, both ways, of every type; and names as people write them."""

from __future__ import annotations

from typing import Any

import dns.name
import dns.rdata
import dns.rdatatype
import pytest
from hypothesis import given, settings

from bitwright_specs.dns import MX, NSEC3, TXT, Nsec3Hash, Opaque, Record, Type
from bitwright_specs.dns.domains import absolute, is_below, labels_of, octets, parent_of
from bitwright_specs.dns.presentation import data_of, data_text, generic_text
from bitwright_specs.dns.presentation_forms import LAYOUTS, type_of, type_text
from tests.specs.dns.strategies import records
from tests.specs.dns.unions import arms
from tests.specs.dns.vectors import TEXTS

# Without a flag of CAA that no RFC defines, which has no text here, and CERT, whose type the other writer gives by name.
WRITTEN = [(kind, text) for kind, text in TEXTS if type_of(kind) in LAYOUTS and (kind, text[:2]) != ("CAA", "1 ") and kind != "CERT"]
IDS = [f"{kind} {text[:30]}" for kind, text in TEXTS]


@pytest.mark.parametrize(("kind", "text"), TEXTS, ids=IDS)
def test_text_is_what_another_reader_understands(kind: str, text: str) -> None:
    theirs: Any = dns.rdata.from_text("IN", kind, text)
    ours = data_of(type_of(kind), generic_text(Opaque(data=theirs.to_wire())))
    written = data_text(type_of(kind), ours)
    assert dns.rdata.from_text("IN", kind, written) == theirs
    assert data_of(type_of(kind), written) == ours


@pytest.mark.parametrize(("kind", "text"), WRITTEN)
def test_text_of_another_writer_is_understood(kind: str, text: str) -> None:
    theirs: Any = dns.rdata.from_text("IN", kind, text)
    ours = arms_by_type()[type_of(kind)].parse(theirs.to_wire())
    assert data_of(type_of(kind), text) == ours
    assert data_of(type_of(kind), theirs.to_text()) == ours


def arms_by_type() -> dict[int, Any]:
    from bitwright_specs import dns as ours

    return dict(arms(ours.RData))


@settings(max_examples=150, deadline=None)
@given(record=records)
def test_every_value_survives_its_text(record: Record) -> None:
    kind = record.resolved().type
    text = data_text(kind, record.rdata)
    assert data_of(kind, text).build() == record.rdata.build()


def test_what_a_text_cannot_say_is_written_as_bytes() -> None:
    odd = NSEC3(hash_algorithm=Nsec3Hash.SHA1, iterations=0, salt=b"", next_hashed_owner_name=b"", type_bitmaps=[])
    assert data_text(Type.NSEC3, odd).startswith("\\# 6 ")
    assert data_text(Type(65280), Opaque(data=b"\1\2")) == "\\# 2 0102"
    assert data_text(Type.A, Opaque()) == "\\# 0"


def test_names_are_relative_to_the_origin() -> None:
    assert data_of(Type.MX, "10 mail", "example.") == MX(preference=10, exchange="mail.example.")
    assert data_of(Type.MX, "10 @", "example.").build() == MX(preference=10, exchange="example.").build()
    with pytest.raises(ValueError, match="no final dot"):
        data_of(Type.MX, "10 mail")


def test_quotes_and_escapes_of_strings() -> None:
    assert data_of(Type.TXT, r'plain "two words" \034q\" "\\"') == TXT(strings=[b"plain", b"two words", b'"q"', b"\\"])
    with pytest.raises(ValueError, match="not ended"):
        data_of(Type.TXT, '"open')
    with pytest.raises(ValueError, match="at most 255"):
        data_of(Type.TXT, "x" * 256)


def test_types_by_name_and_number() -> None:
    assert (type_of("nsap-ptr"), type_of("TYPE65280"), type_text(65280), type_text(Type.NSAP_PTR)) == (23, 65280, "TYPE65280", "NSAP-PTR")
    for text in ("NOPE", "TYPE65536", "TYPE", ""):
        with pytest.raises(ValueError, match="is no record type"):
            type_of(text)


@pytest.mark.parametrize(
    "text", [".", "a.", "a.b.", r"a\.b.c.", r"\255\000.x.", r"a\\.b.", r"\\.\..c.", r"\046\.a.", "*.A.b."]
)  # fmt: skip
def test_names_fall_into_labels_as_another_reader_says(text: str) -> None:
    theirs = dns.name.from_text(text)
    name = absolute(text)
    assert dns.name.from_text(name) == theirs
    assert len(labels_of(name)) == len(theirs.labels) - 1
    assert octets(name) == len(theirs.to_wire() or b"")
    if name != ".":
        assert dns.name.from_text(parent_of(name)) == theirs.parent()
    assert is_below(name, parent_of(name))


def test_an_escaped_dot_is_no_border() -> None:
    assert not is_below(r"a\.b.", "b.")
    assert not is_below("ab.", "b.")
    assert absolute(r"a\.", "b.") == r"a\..b."
    assert absolute(r"a\\.", "b.") == r"a\\."
    with pytest.raises(ValueError, match="is no domain name"):
        absolute("a" * 64 + ".")
