"""Wrong modules are refused: some made by hand, and every change of a comparison of numbers after which they read what they must not.

Whether a change matters is not asked of the verifier: the changed code is run, with inputs that end before a page that cannot be
touched.  What the process does not survive, the verifier must have refused; it may refuse more, since other bytes may lie there.
"""

from __future__ import annotations

import dataclasses
import faulthandler
import os
import random
import re
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bitwright import ParseError, Struct
from bitwright.backends.llvm.emit import emit_program
from bitwright.backends.llvm.jit import Loaded
from bitwright.backends.llvm.verify import verify
from bitwright.backends.python.runtime import FAILURES, Fail
from bitwright.lower.facts import Options
from bitwright_specs.dns import Header
from bitwright_specs.udp import UDP
from tests.safety.protected import Enclosed, from_begin, not_explaining, refused
from tests.safety.test_verified_code import refused as reason
from tests.safety.test_verified_code import text_of
from tests.specs.test_mutants import VECTORS, damaged

COMPARED = re.compile(r'(  %"[^"]+" = icmp )(\w+)( i(?:8|64|128) )(%"[^"]+"|-?\d+), (%"[^"]+"|-?\d+)')
OPPOSITE = {
    "sgt": "sle", "sle": "sgt", "slt": "sge", "sge": "slt", "eq": "ne", "ne": "eq", "ult": "uge", "uge": "ult", "ugt": "ule", "ule": "ugt",
}  # fmt: skip


def changes(text: str) -> Iterator[tuple[str, str]]:
    """The text with one comparison dropped, turned round, swapped or off by one, and which it was."""
    lines = text.splitlines()
    for index, line in enumerate(lines):
        found = COMPARED.fullmatch(line)
        if found is None:
            continue
        name, predicate, kind, left, right = found.groups()
        new = {"turned round": f"{name}{OPPOSITE[predicate]}{kind}{left}, {right}", "swapped": f"{name}{predicate}{kind}{right}, {left}"}
        if predicate in ("sgt", "slt", "ugt", "ult", "ne"):
            del new["turned round"]
            new["never true"] = f"{name}{predicate}{kind}{left}, {left}"
        if re.fullmatch(r"-?\d+", right):
            new["off by one"] = f"{name}{predicate}{kind}{left}, {int(right) + 1}"
        for how, changed in new.items():
            yield "\n".join([*lines[:index], changed, *lines[index + 1 :]]), f"line {index + 1} {how}: {line.strip()}"


def dies(struct: type[Struct], text: str, inputs: list[bytes]) -> bool:
    """Whether a process that runs the text with these inputs is killed for what it touches."""
    child = os.fork()
    if not child:
        try:
            run(struct, text, inputs)
        except BaseException:  # noqa: BLE001  # whatever else happens is no touch of a protected page
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGSEGV, signal.SIGBUS)


def run(struct: type[Struct], text: str, inputs: list[bytes]) -> None:
    """Hand the inputs over where nothing lies behind them."""
    faulthandler.disable()  # which would tell of each
    signal.alarm(20)  # what goes on for ever touches nothing
    codec = struct.codec("python")
    emitted = emit_program(codec.optimized("parse", "big", Options()), FAILURES, Fail, not_explaining)
    functions = Loaded(dataclasses.replace(emitted, text=text), struct.__name__).functions()
    others, memory = codec._parameters({}, ParseError), Enclosed()
    reading: list[tuple[Callable[..., Any], Callable[[bytes], Any]]] = [(from_begin(functions["entry"], others), memory.octets)]
    reading += [(from_begin(functions["of_buffer"], others), memory.at_end)] if "of_buffer" in functions else []
    reading += [(functions["parse"], memory.at_end)] if "parse" in functions else []
    for data in inputs:
        for function, place in reading:
            refused(function, place(data))


def inputs_of(struct: type[Struct]) -> list[bytes]:
    """Vectors of the format, cut and damaged."""
    whole = [bytes.fromhex(octets) for kind, octets in VECTORS if kind is struct] or [bytes(12)]
    chance = random.Random(1)
    return [data[:end] for data in whole for end in range(len(data) + 1)] + [damaged(data, chance) for data in whole for _ in range(60)]


@pytest.mark.skipif(sys.platform != "linux", reason="protects pages as Linux does")
@pytest.mark.parametrize(("struct", "least"), [(Header, 4), (UDP, 6)])
def test_what_the_process_does_not_survive_is_refused(struct: type[Struct], least: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BITWRIGHT_CACHE", "off")
    text, inputs = text_of(struct), inputs_of(struct)
    assert reason(text) == ""
    assert not dies(struct, text, inputs)
    fatal, unnoticed, strict = 0, [], 0
    for changed, which in changes(text):
        noticed = bool(reason(changed))
        if dies(struct, changed, inputs):
            fatal += 1
            unnoticed += [] if noticed else [which]
        else:
            strict += noticed
    assert unnoticed == []
    assert fatal >= least, (fatal, strict)


# --- made by hand --------------------------------------------------------------------------------

MODULE = """
@"text.0" = internal constant [4 x i8] c"abc\\00"
@"objects" = dso_local global [2 x ptr] zeroinitializer
define internal i32 @"program.whole"(ptr %"data", ptr %"context", i64 %"end", ptr %"out")
{
begin:
  %"short" = icmp slt i64 %"end", 4
  br i1 %"short", label %"failed", label %"there"
there:
  %"place" = getelementptr i8, ptr %"data", i64 2
  %"word" = load i16, ptr %"place", align 1
  %"size" = zext i16 %"word" to i64
  %"left" = sub i64 %"end", 4
  %"long" = icmp sgt i64 %"size", %"left"
  br i1 %"long", label %"failed", label %"fits"
fits:
  %"begin" = getelementptr i8, ptr %"data", i64 4
  %"made" = call ptr @"PyBytes_FromStringAndSize"(ptr %"begin", i64 %"size")
  %"none" = icmp eq ptr %"made", null
  br i1 %"none", label %"failed", label %"done"
done:
  store ptr %"made", ptr %"out"
  ret i32 0
failed:
  ret i32 -1
}

define ptr @"parse"(ptr %"self", ptr %"args", i64 %"count", ptr %"names")
{
begin:
  %"room" = alloca ptr
  %"length" = alloca i64
  %"value" = alloca ptr
  %"context" = alloca i64, i32 9
  %"wrong" = icmp ne i64 %"count", 1
  br i1 %"wrong", label %"no", label %"one"
one:
  %"given" = load ptr, ptr %"args"
  %"taken" = call i32 @"PyBytes_AsStringAndSize"(ptr %"given", ptr %"room", ptr %"length")
  %"bad" = icmp ne i32 %"taken", 0
  br i1 %"bad", label %"no", label %"bytes"
bytes:
  %"capacity" = getelementptr i64, ptr %"context", i64 3
  store i64 0, ptr %"capacity"
  %"written" = getelementptr i64, ptr %"context", i64 2
  store i64 0, ptr %"written"
  %"octets" = load ptr, ptr %"room"
  %"total" = load i64, ptr %"length"
  %"status" = call i32 @"program.whole"(ptr %"octets", ptr %"context", i64 %"total", ptr %"value")
  %"failed" = icmp ne i32 %"status", 0
  br i1 %"failed", label %"no", label %"yes"
yes:
  %"found" = load ptr, ptr %"value"
  ret ptr %"found"
no:
  ret ptr null
}
"""
WRONG = {
    "the first check is for a byte less": ('slt i64 %"end", 4', 'slt i64 %"end", 3', "nothing behind the end of input"),
    "no first check": ('br i1 %"short", label %"failed", label %"there"', 'br label %"there"', "nothing behind the end of input"),
    "the operands of the second are swapped": ('sgt i64 %"size", %"left"', 'sgt i64 %"left", %"size"', "nothing behind the end of input"),
    "the second forgets where the bytes begin": ('sub i64 %"end", 4', 'sub i64 %"end", 3', "nothing behind the end of input"),
    "the number has a sign": ('zext i16 %"word"', 'sext i16 %"word"', "not of a size below zero"),
    "more is read than was checked": ("load i16, ptr", "load i32, ptr", "nothing behind the end of input"),
    "it reads before the input": ('ptr %"data", i64 2', 'ptr %"data", i64 -1', "nothing before input"),
    "a larger part is handed over": ('i64 %"size")', 'i64 %"end")', "nothing behind the end of input"),
    "it writes to the input": ('store ptr %"made", ptr %"out"', 'store ptr %"made", ptr %"place"', "writes through a pointer to input"),
    "it writes beyond its room": ('store ptr %"made", ptr %"out"', 'store i128 0, ptr %"out"', "nothing behind the end of room"),
    "an end beyond the input": ('i64 %"total", ptr %"value")', 'i64 1000, ptr %"value")', "nothing behind the end of input"),
    "an argument that is not there": ('ne i64 %"count", 1', 'ne i64 %"count", 0', "nothing behind the end of arguments"),
    "a failure that is not looked at": ('br i1 %"bad", label %"no", label %"bytes"', 'br label %"bytes"', "is handed is there"),
    "a function that is not known": ("PyBytes_FromStringAndSize", "gets", "nothing is known of gets"),
    "an output that is not there": ('store i64 0, ptr %"capacity"', 'store i64 1, ptr %"capacity"', "has the room that it is said"),
    "a text that does not end": (
        'ptr @"PyBytes_FromStringAndSize"(ptr %"begin", i64 %"size")',
        'ptr @"PyUnicode_Decode"(ptr %"begin", i64 %"size", ptr %"begin", ptr null)', "as text what is none",
    ),
    "a table that is too short": (
        'load ptr, ptr %"value"',
        'load ptr, ptr @"objects"\n  %"x" = getelementptr ptr, ptr @"objects", i64 2\n  %"y" = load ptr, ptr %"x"',
        "nothing behind the end of table objects",
    ),
    "a line that is not understood": ("ret ptr null", "indirectbr ptr null, []", "not understood"),
}  # fmt: skip


def test_a_module_made_by_hand() -> None:
    verify(MODULE)


@pytest.mark.parametrize("what", WRONG)
def test_wrong_modules_made_by_hand(what: str) -> None:
    right, wrong, why = WRONG[what]
    assert right in MODULE
    assert why in reason(MODULE.replace(right, wrong, 1))


def test_an_address_in_the_output_is_good_until_the_context_is_handed_on() -> None:
    text = text_of(UDP, "build")
    assert reason(text) == ""
    given = re.search(r'  (%"[^"]+") = call ptr @"bw_room"\(ptr %"\.2", i64 8\)\n', text)
    assert given is not None
    stored = re.search(rf"  store i16 %\S+, ptr {re.escape(given[1])}, align 1\n", text)
    assert stored is not None
    again = stored[0] + '  call i32 @"bw_put_zeros"(ptr %".2", i64 1)\n'
    assert "before it may have been moved" in reason(text.replace(stored[0], again + stored[0]))
    larger = text.replace(given[0], given[0].replace("i64 8", "i64 7"))
    assert "nothing behind the end of output" in reason(larger)
    unlooked = re.search(rf"icmp eq ptr {re.escape(given[1])}, null", text)
    assert unlooked is not None
    assert "is there" in reason(text.replace(unlooked[0], unlooked[0].replace("eq", "ne")))
