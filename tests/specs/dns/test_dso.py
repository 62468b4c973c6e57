"""DNS stateful operations (RFC 8490) and push notifications (RFC 8765), from the layouts of the RFCs."""

from __future__ import annotations

import pytest

from bitwright import IPv4Address, ParseError
from bitwright_specs import dns as ours
from tests.specs.dns.unions import shipped

CASES: list[tuple[str, ours.DsoValue]] = [
    ("0001 0008 00003a98 0000ea60", ours.DsoKeepalive(inactivity_timeout=15_000, keepalive_interval=60_000)),
    ("0002 0004 00001388", ours.RetryDelay(retry_delay=5_000)),
    ("0003 0003 000000", ours.EncryptionPadding(padding=bytes(3))),
    ("0040 0009 03666f6f00 00ff 0001", ours.Subscribe(name="foo.", type=ours.Type.ANY)),
    (
        "0041 0013 03666f6f00 0001 0001 00000e10 0004 c0000201",
        ours.Push(records=[ours.Record(name="foo.", ttl=3600, rdata=ours.A(address=IPv4Address("192.0.2.1")))]),
    ),
    ("0042 0002 1234", ours.Unsubscribe(subscribe_id=0x1234)),
    ("0043 000d 03666f6f00 0001 0001 c0000201", ours.Reconfirm(name="foo.", type=ours.Type.A, rdata=b"\xc0\0\2\1")),
    ("f800 0002 abcd", ours.UnknownDso(data=b"\xab\xcd")),
]
HEADER = "1234 3000 0000 0000 0000 0000"


@pytest.mark.parametrize(("text", "value"), CASES, ids=lambda case: type(case).__name__)
def test_value(engine: str, text: str, value: ours.DsoValue) -> None:
    wire = bytes.fromhex(HEADER + text)
    codec = ours.DsoMessage.codec(engine)
    read = codec.parse(wire)
    made = ours.DsoMessage(id=0x1234, opcode=ours.Opcode.DSO, tlvs=[ours.DsoTlv(type=read.tlvs[0].type, value=value)])
    assert read.relaxed().tlvs[0].value == value
    assert codec.build(made) == wire
    assert read == made.resolved()
    framed = ours.TcpDsoMessage.codec(engine)
    assert framed.parse(len(wire).to_bytes(2, "big") + wire).message == read
    assert framed.build(ours.TcpDsoMessage(message=made)) == len(wire).to_bytes(2, "big") + wire


def test_several_in_a_message(engine: str) -> None:
    wire = bytes.fromhex(HEADER + "".join(text for text, _ in CASES))
    read = ours.DsoMessage.codec(engine).parse(wire)
    assert [tlv.relaxed().value for tlv in read.tlvs] == [value for _, value in CASES]
    assert ours.DsoMessage.codec(engine).build(read) == wire
    assert shipped(ours.DsoValue) == {type(value) for _, value in CASES} - {ours.UnknownDso}


def test_a_cut_value_is_refused(engine: str) -> None:
    with pytest.raises(ParseError) as caught:
        ours.DsoMessage.codec(engine).parse(bytes.fromhex(HEADER + "0001 0004 00003a98"))
    assert (caught.value.code, caught.value.path) == ("truncated", "tlvs[0].value.keepalive_interval")
