"""Messages that Hypothesis makes: building and parsing are inverse, and dnspython reads the same."""

from __future__ import annotations

import dns.rdatatype
from hypothesis import HealthCheck, given, settings

from bitwright_specs.dns import Message, Question, Record, TcpMessage
from tests.specs.dns import oracle, strategies, walk

QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much]
PROFILE = settings(max_examples=200, deadline=None, suppress_health_check=QUIET)


@given(strategies.messages)
@settings(PROFILE)
def test_parse_inverts_build(engine: str, message: Message) -> None:
    codec = Message.codec(engine)
    built = codec.build(message)
    resolved = codec.resolved(message)
    assert codec.parse(built) == resolved
    assert codec.build(resolved) == built
    assert resolved.relaxed().resolved() == resolved
    assert codec.parse(memoryview(bytearray(built))) == resolved


@given(strategies.messages)
@settings(PROFILE, max_examples=100)
def test_engines_build_the_same(message: Message) -> None:
    one, two = Message.codec("interp"), Message.codec("python")
    assert one.build(message) == two.build(message)
    assert one.resolved(message) == two.resolved(message)


@given(strategies.messages)
@settings(PROFILE)
def test_compression(message: Message) -> None:
    """Pointers lead strictly backwards, stand only where the standards allow them, and lose no byte."""
    built = message.build()
    for at, compressible in walk.names(built):
        walk.labels(built, at)  # asserts strictly backwards
        assert compressible or not walk.ends_in_pointer(built, at)
    questions, places = walk.records(built)
    for at, question in zip(questions, message.questions, strict=True):
        assert strategies.text_of(walk.labels(built, at)[:-1]) == question.qname
    for place, record in zip(places, [*message.answers, *message.authorities, *message.additionals], strict=True):
        assert strategies.text_of(walk.labels(built, place.name)[:-1]) == record.name


@given(strategies.messages)
@settings(PROFILE, max_examples=100)
def test_compressed_is_never_longer(message: Message) -> None:
    singly = 12 + sum(len(q.build()) for q in message.questions)
    singly += sum(len(r.build()) for r in [*message.answers, *message.authorities, *message.additionals])
    assert len(message.build()) <= singly


@given(strategies.messages)
@settings(PROFILE, max_examples=100)
def test_dnspython_reads_the_same_names(message: Message) -> None:
    built = message.build()
    questions, places = walk.records(built)
    for at, question in zip(questions, message.questions, strict=True):
        assert oracle.name_at(built, at) == oracle.plain(question.qname)
    for place, record in zip(places, [*message.answers, *message.authorities, *message.additionals], strict=True):
        assert oracle.name_at(built, place.name) == oracle.plain(record.name)
        if place.type in walk.COMPRESSIBLE and place.rdlength:
            theirs = oracle.rdata_at(built, place)
            if dns.rdatatype.to_text(theirs.rdtype) in oracle.CONVERTERS:
                assert oracle.their_rdata(theirs) == oracle.our_rdata(record.rdata)


@given(strategies.messages)
@settings(PROFILE, max_examples=50)
def test_in_a_stream(engine: str, message: Message) -> None:
    codec = TcpMessage.codec(engine)
    built = codec.build(TcpMessage(message=message))
    assert built[2:] == message.build()
    assert codec.parse(built).message == message.resolved()
    first, used = codec.parse_prefix(built + b"\x00\x0c\x00")
    assert (used, first.message) == (len(built), message.resolved())


@given(strategies.records, strategies.questions)
@settings(PROFILE, max_examples=100)
def test_records_and_questions_alone(engine: str, record: Record, question: Question) -> None:
    for value in (record, question):
        codec = type(value).codec(engine)
        assert codec.parse(codec.build(value)) == value.resolved()


@given(strategies.messages)
@settings(PROFILE, max_examples=100)
def test_plain_data(message: Message) -> None:
    resolved = message.resolved()
    assert Message.from_json(resolved.to_json()) == resolved


def test_strategies_reach_what_they_promise() -> None:
    """Compression, unknown types and empty data do come up, so that the properties above say something."""
    seen: set[str] = set()

    @given(strategies.messages)
    @settings(PROFILE, max_examples=100)
    def look(message: Message) -> None:
        built = message.build()
        if walk.pointers(built):
            seen.add("pointer")
        for record in [*message.answers, *message.authorities, *message.additionals]:
            if type(record.rdata).__name__ == "Opaque":
                seen.add("unknown" if record.rdata.build() else "empty")
            if "\\" in record.name:
                seen.add("escape")

    look()
    assert seen == {"pointer", "unknown", "empty", "escape"}

