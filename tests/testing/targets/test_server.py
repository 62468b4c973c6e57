"""A server as target: that it lives is asked after each input, by a valid message and its answer."""

from __future__ import annotations

import contextlib
import itertools
import random
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bitwright import Struct
from bitwright.testing.conversation import Conversation, ConversationMutator, conversation
from bitwright.testing.labels import SEED
from bitwright.testing.mutator import Mutator
from bitwright.testing.targets.endpoint import Pace, endpoint
from bitwright.testing.targets.errors import TargetError
from bitwright.testing.targets.server import ServerTarget
from tests.testing.targets import servers
from tests.testing.targets.servers import Ask, FramedAsk, Status

HELLO = Ask(number=7, text=b"hello").build()
FRAMED = FramedAsk(ask=Ask(number=7, text=b"hello")).build()
DEADLY = Ask(number=1, text=b"\xde\xad").build()


@contextlib.contextmanager
def _target(where: str, message: type[Struct] = Ask, probe: bytes = HELLO, **options: Any) -> Iterator[ServerTarget]:
    with contextlib.closing(ServerTarget(where, message, probes=[probe], **options)) as target:
        yield target


def test_a_server_that_answers_has_no_finding() -> None:
    with servers.udp(servers.answers) as server, _target(server.where) as target:
        answered = target.run(Ask(number=9, text=b"x").build(), SEED)
        refused = target.run(b"\x00\x01", SEED)
        ignored = target.run(Ask(number=9, status=Status.DONE, text=b"").build(), SEED)
        assert [(outcome.kind, outcome.bucket) for outcome in (answered, refused, ignored)] == [("value", ""), ("value", ""), ("error", "")]
        assert [outcome.detail for outcome in (answered, refused, ignored)] == ["status DONE", "status REFUSED", "no answer at once"]
        assert target.states == {"status DONE": 1, "status REFUSED": 1, "no answer at once": 1}


def test_each_input_is_followed_by_the_valid_message() -> None:
    with servers.udp(servers.answers) as server, _target(server.where) as target:
        target.run(b"one", SEED)
        target.run(b"two", SEED)
        assert list(server) == [HELLO, HELLO, b"one", HELLO, b"two", HELLO]


def test_thousands_of_mutants() -> None:
    rng = random.Random(3)
    with servers.udp(servers.answers) as server, _target(server.where) as target:
        kinds = {target.run(*mutant).kind for mutant in itertools.islice(Mutator(Ask, [HELLO], rng, largest=2_000), 2_000)}
        assert kinds == {"value", "error"}
        assert sum(target.states.values()) >= 2_000


def test_one_that_dies_is_dead_and_stays_so() -> None:
    with servers.udp(servers.dies_of(b"\xde\xad")) as server, _target(server.where, timeout=2.0) as target:
        assert not target.run(HELLO, SEED).is_finding
        assert (target.run(DEADLY, SEED).kind, target.run(HELLO, SEED).kind) == ("dead", "dead")
        assert list(server)[-1] == DEADLY


def test_one_that_hangs_is_dead_until_it_answers_again() -> None:
    with servers.udp(servers.hangs_at(b"\xde\xad", 1.0)) as server, _target(server.where, timeout=0.2) as target:
        outcome = target.run(DEADLY, SEED)
        assert (outcome.kind, outcome.bucket) == ("dead", "dead: no answer")
        deadline = time.monotonic() + 20
        while target.run(HELLO, SEED).kind == "dead":
            assert time.monotonic() < deadline


def test_one_that_answers_the_valid_message_otherwise_is_a_finding() -> None:
    with servers.udp(servers.forgets_after(b"\xde\xad")) as server, _target(server.where) as target:
        assert not target.run(HELLO, SEED).is_finding
        outcome = target.run(DEADLY, SEED)
        assert (outcome.kind, outcome.bucket) == ("unexpected", "the valid message is answered otherwise: status REFUSED")


@pytest.mark.parametrize("at_most", [1_000_000, 1, 3])
def test_streams_are_framed_as_declared_also_where_the_server_closes_connections(at_most: int) -> None:
    with servers.tcp(servers.answers, at_most=at_most) as server, _target(server.where, FramedAsk, FRAMED) as target:
        for number in range(20):
            assert not target.run(FramedAsk(ask=Ask(number=number, text=b"x")).build(), SEED).is_finding
            assert not target.run(FRAMED[:-1], SEED).is_finding  # the server waits for the rest
            assert not target.run(b"\x00\x02ab", SEED).is_finding
        assert set(target.states) <= {"status DONE", "no answer at once"}


def test_a_stream_server_that_dies() -> None:
    deadly = FramedAsk(ask=Ask.parse(DEADLY)).build()
    with servers.tcp(servers.dies_of(b"\xde\xad")) as server, _target(server.where, FramedAsk, FRAMED, timeout=1.0) as target:
        assert not target.run(FRAMED, SEED).is_finding
        assert "dead" in [target.run(data, SEED).kind for data in (deadly, *[FRAMED] * 20)]  # connections are attended to at the same time
        assert target.run(FRAMED, SEED).bucket == "dead: nobody listens"


def test_a_conversation_is_said_turn_by_turn() -> None:
    turns = [Ask(number=number, text=b"turn").build() for number in range(3)]
    with servers.udp(servers.answers) as server, _target(server.where, conversation=True) as target:
        assert not target.run(conversation(turns), SEED).is_finding
        assert list(server)[2:] == [*turns, HELLO]
        assert target.run(b"\x00\x00\x00\x09", SEED).detail.startswith("not a conversation")


def test_mutants_of_a_conversation_break_its_last_turn_only() -> None:
    turns = [Ask(number=number, text=b"turn").build() for number in range(3)]
    made = list(itertools.islice(ConversationMutator(Ask, [turns], random.Random(1)), 500))
    said = [[turn.data for turn in Conversation.parse(data).turns] for data, _ in made]
    assert {len(turn) for turn in said} == {1, 2, 3}
    assert all(turn[:-1] == turns[: len(turn) - 1] for turn in said)
    assert all(label.path.startswith(f"turns[{len(turn) - 1}]") for turn, (_, label) in zip(said, made, strict=True))
    assert made == list(itertools.islice(ConversationMutator(Ask, [turns], random.Random(1)), 500))


def test_a_conversation_over_a_stream_is_one_connection() -> None:
    turns = [FramedAsk(ask=Ask(number=number, text=b"turn")).build() for number in range(3)]
    with servers.tcp(servers.answers) as server, _target(server.where, FramedAsk, FRAMED, conversation=True) as target:
        for _ in range(20):
            assert not target.run(conversation(turns), SEED).is_finding
        said = [message for message in server if message != HELLO]
        assert said[:2] == [turn[2:] for turn in turns[:2]]


def test_where_nobody_listens_or_nobody_answers_the_target_is_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        with pytest.raises(TargetError, match="answers none of 1 valid messages of Ask"):
            ServerTarget(f"udp:127.0.0.1:{port}", Ask, probes=[HELLO, b"no message"])
    for transport in ("udp", "tcp"):
        with pytest.raises(TargetError, match="nobody listens at"):
            ServerTarget(f"{transport}:127.0.0.1:{port}", Ask, probes=[HELLO])


NO_ADDRESSES = ["127.0.0.1:53", "udp:127.0.0.1", "udp:127.0.0.1:0", "udp:127.0.0.1:65536", "sctp:127.0.0.1:9", "udp:::1:53", ""]


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(TargetError, match="is no server"):
        endpoint(text)


def test_only_this_machine_unless_others_are_allowed() -> None:
    assert str(endpoint("udp:127.0.0.1:53")) == "udp:127.0.0.1:53"
    assert str(endpoint("tcp:[::1]:53")) == "tcp:[::1]:53"
    assert endpoint("udp:localhost:53").is_here
    for text in ("udp:192.0.2.1:53", "tcp:[2001:db8::1]:53", "udp:0.0.0.0:53"):
        with pytest.raises(TargetError, match="not this machine"):
            endpoint(text)
        assert not endpoint(text, allow_remote=True).is_here


def test_a_rate_is_kept() -> None:
    pace = Pace(200.0)
    begin = time.monotonic()
    for _ in range(21):
        pace.wait()
    assert time.monotonic() - begin >= 0.099  # the subject is that it waits
    with pytest.raises(TargetError, match="rate"):
        Pace(0)
