"""Routines are compiled by subject, each once in a process, and only when something calls one of them."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bitwright import Struct, domain_name, u8
from bitwright.backends.llvm import cache, jit, routines
from bitwright.codec import Codec
from bitwright_specs.dns import Header, Message
from bitwright_specs.ipv4 import IPv4

MESSAGE = bytes.fromhex("12348180000100010000000003777777076578616d706c6503636f6d0000010001c00c00010001000000010004c0000201")
Steps = dict[str, list[str]]


class Named(Struct):
    """A name alone."""

    kind: int = u8()
    name: str = domain_name()


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Steps:
    """The subjects that are emitted, and those that are linked, in a process that has none yet, with nothing on disk."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    done: Steps = {"emitted": [], "linked": []}
    emit, load = routines.emit, jit._load_routines.__wrapped__

    def emitting(subject: str) -> str:
        done["emitted"].append(subject)
        return emit(subject)

    def loading(subject: str) -> Any:
        done["linked"].append(subject)
        return load(subject)

    monkeypatch.setattr(routines, "emit", emitting)
    monkeypatch.setattr(jit, "_load_routines", functools.cache(loading))
    return done


def parse(struct: Any, data: bytes) -> Any:
    return Codec(struct, "llvm").parse(data)


def build(struct: Any, data: bytes) -> bytes:
    return Codec(struct, "llvm").build(Codec(struct, "python").parse(data))


READING = {"making", "parts"}  # what `parse(only=...)` asks for is looked up by machine code too
BUILDING = {"values", "output"}
USES: dict[str, tuple[Callable[[Any, bytes], Any], Any, bytes, set[str]]] = {
    "a header read": (parse, Header, bytes(12), READING),
    "a header written": (build, Header, bytes(12), BUILDING),
    "a name read": (parse, Named, b"\1\3abc\0", {*READING, "reading names"}),
    "a name written": (build, Named, b"\1\3abc\0", {*BUILDING, "writing names", "fitting names"}),
    "a message read": (parse, Message, MESSAGE, {*READING, "members", "reading names"}),
    "a message written": (build, Message, MESSAGE, {*BUILDING, "writing names", "fitting names"}),
    "a packet written": (build, IPv4, b"E\0\0\x14" + bytes(6) + b"\xba\xeb" + bytes(8), {*BUILDING, "bw_sum_internet"}),
}


@pytest.mark.parametrize("use", USES)
def test_a_program_gets_the_routines_that_it_calls_and_no_others(use: str, steps: Steps) -> None:
    call, struct, data, expected = USES[use]
    call(struct, data)
    assert set(steps["linked"]) == expected
    assert sorted(steps["emitted"]) == sorted(steps["linked"])
    assert len(steps["linked"]) == len(expected)


@pytest.mark.parametrize("use", USES)
def test_from_the_cache_it_gets_the_same_ones(use: str, steps: Steps) -> None:
    call, struct, data, expected = USES[use]
    first = call(struct, data)
    jit._load_routines.cache_clear()  # as another process begins
    for done in steps.values():
        done.clear()
    assert call(struct, data) == first
    assert set(steps["linked"]) == expected
    assert steps["emitted"] == []


def test_what_another_program_has_loaded_is_not_loaded_again(steps: Steps) -> None:
    parse(Header, bytes(12))
    parse(Message, MESSAGE)
    parse(IPv4, b"E\0\0\x14" + bytes(16))
    assert sorted(steps["linked"]) == sorted({*READING, "members", "reading names"})


@pytest.mark.parametrize("name", routines.SUBJECTS)
def test_a_subject_has_what_it_says_and_calls_what_it_says(name: str) -> None:
    text, subject = routines.emit(name), routines.SUBJECTS[name]
    assert set(re.findall(r'^define (?!internal ).*?@"(\w+)"\(', text, re.MULTILINE)) == set(subject.signatures)
    declared = re.findall(r'^declare .*?@"(bw_\w+)"\(', text, re.MULTILINE)
    assert {routines.SUBJECT_OF[routine] for routine in declared} == set(subject.calls)


def test_each_routine_is_of_one_subject() -> None:
    assert sum(len(subject.signatures) for subject in routines.SUBJECTS.values()) == len(routines.SIGNATURES)
    assert {name: routines.SUBJECT_OF[name] for name in ("bw_read_name", "bw_fit")} == {
        "bw_read_name": "reading names", "bw_fit": "fitting names",
    }  # fmt: skip


@pytest.mark.parametrize("name", routines.SUBJECTS)
def test_every_subject_can_be_linked_by_itself(name: str, steps: Steps) -> None:
    for routine in routines.SUBJECTS[name].signatures:
        assert jit.address_of_routine(routine) != 0
    assert set(steps["linked"]) == {name, *routines.SUBJECTS[name].calls}
