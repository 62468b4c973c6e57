"""The same rules and events on OTP's gen_statem and on ours: what is handled, in which state and order, and which timers run then."""

from __future__ import annotations

import dataclasses
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from bitwright.net.statem import (
    EVENT,
    STATE,
    Action,
    Came,
    Enter,
    Event,
    Expired,
    Insert,
    Machine,
    Postpone,
    Timer,
    Transition,
    go,
    repeat,
    stop,
)
from bitwright.net.statem import keep as stay

SCRIPT = Path(__file__).with_name("stating.escript")
LONG = 3600  # seconds: longer than the test
ENOUGH = 60  # lines, after which a machine that goes on for ever is stopped
TIMERS = {"event": EVENT, "state": STATE, "x": "x", "y": "y"}
NAMES = {timer: name for name, timer in TIMERS.items()}


@dataclasses.dataclass(frozen=True)
class Case:
    """What follows, by state and what comes, and what is posted.  Actions are pairs: what, and with what."""

    rules: dict[tuple[str, str], tuple[str, list[tuple[str, str]]]]
    contents: list[str]

    def term(self) -> str:
        rules = ",".join(
            f"{{{{{state},{key}}},{what},[{','.join(_action(*one) for one in actions)}]}}"
            for (state, key), (what, actions) in self.rules.items()
        )
        return f"{{[{rules}],[{','.join(self.contents)}]}}.\n"


def _action(what: str, value: str) -> str:
    match what:
        case "postpone":
            return "postpone"
        case "insert":
            return f"{{next_event,internal,{value}}}"
        case "event":
            return f"{{timeout,{_time(value)},none}}"
        case "state":
            return f"{{state_timeout,{_time(value)},none}}"
        case _:
            return f"{{{{timeout,{what}}},{_time(value)},none}}"


def _time(value: str) -> str:
    return {"now": "0", "long": str(LONG * 1000), "never": "infinity"}[value]


def made(rng: random.Random) -> Case:
    def timer() -> tuple[str, str]:
        return rng.choice(list(TIMERS)), rng.choice(["now", "long", "long", "never"])

    def action() -> tuple[str, str]:
        match rng.randrange(4):
            case 0 | 1:
                return timer()
            case 2:
                return "insert", rng.choice("0123")
            case _:
                return "postpone", ""

    rules = {}
    for state in "abc":
        rules[state, "enter"] = ("keep", [timer() for _ in range(rng.choice([0, 0, 1, 2]))])
        for key in (*"0123", *TIMERS):
            if rng.random() < 0.6:
                what = rng.choice(["keep"] * 6 + ["repeat"] + [*"abc"] * 2 + ["stop"] * (rng.random() < 0.1))
                rules[state, key] = what, [action() for _ in range(rng.choice([0, 1, 1, 2, 3]))]
    return Case(rules, [rng.choice("0123") for _ in range(6)])


def ours(case: Case) -> str:
    said: list[str] = []

    def callback(state: str, event: Event) -> Transition[str]:
        match event:
            case Enter(before):
                key = "enter"
                said.append(f"{state} enter {before}")
            case Came(content):
                key = content
                said.append(f"{state} {key}")
            case Expired(name):
                key = NAMES[name]
                said.append(f"{state} {key}")
        what, actions = case.rules.get((state, key), ("keep", []))
        if len(said) > ENOUGH or what == "stop":
            return stop()
        given = [_ours(*one) for one in actions]
        return stay(*given) if what == "keep" else repeat(*given) if what == "repeat" else go(what, *given)

    machine = Machine("a", callback, 0.0)
    for content in case.contents:
        machine.post(content, 0.0)
        said.append("stopped" if machine.stopped else " ".join(["timers", *sorted(NAMES[name] for name in machine.timers)]))
    return ",".join(said)


def _ours(what: str, value: str) -> Action:
    match what:
        case "postpone":
            return Postpone()
        case "insert":
            return Insert(value)
        case _:
            return Timer(TIMERS[what], {"now": 0.0, "long": LONG, "never": None}[value])


@pytest.mark.skipif(shutil.which("escript") is None, reason="escript is not installed: apt install erlang-base")
def test_the_same_happens_as_in_otp(tmp_path: Path) -> None:
    rng = random.Random(8)
    cases = [made(rng) for _ in range(2000)]
    (tmp_path / "cases").write_text("".join(case.term() for case in cases))
    done = subprocess.run(["escript", SCRIPT, tmp_path / "cases"], capture_output=True, text=True, timeout=100, check=False)
    assert not done.stderr, done.stderr[-2000:]
    theirs = done.stdout.splitlines()
    assert len(theirs) == len(cases)
    for case, line in zip(cases, theirs, strict=True):
        assert ours(case) == line, case
    outcomes = "\n".join(theirs)
    for what in ("stopped", "timers event", "state x y", "b enter a", "c enter c", " event,"):  # the cases are of all sorts
        assert outcomes.count(what) > 10, what
