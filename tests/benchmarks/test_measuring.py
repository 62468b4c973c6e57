"""How groups are measured, and who is said to be missing; nothing here asserts a time."""

from __future__ import annotations

import itertools

import pytest

from benchmarks import measure, peers
from benchmarks.groups import Group, OwnClock, over


def test_contenders_take_turns_and_one_may_measure_itself() -> None:
    order: list[str] = []

    def own(times: int) -> float:
        order.append("own")
        return 0.004 * times

    group = Group("a", 2, {"here": lambda: order.append("here"), "own": OwnClock(own)}, close=lambda: order.append("closed"))
    found = measure.measure(group, seconds=0.0)
    assert found["own"].best == found["own"].median == pytest.approx(0.002)
    assert found["own"].rate == pytest.approx(500)
    assert found["own"].spread == pytest.approx(0, abs=1e-9)
    assert found["own"].turns == found["here"].turns == measure.ROUNDS[0]
    turns = [one for i, one in enumerate(order) if i == 0 or one != order[i - 1]]
    assert turns == ["here", "own"] * (1 + measure.ROUNDS[0]) + ["closed"]


def test_a_slow_contender_sits_rounds_out_and_has_its_turns_from_the_beginning_on() -> None:
    turns = measure.turns_of({"quick": 0.001, "slow": 0.15, "slowest": 9.0}, 1.5)
    assert turns == {"quick": 101, "slow": 3, "slowest": 3}
    for most in range(1, 12):
        for fewer in range(1, most + 1):
            due = list(measure.rounds({"a": most, "b": fewer}))
            assert [sum(name in one for one in due) for name in "ab"] == [most, fewer]
            assert due[0] == ["a", "b"]
            at = [i for i, one in enumerate(due) if "b" in one]
            assert {after - before for before, after in itertools.pairwise(at)} <= {most // fewer, -(-most // fewer)}


def test_a_group_is_closed_when_a_contender_fails() -> None:
    closed: list[bool] = []
    group = Group("a", 1, {"here": over(int, ["no number"])}, close=lambda: closed.append(True))
    with pytest.raises(ValueError, match="no number"):
        measure.measure(group, seconds=0.0)
    assert closed == [True]


def test_what_counts_is_the_first_decile_and_the_quartiles_say_how_much_the_machine_did() -> None:
    found = measure.timing([float(n) for n in range(1, 102)])
    assert (found.best, found.low, found.median, found.high, found.turns) == (11, 26, 51, 76, 101)
    assert found.spread == pytest.approx(50 / 51)


def test_a_peer_that_is_not_installed_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(peers.PEERS, "dpkt", peers.Peer("dpkt", "pip install dpkt", lambda: None))
    monkeypatch.setitem(peers.PEERS, "dnslib", peers.Peer("dnslib", "pip install dnslib", lambda: "1.0"))
    peers.version.cache_clear()
    try:
        assert peers.missing("dnslib", "dpkt") == ("dpkt",)
        assert peers.available("dnslib")
        assert peers.version("dnslib") == "1.0"
    finally:
        peers.version.cache_clear()


@pytest.mark.parametrize("key", sorted(peers.PEERS))
def test_every_peer_has_a_command_and_is_looked_for_without_being_loaded(key: str) -> None:
    assert peers.PEERS[key].install.startswith(("pip install ", "npm install ", "apt-get install "))
    found = peers.PEERS[key].version()
    assert found is None or found


def test_what_is_not_on_the_path_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    peers.node_modules.cache_clear()
    try:
        assert [peers.PEERS[key].version() for key in ("erlang", "tshark", "cc", "kaitai-struct-compiler")] == [None] * 4
    finally:
        peers.node_modules.cache_clear()
