"""From a packet to its row: layers, offsets, statuses, on both engines."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from bitwright.stack import MAX_LAYERS, LayerError, Registry, Row, Walker
from tests.stack import toys
from tests.stack.toys import Packet, frame, net, note, ports

HELLO = note().build()  # 7 bytes
WHOLE = frame(net(ports(HELLO)))  # 1 + 3 + 4 + 7 bytes


@pytest.fixture
def walker(engine: str) -> Walker:
    return Walker(toys.registry(), backend=engine)


def shape(row: Row) -> list[tuple[str, int]]:
    return [(layer.name, layer.offset) for layer in row.layers]


def value(row: Row, name: str) -> Any:
    return next(layer.value for layer in row.layers if layer.name == name)


def codes(row: Row) -> list[str]:
    return [finding.code for finding in row.findings]


def failure(row: Row) -> LayerError:
    assert row.error is not None
    return row.error


def test_layers_with_their_offsets_in_the_packet(walker: Walker) -> None:
    row = walker.decode(Packet(WHOLE, number=7, timestamp_ns=123, interface=2))
    assert (row.number, row.time_ns, row.interface, row.link_type, row.captured, row.original) == (7, 123, 2, 1, 15, 15)
    assert (row.status, row.error, row.findings) == ("ok", None, [])
    assert shape(row) == [("frame", 0), ("net", 1), ("ports", 4), ("note", 8)]
    assert value(row, "note").text == b"hello"
    assert value(row, "net").protocol == 17


def test_padding_after_a_layer_with_a_length_is_not_its_payload(walker: Walker) -> None:
    row = walker.decode(Packet(frame(net(ports(HELLO)), padding=9)))
    assert (row.status, row.findings) == ("ok", [])
    assert value(row, "note").text == b"hello"


def test_the_first_key_field_that_is_bound_decides(walker: Walker) -> None:
    assert shape(walker.decode(Packet(frame(net(ports(HELLO, dst=99, src=5))))))[-1] == ("note", 8)
    lines = bytes([1, 0])
    assert shape(walker.decode(Packet(frame(net(ports(lines, dst=6, src=5))))))[-1] == ("lines", 8)


def test_an_upper_layer_that_is_not_bound_leaves_its_bytes_in_the_payload(walker: Walker) -> None:
    row = walker.decode(Packet(frame(net(b"data", protocol=99))))
    assert (row.status, shape(row)) == ("ok", [("frame", 0), ("net", 1)])
    assert value(row, "net").payload == b"data"


def test_an_empty_payload_has_no_layer_above(walker: Walker) -> None:
    row = walker.decode(Packet(frame(net(ports(b"")))))
    assert (row.status, shape(row)[-1]) == ("ok", ("ports", 4))


def test_a_link_type_that_is_not_registered_is_unknown(walker: Walker) -> None:
    row = walker.decode(Packet(WHOLE, link_type=147))
    assert (row.status, row.layers, row.error, row.link_type) == ("unknown", [], None, 147)


# --- cut by the snap length ---------------------------------------------------------------------


def test_every_cut_of_a_packet_is_cut_and_says_where(walker: Walker) -> None:
    for size in range(len(WHOLE)):
        row = walker.decode(Packet(WHOLE[:size], original=len(WHOLE)))
        assert row.status == "cut", size
        error = failure(row)
        assert error.code == "truncated"
        assert error.byte_offset is not None
        assert error.byte_offset <= size
        assert error.layer in {layer.name for layer in row.layers}


def test_what_is_there_of_a_cut_packet_is_read(walker: Walker) -> None:
    row = walker.decode(Packet(WHOLE[:-2], original=len(WHOLE)))
    assert shape(row) == [("frame", 0), ("net", 1), ("ports", 4), ("note", 8)]
    assert row.layers[-1].value is None
    assert row.layers[-1].partial == {"magic": 0x4E, "size": 5}
    error = failure(row)
    assert (error.layer, error.path, error.byte_offset, error.needed, error.available) == ("note", "text", 10, 5, 3)


def test_a_cut_that_takes_only_padding_is_no_loss(walker: Walker) -> None:
    row = walker.decode(Packet(frame(net(ports(HELLO))), original=60))
    assert (row.status, row.error) == ("ok", None)
    assert walker.decode(Packet(frame(HELLO, kind=2), original=60)).status == "ok"


def test_a_cut_payload_that_no_layer_reads_is_a_cut_too(walker: Walker) -> None:
    row = walker.decode(Packet(frame(net(b"data", protocol=99))[:-1], original=8))
    assert (row.status, failure(row).layer, failure(row).path) == ("cut", "net", "payload")
    assert (failure(row).byte_offset, failure(row).needed, failure(row).available) == (4, 4, 3)
    row = walker.decode(Packet(b"\x63abc", original=1500))
    assert (row.status, failure(row).layer, failure(row).path) == ("cut", "frame", "payload")
    assert (failure(row).byte_offset, failure(row).needed, failure(row).available) == (1, 1499, 3)


def test_a_length_that_says_all_that_follows_is_cut_with_it(walker: Walker) -> None:
    data = frame(net(b"data", protocol=99, length=0))
    row = walker.decode(Packet(data))
    assert (row.status, value(row, "net").payload) == ("ok", b"data")
    assert walker.decode(Packet(data, original=1500)).status == "cut"


def test_a_cut_packet_whose_inner_length_is_wrong_is_malformed(walker: Walker) -> None:
    wrong = bytes([0])  # a whole message of a stream, wrong inside, and after it another one, which is cut
    data = frame(net(ports(wrong + b"\x05\x02\0\1\0\2", dst=6)))
    row = walker.decode(Packet(data[:-2], original=len(data)))
    assert (row.status, failure(row).path) == ("malformed", "content.count")


def test_a_cut_packet_may_be_malformed_where_it_is_whole(walker: Walker) -> None:
    row = walker.decode(Packet(frame(net(ports(b"X" + HELLO[1:]))), original=60))
    assert (row.status, failure(row).code, failure(row).layer, failure(row).path) == ("malformed", "const", "note", "magic")


# --- malformed ----------------------------------------------------------------------------------


def test_a_layer_that_does_not_fit_is_malformed_and_keeps_what_was_read(walker: Walker) -> None:
    row = walker.decode(Packet(frame(net(ports(HELLO[:-2])))))
    assert shape(row) == [("frame", 0), ("net", 1), ("ports", 4), ("note", 8)]
    assert row.layers[-1].partial == {"magic": 0x4E, "size": 5}
    error = failure(row)
    assert (row.status, error.code, error.layer, error.path, error.byte_offset) == ("malformed", "truncated", "note", "text", 10)


def test_a_length_beyond_the_frame_is_malformed_but_layers_above_are_read(walker: Walker) -> None:
    row = walker.decode(Packet(frame(net(ports(HELLO), length=200))))
    assert shape(row)[-1] == ("note", 8)
    assert value(row, "note").text == b"hello"
    error = failure(row)
    assert (row.status, error.code, error.layer, error.path) == ("malformed", "truncated", "net", "payload")
    assert (error.byte_offset, error.needed, error.available) == (4, 197, 11)
    assert [(f.code, f.path, f.bit_offset) for f in row.findings] == [("payload-cut", "net.payload", 32)]


def test_a_length_beyond_the_frame_of_a_cut_packet_is_malformed_too(walker: Walker) -> None:
    data = frame(net(ports(HELLO), length=200))[:-2]
    assert walker.decode(Packet(data, original=203)).status == "cut"
    row = walker.decode(Packet(data, original=15))
    assert (row.status, failure(row).layer) == ("malformed", "net")
    assert row.layers[-1].partial == {"magic": 0x4E, "size": 5}


def test_a_packet_too_short_for_its_first_layer_is_malformed(walker: Walker) -> None:
    row = walker.decode(Packet(b""))
    assert (row.status, failure(row).layer, failure(row).byte_offset) == ("malformed", "frame", 0)


def test_the_first_bits_can_choose_the_layer(walker: Walker) -> None:
    assert shape(walker.decode(Packet(net(b"x", protocol=99), link_type=9))) == [("net", 0)]
    assert shape(walker.decode(Packet(frame(net(b"x", protocol=99), kind=4)))) == [("frame", 0), ("net", 1)]
    row = walker.decode(Packet(b"\x90", link_type=9))
    assert (row.status, failure(row).code, failure(row).layer, failure(row).byte_offset) == ("malformed", "const", "first", 0)
    assert (walker.decode(Packet(b"", link_type=9)).status, walker.decode(Packet(b"", 9, link_type=9)).status) == ("malformed", "cut")
    assert walker.decode(Packet(frame(b"\x90", kind=4))).status == "ok"  # not bound, so shown as payload


def test_layers_above_each_other_are_bounded(walker: Walker) -> None:
    inside = walker.decode(Packet(bytes([3] * (MAX_LAYERS - 1) + [9, 9])))
    assert (inside.status, len(inside.layers)) == ("ok", MAX_LAYERS)
    row = walker.decode(Packet(bytes([3] * 10_000)))
    assert (row.status, failure(row).code, len(row.layers)) == ("malformed", "depth", MAX_LAYERS)
    assert failure(row).byte_offset == MAX_LAYERS


# --- fragments, streams, what is left over ------------------------------------------------------


def test_fragments_are_not_looked_into_and_say_so(walker: Walker) -> None:
    row = walker.decode(Packet(frame(net(ports(HELLO), part=True))))
    assert (row.status, shape(row)) == ("ok", [("frame", 0), ("net", 1)])
    assert [(f.code, f.path, f.bit_offset) for f in row.findings] == [("fragment", "net.payload", 32)]


def test_a_segment_holds_several_messages(walker: Walker) -> None:
    messages = toys.Lines(content=toys.Words(words=[1, 2])).build() + toys.Lines(content=toys.Words(words=[3])).build()
    row = walker.decode(Packet(frame(net(ports(messages, dst=6)))))
    assert (row.status, row.findings) == ("ok", [])
    assert shape(row)[3:] == [("lines", 8), ("lines", 14)]
    assert [layer.value.content.words for layer in row.layers[3:] if isinstance(layer.value, toys.Lines)] == [[1, 2], [3]]


def test_a_segment_may_end_inside_a_message(walker: Walker) -> None:
    message = toys.Lines(content=toys.Words(words=[1, 2])).build()
    for size in range(1, len(message)):
        row = walker.decode(Packet(frame(net(ports(message + message[:size], dst=6)))))
        assert (row.status, row.error) == ("ok", None)
        (finding,) = row.findings
        assert (finding.code, finding.path) == ("partial-message", "lines.content")
        assert finding.bit_offset == 8 * 15
        assert shape(row)[3:] == [("lines", 8), ("lines", 14)]
        assert row.layers[-1].partial == {"size": 5}


def test_a_message_that_is_whole_but_wrong_inside_is_malformed(walker: Walker) -> None:
    wrong = bytes([3, 9, 0, 0])  # nine words announced, room for one
    row = walker.decode(Packet(frame(net(ports(wrong, dst=6)))))
    assert (row.status, failure(row).layer, row.findings) == ("malformed", "lines", [])
    assert failure(row).path == "content.words"


def test_a_stream_segment_cut_by_the_snap_length_is_cut(walker: Walker) -> None:
    message = toys.Lines(content=toys.Words(words=[1, 2])).build()
    data = frame(net(ports(message, dst=6)))
    row = walker.decode(Packet(data[:-1], original=len(data)))
    assert (row.status, failure(row).layer, codes(row)) == ("cut", "lines", ["payload-cut"])


def test_bytes_that_no_layer_explains_are_told(walker: Walker) -> None:
    row = walker.decode(Packet(frame(net(HELLO + b"more", protocol=18))))
    assert row.status == "ok"
    assert [(f.code, f.path, f.bit_offset) for f in row.findings] == [("unconsumed", "note", 8 * 11)]
    assert walker.decode(Packet(frame(HELLO + b"more", kind=2))).findings == []  # a frame may be padded


# --- checking -----------------------------------------------------------------------------------


def test_nothing_is_checked_unless_asked_for(engine: str) -> None:
    data = bytearray(WHOLE)
    data[6] ^= 0xFF
    data[3] |= 0x01
    assert Walker(toys.registry(), backend=engine).decode(Packet(bytes(data))).findings == []
    found = Walker(toys.registry(), check=True, backend=engine).decode(Packet(bytes(data))).findings
    assert [(f.code, f.path, f.bit_offset) for f in found] == [("reserved-bits", "net.zero", 25), ("checksum", "ports.check_sum", 48)]


def test_a_right_packet_has_no_findings(engine: str) -> None:
    checking = Walker(toys.registry(), check=True, backend=engine)
    assert checking.decode(Packet(WHOLE)).findings == []
    assert checking.decode(Packet(frame(net(ports(HELLO)), padding=20))).findings == []


def test_what_is_cut_is_not_judged(engine: str) -> None:
    checking = Walker(toys.registry(), check=True, backend=engine)
    row = checking.decode(Packet(WHOLE[:-1], original=len(WHOLE)))
    assert (row.status, codes(row)) == ("cut", ["payload-cut"])


def test_without_a_pseudo_header_no_checksum_is_judged(engine: str) -> None:
    made = Registry()
    made.layer("ports", toys.Ports, keys={"port": ("dst",)})
    made.link(1, "ports")
    row = Walker(made, check=True, backend=engine).decode(Packet(ports(HELLO)))
    assert (row.status, row.findings) == ("ok", [])


# --- rows ---------------------------------------------------------------------------------------


def test_rows_and_their_errors_can_be_pickled(walker: Walker) -> None:
    row = walker.decode(Packet(WHOLE[:-2], original=len(WHOLE)))
    again = pickle.loads(pickle.dumps(row))
    assert shape(again) == shape(row)
    assert (again.status, str(again.error), again.error.layer) == (row.status, str(row.error), failure(row).layer)


def test_nothing_a_packet_holds_leaves_the_walk(engine: str) -> None:
    import random

    chance = random.Random(1)
    walker = Walker(toys.registry(), check=True, backend=engine)
    statuses = set()
    for _ in range(3000):
        size = chance.randrange(24)
        data = bytes(chance.choice((0, 1, 2, 3, 4, 5, 6, 17, 18, 0x4E, chance.randrange(256))) for _ in range(size))
        row = walker.decode(Packet(data, original=chance.choice((size, size, size + 9)), link_type=chance.choice((1, 7, 9, 99))))
        statuses.add(row.status)
        assert (row.error is not None) == (row.status in {"cut", "malformed"})
        if row.error is not None:
            assert row.error.byte_offset is not None
            assert 0 <= row.error.byte_offset <= size
            assert row.error.layer
    assert statuses == {"ok", "cut", "malformed", "unknown"}
