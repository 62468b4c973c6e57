"""What a server answers: headers, EDNS, truncation, refusals, and that every query gets its one answer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from bitwright import ParseError, Timestamp
from bitwright_specs.dns import TSIG, Class, Cookie, Edns, Message, Opcode, Option, Question, Rcode, Record, Type
from bitwright_specs.dns.nodes import ZoneError
from bitwright_specs.dns.responder import Responder, malformed_reply
from bitwright_specs.dns.zone_file import zone_of
from tests.specs.dns.strategies import messages
from tests.specs.dns.zones import HEAD, asked, example, line, query, zone

SERVER = Responder([example()])


def test_an_answer_has_the_id_the_question_and_rd_of_its_query() -> None:
    reply = asked(SERVER, query("wwW.Example.", number=513))
    assert (reply.id, reply.qr, reply.aa, reply.rd, reply.ra, reply.tc, reply.rcode) == (513, True, True, True, False, False, Rcode.NOERROR)
    assert reply.questions == [Question(qname="wwW.Example.", qtype=Type.A)]
    assert [record.name for record in reply.answers] == ["wwW.Example."] * 2
    assert reply.edns is None


def test_a_response_is_never_answered() -> None:
    assert SERVER.respond(Message(id=1, qr=True, questions=[Question(qname="www.example.", qtype=Type.A)])) is None


def test_what_is_not_of_its_zones_is_refused() -> None:
    elsewhere = Message(id=1, questions=[Question(qname="www.example.", qtype=Type.A, qclass=Class.CH)])
    for message in (query("www.elsewhere.test."), query("."), elsewhere):
        reply = asked(SERVER, message)
        assert (reply.rcode, reply.aa, reply.answers, reply.authorities) == (Rcode.REFUSED, False, [], [])


@pytest.mark.parametrize("opcode", [Opcode.NOTIFY, Opcode.STATUS, Opcode.IQUERY, Opcode(9)])
def test_other_opcodes_are_not_implemented(opcode: Opcode) -> None:
    reply = asked(SERVER, query("example.").replace(opcode=opcode))
    assert (reply.rcode, reply.opcode) == (Rcode.NOTIMP, opcode)


@pytest.mark.parametrize("count", [0, 2, 5])
def test_one_question_is_asked_at_a_time(count: int) -> None:
    reply = asked(SERVER, Message(id=9, questions=[Question(qname="www.example.", qtype=Type.A)] * count))
    assert (reply.id, reply.rcode, reply.questions) == (9, Rcode.FORMERR, [])


def test_transfers_are_refused() -> None:
    for kind in (Type.AXFR, Type.IXFR):
        for stream in (False, True):
            assert asked(SERVER, query("example.", kind), stream=stream).rcode == Rcode.REFUSED


def test_edns_is_answered_with_edns_and_do_is_copied() -> None:
    reply = asked(SERVER, query("www.example.", edns=Edns(flags=0xFFFF, options=(Option(value=Cookie(client=b"12345678")),))))
    assert reply.edns == Edns(udp_payload_size=1232, flags=0x8000)
    assert asked(SERVER, query("www.example.", edns=Edns())).edns == Edns(udp_payload_size=1232)


def test_a_version_of_edns_that_does_not_exist_is_badvers() -> None:
    reply = asked(SERVER, query("www.example.", edns=Edns(version=1)))
    assert (reply.full_rcode, reply.edns, reply.answers) == (Rcode.BADVERS, Edns(extended_rcode=1), [])


def test_two_opts_or_one_in_the_wrong_place_are_formerr() -> None:
    opt = Edns().record()
    for wrong in (
        query("www.example.").replace(additionals=[opt, opt]),
        query("www.example.").replace(answers=[opt]),
        query("www.example.").replace(authorities=[opt]),
        query("www.example.").replace(additionals=[opt.replace(name="a.")]),
    ):
        assert asked(SERVER, wrong.relaxed()).rcode == Rcode.FORMERR


def test_a_signature_that_nobody_knows_is_notauth() -> None:
    signature = TSIG(
        algorithm_name="hmac-sha256.", time_signed=Timestamp(1767225600), fudge=300, mac=b"x", original_id=1, error=Rcode.NOERROR,
        other_data=b"",
    )  # fmt: skip
    signed = query("www.example.").replace(additionals=[Record(name="key.", rclass=Class.ANY, ttl=0, rdata=signature)])
    assert asked(SERVER, signed.relaxed()).rcode == Rcode.NOTAUTH


@pytest.mark.parametrize(
    ("edns", "limit"),
    [(None, 512), (Edns(udp_payload_size=0), 512), (Edns(udp_payload_size=700), 700), (Edns(udp_payload_size=65535), 1232)],
)
def test_an_answer_that_does_not_fit_is_truncated_and_whole_by_stream(edns: Edns | None, limit: int) -> None:
    records = "[records.many]\nTXT = [" + ", ".join(f'"{i:03d}{"x" * 50}"' for i in range(limit // 66)) + "]"
    more = records[:-1] + ', "one more that does not fit into what is left, whatever that is", "and one of them too"]'
    fits, larger = Responder([zone(records)]), Responder([zone(more)])
    reply = fits.respond(query("many.test.", Type.TXT, edns))
    assert reply is not None
    assert not reply.tc
    assert len(reply.build()) <= limit
    short = larger.respond(query("many.test.", Type.TXT, edns))
    assert short is not None
    assert (short.tc, short.aa, short.answers, short.edns is None) == (True, True, [], edns is None)
    whole = asked(larger, query("many.test.", Type.TXT, edns), stream=True)
    assert not whole.tc
    assert len(whole.answers) == limit // 66 + 2


def test_extras_are_left_out_before_an_answer_is_truncated_but_glue_is_not() -> None:
    hosts = [f"h{i}" for i in range(30)]
    addresses = "\n".join(f'[records.{host}]\nAAAA = "2001:db8::{i}"' for i, host in enumerate(hosts))
    reply = asked(Responder([zone(f"[records.a]\nMX = {[f'1 {host}' for host in hosts[:20]]}\n{addresses}")]), query("a.test.", Type.MX))
    assert (reply.tc, len(reply.answers), reply.additionals) == (False, 20, [])
    below = "\n".join(f'[records."{host}.sub"]\nAAAA = "2001:db8::{i}"' for i, host in enumerate(hosts))
    made = Responder([zone(f"[records.sub]\nNS = {[f'{host}.sub' for host in hosts[:18]]}\n{below}")])
    assert asked(made, query("x.sub.test.")).tc
    assert len(asked(made, query("x.sub.test.", edns=Edns())).additionals) == 19


def test_the_longest_zone_answers_but_ds_is_asked_of_the_one_above() -> None:
    below = zone_of(HEAD.replace('"test."', '"sub.test."') + '[records."@"]\nNS = "ns"\nTXT = "below"')
    both = Responder([zone('[records.sub]\nNS = "ns.sub"\nDS = "1 13 2 00"\n[records."ns.sub"]\nA = "192.0.2.1"'), below])
    assert [*map(line, asked(both, query("sub.test.", Type.TXT)).answers)] == ['sub.test. 300 TXT "below"']
    assert [*map(line, asked(both, query("sub.test.", Type.DS)).answers)] == ["sub.test. 300 DS 1 13 2 00"]
    assert asked(Responder([below]), query("sub.test.", Type.DS)).authorities[0].name == "sub.test."
    with pytest.raises(ZoneError, match="two zones have this name"):
        Responder([below, below.__class__("SUB.test.", below.records())])


def test_a_transfer_is_the_zone_between_its_soa_twice() -> None:
    sent = SERVER.transfer(query("example.", Type.AXFR))
    assert sent is not None
    got = [line(record) for message in sent for record in Message.parse(message.build()).answers]
    assert got[0] == got[-1]
    assert sorted(got[:-1]) == sorted(map(line, example().records()))
    assert SERVER.transfer(query("www.example.", Type.AXFR)) is None
    assert SERVER.transfer(query("example.", Type.A)) is None


def test_a_large_zone_is_transferred_in_several_messages() -> None:
    records = "\n".join(f'[records.n{i}]\nTXT = "{"x" * 200}"' for i in range(500))
    sent = [*(Responder([zone(records)]).transfer(query("test.", Type.AXFR)) or ())]
    assert len(sent) > 5
    assert all(len(message.build()) < 16384 for message in sent)
    assert sum(len(message.answers) for message in sent) == 503


def test_what_cannot_be_read_is_formerr_with_its_id() -> None:
    reply = malformed_reply(bytes.fromhex("abcd 0100 0001 0000 0000 0000 ff"))
    assert reply is not None
    assert (reply.id, reply.qr, reply.rd, reply.rcode, reply.questions) == (0xABCD, True, True, Rcode.FORMERR, [])


@pytest.mark.parametrize("data", [b"", b"\1\2\1\0\0\1\0\0\0\0\0", bytes.fromhex("abcd 8100 0001 0000 0000 0000 ff")])
def test_what_has_no_header_or_is_a_response_is_not_answered(data: bytes) -> None:
    assert malformed_reply(data) is None


@settings(max_examples=150, deadline=None)
@given(message=messages)
def test_whatever_is_asked_has_one_answer_that_can_be_read(message: Message) -> None:
    try:
        asking = Message.parse(message.build())
    except ParseError:
        return
    reply = SERVER.respond(asking)
    assert (reply is None) == asking.qr
    if reply is not None:
        data = reply.build()
        assert Message.parse(data).id == asking.id
        assert len(data) <= 1232
