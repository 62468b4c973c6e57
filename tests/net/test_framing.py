"""Framings: whole frames however the bytes are cut, a mandatory limit, nothing over-long sent, and a switch that loses nothing."""

from __future__ import annotations

import pickle
import random

import pytest

from bitwright import ParseError, Struct, auto, raw, u16
from bitwright.net import TooLarge, Truncated
from bitwright.net.errors import FramingError
from bitwright.net.framing import FixedSize, Framer, Framing, LengthField, LengthPrefix, Piece, PushParser, Raw, Terminator


class Packet(Struct):
    length: int = auto(u16())
    body: bytes = raw(size=length)


LIMIT = 300
PAYLOADS = [b"", b"x", b"one", b"\r", b"\n\r", bytes(255), b"last"]
FRAMINGS: dict[str, tuple[Framing, list[bytes]]] = {
    "prefix-1": (LengthPrefix(size=1, limit=LIMIT), PAYLOADS),
    "prefix-2": (LengthPrefix(limit=LIMIT), PAYLOADS),
    "prefix-2-little": (LengthPrefix(size=2, endian="little", limit=LIMIT), PAYLOADS),
    "prefix-3": (LengthPrefix(size=3, limit=LIMIT), PAYLOADS),
    "prefix-3-little": (LengthPrefix(size=3, endian="little", limit=LIMIT), PAYLOADS),
    "prefix-4": (LengthPrefix(size=4, limit=LIMIT), PAYLOADS),
    "prefix-8": (LengthPrefix(size=8, limit=LIMIT), PAYLOADS),
    "prefix-that-counts-itself": (LengthPrefix(counts_itself=True, limit=LIMIT), PAYLOADS),
    "field": (LengthField(offset=1, size=2, scale=4, plus=8, limit=LIMIT), [b"\7\0\0" + bytes(5), b"\7\0\2" + bytes(13)]),
    "fixed": (FixedSize(3), [b"one", b"two", b"\0\0\0"]),
    "lines": (Terminator(limit=LIMIT), PAYLOADS),
    "lines-with-their-ends": (Terminator(limit=LIMIT, keep=True), [payload + b"\r\n" for payload in PAYLOADS]),
    "null-terminated": (Terminator(limit=LIMIT, ending=b"\0"), [b"", b"one", b"\r\n"]),
    "long-terminator": (Terminator(limit=LIMIT, ending=b"\r\n.\r\n"), [b"", b"a\r\n", b".", b"\r\n.\r\r\n", b"x" * 300]),
    "push": (PushParser(Packet, LIMIT), [Packet(body=payload).build() for payload in PAYLOADS]),
}  # fmt: skip


@pytest.mark.parametrize("name", FRAMINGS)
@pytest.mark.parametrize("seed", range(5))
def test_whole_frames_however_the_bytes_are_cut(name: str, seed: int) -> None:
    framing, payloads = FRAMINGS[name]
    wire = b"".join(map(framing.frame, payloads))
    choose = random.Random(seed)  # cuts need a seed, not secrecy
    framer, found, at = framing.framer(), [], 0
    while at < len(wire):
        size = (1, 2, 3, 100, len(wire))[seed] if seed else choose.randint(1, 9)
        found += framer.feed(wire[at : at + size])
        at += size
    assert found == payloads
    framer.close()
    assert framer.buffered == 0


@pytest.mark.parametrize("name", FRAMINGS)
def test_need_is_never_more_than_what_is_missing(name: str) -> None:
    framing, payloads = FRAMINGS[name]
    for payload in payloads:
        wire = framing.frame(payload)
        for there in range(len(wire)):
            framer = framing.framer()
            framer.push(wire[:there])
            assert framer.pull() is None
            assert 1 <= framer.need <= len(wire) - there
            framer.push(wire[there:])
            assert framer.pull() == payload
        framer = framing.framer()
        framer.push(wire)
        assert framer.need == 0


@pytest.mark.parametrize("name", FRAMINGS)
def test_the_end_inside_a_frame_says_what_is_there_and_what_is_missing(name: str) -> None:
    framing, payloads = FRAMINGS[name]
    wire = framing.frame(payloads[-1])
    for there in range(1, len(wire)):
        framer = framing.framer()
        assert framer.feed(framing.frame(payloads[0]) + wire[:there]) == payloads[:1]
        with pytest.raises(Truncated) as caught:
            framer.close()
        assert caught.value.partial == wire[:there]
        assert 1 <= caught.value.missing <= len(wire) - there


def test_need_and_missing_are_exact_where_the_length_is_known() -> None:
    framer = LengthPrefix(limit=LIMIT).framer()
    assert framer.need == 2
    assert framer.feed(b"\0\5abc") == []
    assert framer.need == 2
    with pytest.raises(Truncated) as caught:
        framer.close()
    assert (caught.value.partial, caught.value.missing) == (b"\0\5abc", 2)


# --- limits -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("framing", "wire"),
    [
        (LengthPrefix(size=4, limit=10), b"\0\0\0\13"),
        (LengthPrefix(size=4, limit=1 << 20), b"\xff\xff\xff\xff"),  # four gigabytes
        (LengthPrefix(size=8, limit=1 << 20), b"\xff" * 8),
        (LengthField(offset=0, size=2, limit=10), b"\0\13"),
        (Terminator(limit=10), b"01234567890"),
        (Terminator(limit=10), b"0123456789\rx"),
    ],
)
def test_what_is_over_the_limit_is_refused_as_soon_as_that_is_known_and_always(framing: Framing, wire: bytes) -> None:
    framer = framing.framer()
    assert framer.feed(wire[:-1]) == []
    for more in (wire[-1:], b"", b"\r\n", bytes(100)):
        with pytest.raises(TooLarge) as caught:
            framer.feed(more)
        assert caught.value.size > caught.value.limit == framing.limit


def test_an_oversized_frame_behind_a_good_one_is_reported_without_more_bytes() -> None:
    framer = LengthPrefix(limit=10).framer()
    framer.push(b"\0\1x\0\13")
    assert framer.pull() == b"x"
    with pytest.raises(TooLarge, match="11 bytes; the limit is 10"):
        framer.pull()


def test_feed_gives_the_frames_before_a_fault_first() -> None:
    framer = LengthPrefix(limit=10).framer()
    assert framer.feed(b"\0\1x\0\13") == [b"x"]
    with pytest.raises(TooLarge):
        framer.feed(b"")


def test_the_push_parser_refuses_an_announced_length_over_the_limit() -> None:
    with pytest.raises(ParseError, match="limit"):
        PushParser(Packet, 100).framer().feed(b"\xff\xff")


@pytest.mark.parametrize(
    ("framing", "most"),
    [
        (LengthPrefix(size=1, limit=1000), 255),  # OTP's {packet, 1} writes 256 bytes after a 0
        (LengthPrefix(size=2, limit=100_000), 65535),  # and {packet, 2} 65,536
        (LengthPrefix(size=1, counts_itself=True, limit=1000), 254),
        (LengthPrefix(size=2, limit=10), 10),
        (Terminator(limit=10), 10),
        (FixedSize(10), 10),
        (PushParser(Packet, 10), 10),
    ],
)
def test_what_is_too_long_to_be_sent_is_refused(framing: Framing, most: int) -> None:
    assert framing.framer().feed(framing.frame(b"\0\10" + b"x" * (most - 2))) != []
    with pytest.raises(TooLarge) as caught:
        framing.frame(bytes(most + 1))
    assert (caught.value.size, caught.value.limit) == (most + 1, most)


@pytest.mark.parametrize(
    ("framing", "payload"),
    [
        (Terminator(limit=100), b"one\r\ntwo"),
        (Terminator(limit=100, ending=b"aa"), b"xa"),  # together with the end it would end one byte earlier
        (Terminator(limit=100, keep=True), b"no end"),
        (Terminator(limit=100, keep=True), b"one\r\ntwo\r\n"),
        (FixedSize(3), b"12"),
        (LengthField(offset=0, size=1, limit=100), b"\3ab\0"),
        (LengthField(offset=2, size=2, limit=100), b"\0\0\0"),
    ],
)
def test_what_the_peer_would_cut_otherwise_is_not_sent(framing: Framing, payload: bytes) -> None:
    with pytest.raises(FramingError):
        framing.frame(payload)


@pytest.mark.parametrize(
    "framing",
    [LengthPrefix(counts_itself=True, limit=9), LengthField(offset=0, size=2, limit=9), LengthField(offset=0, size=2, plus=-9, limit=9)],
)
def test_a_length_that_does_not_cover_itself_ends_the_stream(framing: Framing) -> None:
    framer = framing.framer()
    for _ in range(2):
        with pytest.raises(FramingError, match="needed to say so"):
            framer.feed(b"\0\1")


# --- lines that are too long --------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_pieces_of_a_long_line_are_marked(size: int) -> None:
    framer = Terminator(limit=4, pieces=True).framer()
    wire = b"abcd\r\nabcde\r\nabcdefgh\r\nx\r\n"
    found = [frame for at in range(0, len(wire), size) for frame in framer.feed(wire[at : at + size])]
    marks = [(bytes(frame), frame.last if isinstance(frame, Piece) else None) for frame in found]
    assert marks == [(b"abcd", None), (b"abcd", False), (b"e", True), (b"abcd", False), (b"efgh", True), (b"x", None)]


def test_the_end_between_two_pieces_is_inside_a_message() -> None:
    framer = Terminator(limit=4, pieces=True).framer()
    assert framer.feed(b"abcde") == [b"abcd"]
    assert framer.feed(b"fgh") == []
    framer = Terminator(limit=1, pieces=True).framer()
    assert framer.feed(b"abc")[:2] == [b"a", b"b"]
    assert framer.detach() == b"c"
    framer.close()
    assert framer.feed(b"\r\n") == [b""]


def test_a_piece_goes_through_pickle() -> None:
    again = pickle.loads(pickle.dumps(Piece(b"abc", last=True)))
    assert type(again) is Piece
    assert (again, again.last, repr(again)) == (b"abc", True, "Piece(b'abc', last=True)")


# --- switching ----------------------------------------------------------------------------------


def _switched(framer: Framer, to: Framing) -> Framer:
    made = to.framer()
    made.push(framer.detach())
    return made


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_a_switch_keeps_every_byte(size: int) -> None:
    wire = b"hello\r\n" + b"\0\3one" + b"\0\0\0\3two" + Packet(body=b"p").build() + b"raw\0"
    framer: Framer = Terminator(limit=100).framer()
    then: list[Framing] = [LengthPrefix(limit=100), LengthPrefix(size=4, limit=100), PushParser(Packet, 100), Raw()]
    found = []
    for at in range(0, len(wire), size):
        framer.push(wire[at : at + size])
        while (frame := framer.pull()) is not None:
            found.append(frame)
            if then:
                framer = _switched(framer, then.pop(0))
    assert found[:4] == [b"hello", b"one", b"two", b"\0\1p"]
    assert b"".join(found[4:]) == b"raw\0"


@pytest.mark.parametrize("name", FRAMINGS)
def test_what_is_left_can_be_refused(name: str) -> None:
    framing, payloads = FRAMINGS[name]
    framer = framing.framer()
    framer.push(framing.frame(payloads[0]) + framing.frame(payloads[1])[:1])
    assert framer.pull() == payloads[0]
    with pytest.raises(FramingError, match="1 bytes came before the switch"):
        framer.detach(empty=True)
    assert framer.feed(framing.frame(payloads[1])[1:]) == [payloads[1]]
    assert framer.detach(empty=True) == b""


@pytest.mark.parametrize("name", FRAMINGS)
def test_a_framer_that_was_detached_begins_anew(name: str) -> None:
    framing, payloads = FRAMINGS[name]
    framer = framing.framer()
    half = framing.frame(payloads[-1])[:-1]
    assert framer.feed(half) == []
    assert framer.detach() == half
    assert framer.feed(framing.frame(payloads[-1])) == payloads[-1:]
    framer.push(framing.frame(payloads[0]) + framing.frame(payloads[1]))
    assert framer.pull() == payloads[0]
    assert framer.detach() == framing.frame(payloads[1])
    assert framer.feed(framing.frame(payloads[-1])) == payloads[-1:]


def test_what_comes_after_a_message_is_left_alone() -> None:
    framer = PushParser(Packet, 100).framer()
    framer.push(b"\0\1x\xff\xffnot a packet")
    assert framer.pull() == b"\0\1x"
    assert framer.detach() == b"\xff\xffnot a packet"


# --- descriptions -------------------------------------------------------------------------------


def test_what_makes_no_sense_is_refused() -> None:
    for wrong in (
        lambda: LengthPrefix(size=0, limit=1), lambda: LengthPrefix(size=9, limit=1), lambda: LengthPrefix(limit=0),
        lambda: LengthPrefix(endian="middle", limit=1),  # type: ignore[arg-type]
        lambda: LengthField(offset=-1, size=1, limit=1), lambda: LengthField(offset=0, size=1, scale=0, limit=1),
        lambda: FixedSize(0), lambda: Raw(0), lambda: Terminator(ending=b"", limit=1), lambda: Terminator(limit=0),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"bytes?|big|offset"):
            wrong()
