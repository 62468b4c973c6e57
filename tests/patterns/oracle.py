"""Asks the installed Elixir: what the real matcher makes of patterns, constructions, comprehensions and case clauses.

Promises: `Oracle.ask(requests)` gives one `Answer` a request, in order; text, bindings and inputs go over unread, as terms.
An answer is `Answer("match", clause, names)`, `Answer("nomatch")`, `Answer("ok", value=...)` or `Answer("error", error=...)`:
that the text is refused is an error like one at run time, as only the real compiler can tell them apart.  `Answer("crash")`: the
virtual machine itself ended (OTP 25 does, of some code points in a ragged rest), so nothing is known.
"""

from __future__ import annotations

import base64
import dataclasses
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from tests.patterns.external import decoded, encoded

SCRIPT = Path(__file__).with_name("oracle.exs")
SECONDS = 600


@dataclasses.dataclass(frozen=True)
class Request:
    """A match of some clauses against a value, or an expression to evaluate."""

    what: str | tuple[str, ...]
    bindings: Mapping[str, Any]
    value: Any = None
    dialect: Literal["elixir", "erlang"] = "elixir"
    how: Literal["eval", "compiled"] = "eval"

    def term(self) -> tuple[Any, ...]:
        kind = "value" if isinstance(self.what, str) else "match"
        what = self.what.encode() if isinstance(self.what, str) else [text.encode() for text in self.what]
        return self.dialect, self.how, kind, what, [(name.encode(), value) for name, value in self.bindings.items()], self.value


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came of it; `names` of a match, `value` of an expression, `error` as the real one says it."""

    result: Literal["match", "nomatch", "ok", "error", "crash"]
    clause: int = 0
    names: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    value: Any = None
    error: str = ""

    @classmethod
    def of(cls, term: Any) -> Answer:
        match term:
            case "nomatch":
                return cls("nomatch")
            case ("match", clause, names):
                return cls("match", clause, {name.decode(): value for name, value in names.items()})
            case ("ok", value):
                return cls("ok", value=value)
            case ("error", kind, message):
                return cls("error", error=f"{kind.decode()}: {message.decode()}")
            case _:
                raise ValueError(f"no answer: {term!r}")


def installed() -> bool:
    """Whether there is an Elixir to ask."""
    return shutil.which("elixir") is not None


def ask(requests: Iterable[Request]) -> list[Answer]:
    """The answers, in order: some thousand a minute."""
    waiting = [base64.b64encode(encoded(request.term())) + b"\n" for request in requests]
    answers: list[Answer] = []
    while waiting:
        found = _asked(waiting) or [Answer("crash")]
        answers += found
        del waiting[: len(found)]
    return answers


def _asked(lines: list[bytes]) -> list[Answer]:
    """The answers until the virtual machine crashes, if it does."""
    command = ["elixir", "--erl", "+fnu +t 4000000", str(SCRIPT)]
    done = subprocess.run(command, input=b"".join(lines), capture_output=True, timeout=SECONDS, check=False)
    if done.returncode > 0:
        raise RuntimeError(f"the oracle ended with {done.returncode}: {done.stderr[-2000:].decode(errors='replace')}")
    whole, _, _ = done.stdout.rpartition(b"\n")
    return [Answer.of(decoded(base64.b64decode(line[1:]))) for line in whole.splitlines() if line.startswith(b"=")]
