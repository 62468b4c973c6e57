"""Messages as a whole: the header's bits, sections, streams, compression."""

from __future__ import annotations

import copy
import pickle

import dns.message
import dns.name
import pytest

from bitwright import BuildError, IPv4Address, ParseError
from bitwright_specs.dns import (
    CNAME,
    MX,
    SOA,
    SRV,
    TXT,
    A,
    Class,
    Header,
    Message,
    Opcode,
    Question,
    Rcode,
    Record,
    TcpMessage,
    Type,
)  # fmt: skip
from tests.specs.dns import walk
from tests.specs.dns.strategies import text_of
from tests.specs.dns.unions import fields

QUERY = bytes.fromhex("beef01000001000000000000037777770765 78616d706c6503636f6d0000010001".replace(" ", ""))
BITS = ["qr", "opcode", "opcode", "opcode", "opcode", "aa", "tc", "rd", "ra", "z", "ad", "cd", "rcode", "rcode", "rcode", "rcode"]


def test_query(engine: str) -> None:
    message = Message(id=0xBEEF, rd=True, questions=[Question(qname="www.example.com.", qtype=Type.A)])
    assert Message.codec(engine).build(message) == QUERY
    assert Message.codec(engine).parse(QUERY) == message.resolved()
    assert message.resolved().qdcount == 1


@pytest.mark.parametrize("bit", range(16))
def test_header_bits_lie_apart(engine: str, bit: int) -> None:
    data = bytes(2) + (0x8000 >> bit).to_bytes(2, "big") + bytes(8)
    header = Header.codec(engine).parse(data)
    set_fields = {name for name in fields(Header) if getattr(header, name)}
    assert set_fields == {BITS[bit]}
    assert Header.codec(engine).build(header) == data
    theirs = dns.message.from_wire(data) if BITS[bit] != "opcode" else None
    if theirs is not None:
        assert (theirs.flags >> (15 - bit)) & 1


def test_fields_in_wire_order() -> None:
    header = ["id", "qr", "opcode", "aa", "tc", "rd", "ra", "z", "ad", "cd", "rcode", "qdcount", "ancount", "nscount", "arcount"]
    assert fields(Header) == header
    assert fields(Message) == [*header, "questions", "answers", "authorities", "additionals"]
    assert fields(Record) == ["name", "type", "rclass", "ttl", "rdlength", "rdata"]
    assert fields(Question) == ["qname", "qtype", "qclass"]


def test_reserved_bit_is_a_finding(engine: str) -> None:
    data = bytes.fromhex("000000400000000000000000")
    value, findings = Message.codec(engine).check(data)
    assert value.z == 1
    assert [(f.code, f.path, f.bit_offset) for f in findings] == [("reserved-bits", "z", 25)]
    with pytest.raises(ParseError) as caught:
        Message.codec(engine).parse(data, strict=True)
    assert (caught.value.code, caught.value.bit_offset) == ("reserved-bits", 25)


def test_values_are_ordinary_objects() -> None:
    message = Message.parse(QUERY)
    assert pickle.loads(pickle.dumps(message)) == copy.deepcopy(message) == copy.copy(message) == message
    match message:
        case Message(id=0xBEEF, rd=True, questions=[Question(qname=name)]):
            assert name == "www.example.com."
        case _:
            pytest.fail("does not match")
    message.questions[0].qname = "other.example."
    assert Message.parse(message.build()).questions[0].qname == "other.example."


def test_unknown_numbers_are_kept() -> None:
    message = Message(id=0, opcode=Opcode(9), rcode=Rcode(13), questions=[Question(qname=".", qtype=Type(999), qclass=Class(0x8001))])
    again = Message.parse(message.build())
    assert (again.opcode, again.rcode) == (9, 13)
    assert (again.questions[0].qtype, again.questions[0].qclass) == (999, 0x8001)
    assert again.questions[0].qclass.name is None


def test_compression(engine: str) -> None:
    message = Message(
        id=1, qr=True, questions=[Question(qname="www.example.com.", qtype=Type.A)],
        answers=[
            Record(name="www.example.com.", ttl=1, rdata=CNAME(cname="web.example.com.")),
            Record(name="web.example.com.", ttl=1, rdata=A(address=IPv4Address("192.0.2.1"))),
            Record(name="example.com.", ttl=1, rdata=MX(preference=1, exchange="WEB.example.com.")),
            Record(name="_sip._udp.example.com.", ttl=1, rdata=SRV(priority=0, weight=0, port=5060, target="web.example.com.")),
        ],
    )  # fmt: skip
    built = Message.codec(engine).build(message)
    assert built.hex() == (
        "000180000001000400000000" + "03777777076578616d706c6503636f6d0000010001"
        "c00c00050001000000010006" + "03776562c010"  # the owner, then web + example.com
        "c02d00010001000000010004" + "c0000201"
        "c010000f0001000000010008" + "0001" + "03574542c010"  # letters keep their case, so WEB is written anew
        "045f736970045f756470c010" + "00210001000000010017" + "0000000013c4" + "03776562076578616d706c6503636f6d00"  # SRV: in full
    )
    assert Message.codec(engine).parse(built) == message.resolved()
    assert walk.pointers(built) == 6


def test_pointers_count_from_the_message_in_a_stream(engine: str) -> None:
    inner = Message(
        id=7, questions=[Question(qname="a.example.", qtype=Type.SOA)],
        authorities=[
            Record(
                name="example.", ttl=9,
                rdata=SOA(mname="ns.example.", rname="mail.ns.example.", serial=1, refresh=2, retry=3, expire=4, minimum=5),
            )
        ],
    )  # fmt: skip
    built = TcpMessage.codec(engine).build(TcpMessage(message=inner))
    assert built == len(inner.build()).to_bytes(2, "big") + inner.build()
    assert TcpMessage.codec(engine).parse(built).message == inner.resolved()
    two, used = TcpMessage.codec(engine).parse_prefix(built + built, 0)
    assert (two.length, used) == (len(built) - 2, len(built))
    again, _ = TcpMessage.codec(engine).parse_prefix(built + built, used)
    assert again == two


def test_names_beyond_the_reach_of_a_pointer(engine: str) -> None:
    """A pointer has 14 bits: names first written after byte 16,383 are never pointed to."""
    filler = [Record(name=".", ttl=0, rdata=TXT(strings=[bytes(255)])) for _ in range(70)]
    late = [Record(name="late.example.", ttl=0, rdata=CNAME(cname="late.example.")) for _ in range(2)]
    message = Message(id=0, answers=filler + late)
    built = Message.codec(engine).build(message)
    assert len(built) > 0x4000
    assert Message.codec(engine).parse(built) == message.resolved()
    assert built.count(b"\x04late\x07example\x00") == 4
    assert walk.pointers(built) == 0


@pytest.mark.parametrize("byte", range(256))
def test_every_byte_survives_in_a_label(byte: int) -> None:
    label = bytes([byte, 0x41, byte])
    data = bytes.fromhex("000000000001000000000000") + b"\x03" + label + b"\x00" + bytes.fromhex("00010001")
    message = Message.parse(data)
    (question,) = message.questions
    assert question.qname == text_of((label,))
    assert dns.name.from_text(question.qname).labels == (label, b"")
    assert message.build() == data
    question.qname = f"\\{byte:03d}A\\{byte:03d}."
    assert message.build() == data


@pytest.mark.parametrize(
    ("given", "absolute"),
    [("www.example.com", "www.example.com."), ("\\065\\b.", "Ab."), ("a b.", "a\\032b."), ('"x".', '\\"x\\".'), ("\\..", "\\..")],
)
def test_resolved_names_are_canonical(engine: str, given: str, absolute: str) -> None:
    message = Message(id=0, questions=[Question(qname=given, qtype=Type.A)])
    codec = Message.codec(engine)
    assert codec.resolved(message).questions[0].qname == absolute
    assert codec.parse(codec.build(message)) == codec.resolved(message)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "empty"),
        ("a..b.", "empty label"),
        (".a.", "empty label"),
        ("a" * 64 + ".", "label of 64"),
        (("a" * 63 + ".") * 4, "256 octets"),
        ("\\256.", "no byte"),
        ("\\1.", "escape cut"),
        ("a.\\", "escape cut"),
        ("é.", "not ASCII"),
    ],
)
def test_malformed_name_is_not_built(engine: str, name: str, why: str) -> None:
    with pytest.raises(BuildError) as caught:
        Message.codec(engine).build(Message(id=0, questions=[Question(qname=name, qtype=Type.A)]))
    assert (caught.value.code, caught.value.path) == ("name", "questions[0].qname"), why


def test_too_large_a_record_is_not_built(engine: str) -> None:
    strings = [bytes(255)] * 257
    with pytest.raises(BuildError) as caught:
        Message.codec(engine).build(Message(id=0, answers=[Record(name=".", ttl=0, rdata=TXT(strings=strings))]))
    assert caught.value.path.startswith("answers[0].rdlength")


def test_wrong_count_on_purpose(engine: str) -> None:
    """An explicit value wins, so that a wrong one can be sent."""
    built = Message.codec(engine).build(Message(id=0, qdcount=3, questions=[Question(qname=".", qtype=Type.A)]))
    assert built[4:6] == b"\x00\x03"
    with pytest.raises(ParseError) as caught:
        Message.codec(engine).parse(built)
    assert caught.value.code == "count-too-large"
