"""Erlang's machine as a contender: what it is given arrives, it measures itself, and it ends with the process that began it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from benchmarks import peers
from benchmarks.erlang import contenders
from benchmarks.erlang.leaves import leaves
from benchmarks.erlang.machine import Machine
from benchmarks.groups import ERLANG_BY_HAND
from benchmarks.packets import SAMPLE, dns_messages
from benchmarks.patterns import PACKET, reference_by_hand
from bitwright import IPv4Address, IPv6Address
from bitwright_specs.dns import Message, Question, Type

needs_erlang = pytest.mark.skipif(not peers.available("erlang"), reason=peers.PEERS["erlang"].install)


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    started = Machine()
    yield started
    started.close()


@needs_erlang
def test_items_arrive_and_results_come_back(machine: Machine) -> None:
    assert machine.show("bench_header", "tuple", [PACKET[:12], bytes(range(13))]) == [
        "1A2B 1 0 1 0 1 1 3 1 2 3 4 ", "0001 0 0 0 1 0 0 3 1029 1543 2057 2571 0C",
    ]  # fmt: skip
    assert machine.show("bench_header", "map", []) == []


@needs_erlang
def test_it_measures_itself(machine: Machine) -> None:
    clock = machine.clock("bench_header", "tuple", [PACKET] * 100)
    assert clock.seconds(100) > 0


@needs_erlang
def test_what_fails_there_is_an_error_here(capfd: pytest.CaptureFixture[str]) -> None:
    machine = Machine()
    with pytest.raises(RuntimeError, match="Erlang's machine ended"):
        machine.show("no_such_module", "work", [])
    machine.close()
    assert "no_such_module" in capfd.readouterr().err


@needs_erlang
def test_a_result_that_differs_is_an_error() -> None:
    with pytest.raises(AssertionError, match="Erlang, a tuple"):
        contenders.of_reference_pattern([PACKET], lambda data: {**(reference_by_hand(data) or {}), "rcode": 4})


@needs_erlang
def test_the_decoder_in_erlang_gives_every_field_that_ours_gives() -> None:
    messages = dns_messages(SAMPLE)
    assert len(messages) > 5
    assert contenders.of_whole_messages(messages, Message.parse).keys() == {ERLANG_BY_HAND}
    other = Message.build(Message(id=7))
    with pytest.raises(AssertionError, match=ERLANG_BY_HAND):
        contenders.of_whole_messages([*messages, other], lambda data: Message.parse(messages[0] if data == other else data))


@needs_erlang
def test_what_erlangs_own_decoder_refuses_is_said() -> None:
    _, shown = contenders.of_inet_dns([*dns_messages(SAMPLE)[:1], b"no message"])[contenders.INET_DNS]
    assert shown[1] == "refused" != shown[0]


def test_leaves_are_numbers_and_bytes_in_order() -> None:
    question = Question(qname="www.a\\.b.", qtype=Type.MX)
    assert leaves([question, True, IPv4Address("192.0.2.1"), IPv6Address("2001:db8::1"), b"", "."]) == (
        "x777777 x612E62 15 1 1 192 0 2 1 8193 3512 0 0 0 0 0 1 x"
    )
    with pytest.raises(TypeError, match="float has no leaves"):
        leaves([1.0])


@needs_erlang
def test_it_ends_when_it_is_closed() -> None:
    machine = Machine()
    process: subprocess.Popen[bytes] = machine.process
    assert process.poll() is None
    machine.close()
    assert process.returncode == 0


def test_without_erlang_nothing_is_contributed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contenders, "available", lambda key: False)
    assert contenders.of_reference_pattern([PACKET], reference_by_hand) == {}
    assert contenders.of_whole_messages([], Message.parse) == {}
    assert contenders.of_inet_dns([]) == {}
