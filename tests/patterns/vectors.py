"""What the real matcher answered, as data: how terms are written in JSON, and how an answer is compared with ours.

Promises: `term(shown(value)) == value`, type for type; `differs(case, engine)` says in words what is not as the answer says, or
gives "" where everything is.  The same functions hold live answers of the installed Elixir (`oracle.py`) against ours.

The JSON: bitstrings are `{"hex", "bits"}` with the last byte filled up with zeros, tuples `{"tuple": [...]}`, atoms
`{"atom": name}`, maps `{"map": [[key, value], ...]}`; integers, floats, lists, true, false and null are themselves.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bitstring import Bits

import bitwright
from bitwright import BuildError, ParseError, PatternError
from bitwright.errors import BitwrightError

DATA = Path(__file__).with_name("data")
SHARED = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "bitsyntax.json"


@dataclasses.dataclass(frozen=True)
class Case:
    """A question and its answer; `answer` is None where there is no match, an `Error` where there is none at all.

    Else it is the bindings of a match, the value of a construction or comprehension, or (index, bindings) of clauses.
    """

    kind: str
    what: str | tuple[str, ...]
    bindings: dict[str, Any]
    value: Any
    dialect: str
    answer: Any

    def __str__(self) -> str:
        return f"{self.dialect} {self.kind} {self.what!r} with {self.bindings!r} of {self.value!r}"


@dataclasses.dataclass(frozen=True)
class Error:
    """That the text is refused ("compile") or what it says fails ("runtime")."""

    kind: str


def term(value: Any) -> Any:
    """The term that JSON stands for."""
    match value:
        case {"hex": raw, "bits": int(count)}:
            bits = Bits(hex=raw)[:count] if raw else Bits()
            return bits if count % 8 else bits.tobytes()
        case {"tuple": items}:
            return tuple(map(term, items))
        case {"atom": name}:
            return name
        case {"map": pairs}:
            return {term(key): term(item) for key, item in pairs}
        case list():
            return [term(item) for item in value]
        case _:
            return value


def shown(value: Any) -> Any:
    """The JSON of a term."""
    match value:
        case bytes():
            return {"hex": value.hex(), "bits": 8 * len(value)}
        case Bits():
            return {"hex": value.tobytes().hex(), "bits": len(value)}
        case tuple():
            return {"tuple": [shown(item) for item in value]}
        case str():
            return {"atom": value}
        case dict():
            return {"map": [[shown(key), shown(item)] for key, item in value.items()]}
        case list():
            return [shown(item) for item in value]
        case _:
            return value


def shared(group: str) -> list[dict[str, Any]]:
    """The answers of one group that lie beside the repository; none where they do not."""
    return json.loads(SHARED.read_text("utf-8"))[group] if SHARED.exists() else []


def cases(name: str) -> Iterator[tuple[str, Case]]:
    """The cases of one file, each with its group."""
    for entry in json.loads((DATA / f"{name}.json").read_text("utf-8"))["cases"]:
        what = entry["text"] if isinstance(entry["text"], str) else tuple(entry["text"])
        given = {key: term(value) for key, value in entry.get("bindings", {}).items()}
        yield entry["group"], Case(entry["kind"], what, given, term(entry.get("input")), entry["dialect"], _answer(entry))


def _answer(entry: dict[str, Any]) -> Any:
    match entry["result"]:
        case "error":
            return Error(entry["error"])
        case "nomatch":
            return None
        case "ok":
            return term(entry["value"])
        case _:
            names = {key: term(value) for key, value in entry["names"].items()}
            return (entry["clause"], names) if entry["kind"] == "clauses" else names


def ours(case: Case, engine: Any) -> Any:
    """What this package answers, in the form of a case's answer."""
    try:
        return _answered(case, engine)
    except PatternError:
        return Error("compile")
    except (BuildError, ParseError):
        return Error("runtime")
    except BitwrightError as error:
        return f"{type(error).__name__}: {error}"


def _answered(case: Case, engine: Any) -> Any:
    dialect: Any = case.dialect
    if case.kind == "clauses":
        return bitwright.Clauses(case.what, dialect=dialect).on(engine).match(case.value, **case.bindings)
    assert isinstance(case.what, str)
    if case.kind == "match":
        return bitwright.pattern(case.what, dialect=dialect).on(engine).match(case.value, **case.bindings)
    if case.kind == "construct":
        return bitwright.construct(case.what, dialect=dialect).on(engine).build_from(case.bindings)
    return bitwright.comprehension(case.what, dialect=dialect).on(engine)(**case.bindings)


def same(a: Any, b: Any) -> bool:
    """Equal type for type: 1 is not 1.0, True is not 1, and the sign of zero counts."""
    if isinstance(a, Bits) and isinstance(b, Bits):
        return bool(a == b)
    if type(a) is not type(b):
        return False
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return bool(repr(a) == repr(b) if isinstance(a, float) else a == b)


def differs(case: Case, engine: Any) -> str:
    """What is not as the real matcher says; "" where nothing is."""
    try:
        found = ours(case, engine)
    except Exception as error:  # noqa: BLE001  # every kind of it is a finding
        found = f"{type(error).__name__}: {error}"
    return "" if same(found, case.answer) else f"{case}\n    expected {case.answer!r}\n    got      {found!r} ({engine})"
