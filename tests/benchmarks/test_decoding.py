"""`bitwright decode` beside tshark: rows and ids are compared before either is timed; nothing here asserts a time."""

from __future__ import annotations

import pytest

from benchmarks import decoding
from benchmarks.groups import BITWRIGHT, OwnClock
from benchmarks.packets import capture_of
from benchmarks.peers import available
from benchmarks.processes import bitwright

needs_tshark = pytest.mark.skipif(not available("tshark"), reason="apt-get install tshark")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JSON_PACKETS", "TEXT_PACKETS", "COMPARED_PACKETS"):
        monkeypatch.setattr(decoding, name, 200)


def test_without_tshark_it_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "available", lambda key: False)
    monkeypatch.setattr(decoding, "missing", lambda *keys: keys)
    json, text = decoding.json_group(), decoding.text_group()
    assert (list(json.contenders), json.skipped, json.items) == ([BITWRIGHT, decoding.ONE_PROCESS], ("tshark",), 200)
    assert (list(text.contenders), text.skipped, text.items) == ([BITWRIGHT], ("tshark",), 200)
    clock = text.contenders[BITWRIGHT]
    assert isinstance(clock, OwnClock)
    assert clock.seconds(1) > 0


@needs_tshark
def test_rows_and_lines_agree_with_tsharks() -> None:
    decoding.compare_json(capture_of(200))
    decoding.compare_text(capture_of(200))


@needs_tshark
def test_another_id_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "_id_of_row", lambda row: 1)
    with pytest.raises(AssertionError, match="tshark -T ek: other ids"):
        decoding.compare_json(capture_of(200))


def test_too_few_ids_are_an_error() -> None:
    with pytest.raises(AssertionError, match="only 1 of 3 ids"):
        decoding._agree({1: 5, 2: 6, 3: 7}, {1: 5, 2: None}, "tshark")


def test_a_command_that_fails_is_an_error() -> None:
    with pytest.raises(AssertionError, match="ended with 2"):
        decoding._wall(bitwright("decode", "--no-such-option")).seconds(1)
