"""DNS messages parsed with `keep=True` are built byte for byte, however their sender compressed; also over small edits."""

from __future__ import annotations

from bitwright import ParseError
from bitwright_specs.dns import Message
from tests.specs.dns import corpus


def test_every_captured_message_comes_back() -> None:
    counted, otherwise = 0, 0
    for sample in corpus.samples():
        try:
            message = Message.parse(sample.data, keep=True)
        except ParseError:
            continue
        counted += 1
        otherwise += Message.parse(sample.data).build() != sample.data
        assert message.build() == sample.data, sample.label
        message.id ^= 1
        message.ra = not message.ra
        edited = message.build()
        assert edited[4:] == sample.data[4:], sample.label
        assert edited[:2] == message.id.to_bytes(2, "big")
    assert counted > 1900
    assert otherwise  # those that the certificate speaks of


def test_hostile_messages_come_back() -> None:
    for sample in corpus.samples(hostile=True):
        try:
            message = Message.parse(sample.data, keep=True)
        except ParseError:
            continue
        assert message.build() == sample.data, sample.label


def test_an_edit_of_a_foreign_compression() -> None:
    """A sender that never compresses: a record that is taken out leaves the others as they are."""
    question = b"\x01a\x04test\x00\x00\x01\x00\x01"
    record = b"\x01a\x04test\x00\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x7f\x00\x00"
    wire = b"\x00\x01\x81\x80\x00\x01\x00\x02\x00\x00\x00\x00" + question + record + b"\x01" + record + b"\x02"
    message = Message.parse(wire, keep=True).relaxed()
    assert message.build() == wire
    del message.answers[0]
    assert message.build() == wire[:7] + b"\x01" + wire[8:12] + question + record + b"\x02"
