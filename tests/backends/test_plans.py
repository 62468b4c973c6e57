"""Machine code from a plan: the same builtins, nothing lowered or emitted or compiled for them, and only for the very same declaration."""

from __future__ import annotations

import collections
import gc
import json
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import bitwright
from bitwright import (
    BuildError,
    OpenEnum,
    ParseError,
    Struct,
    array,
    auto,
    bits,
    checksum,
    coded,
    flag,
    nested,
    span,
    text,
    timestamp,
    u8,
    u16,
    u32,
    variant,
    when,
)
from bitwright.backends.llvm import cache, emit, jit, recipes
from bitwright.backends.llvm.assembler import Caller
from bitwright.backends.llvm.emitter import Unsupported
from bitwright.backends.python.runtime import FAILURES, Fail
from bitwright.checksum import Crc, internet
from bitwright.codec import Codec, codec_of
from bitwright.errors import EngineError
from bitwright.field_codec import Zlib
from bitwright.lower.facts import Options
from bitwright.programs import Programs
from bitwright.schema.fingerprint import declared
from bitwright_specs.dns import Header, Message
from bitwright_specs.ipv4 import IPv4
from bitwright_specs.tcp import TCP
from tests.test_gallery import MESSAGES, load

ROOT = Path(__file__).parents[2]
MESSAGE = bytes.fromhex("12348180000100010000000003777777076578616d706c6503636f6d0000010001c00c00010001000000010004c0000201")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where entries are kept."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def work(place: Path, monkeypatch: pytest.MonkeyPatch) -> collections.Counter[str]:
    """How often something was lowered, emitted, compiled."""
    done: collections.Counter[str] = collections.Counter()

    def counted(owner: Any, name: str, what: str) -> None:
        made: Callable[..., Any] = getattr(owner, name)

        def counting(*args: Any, **keywords: Any) -> Any:
            done[what] += 1
            return made(*args, **keywords)

        monkeypatch.setattr(owner, name, counting)

    counted(Programs, "_lower", "lowered")
    counted(emit, "emit_program", "emitted")
    counted(jit, "compiled", "compiled")
    return done


EVERYTHING = {"lowered": 1, "emitted": 1, "compiled": 1}


def outcome(call: Callable[..., Any], *args: Any) -> tuple[Any, ...]:
    try:
        return ("value", call(*args))
    except (ParseError, BuildError) as error:
        return ("error", error.code, error.path, str(error))


# --- nothing is done twice -----------------------------------------------------------------------


@pytest.mark.parametrize("direction", ["parse", "build", "resolve"])
def test_from_a_plan_nothing_is_lowered_or_emitted_or_compiled(direction: str, work: collections.Counter[str]) -> None:
    for expected in (EVERYTHING, {}, {}):
        work.clear()
        Codec(Message, "llvm")._runner(direction, "big", Options())
        assert work == expected


def test_from_a_plan_messages_are_read_and_written_as_before(work: collections.Counter[str]) -> None:
    first, second, reference = Codec(Message, "llvm"), Codec(Message, "llvm"), codec_of(Message, "interp")
    inputs = [MESSAGE[:cut] for cut in range(len(MESSAGE) + 1)] + [MESSAGE + b"\0", b"\xff" * 40]
    message = reference.parse(MESSAGE)
    for codec in (first, second):
        assert [outcome(codec.parse, one) for one in inputs] == [outcome(reference.parse, one) for one in inputs]
        assert codec.build(message) == reference.build(message)
        assert codec.resolved(message) == reference.resolved(message)
        assert outcome(codec.build, message.relaxed() if hasattr(message, "relaxed") else message)[0] == "value"
    assert work["emitted"] == 3
    read = second.parse(MESSAGE)
    assert type(read) is Message
    assert read.answers[0].type is message.answers[0].type
    assert type(read.answers[0].rdata) is type(message.answers[0].rdata)


COUNTING = """
import json, sys
from bitwright.backends.llvm import emit, jit
from bitwright.programs import Programs
done = []
for owner, name in ((Programs, "_lower"), (emit, "emit_program"), (jit, "_compiled")):
    def counting(*args, made=getattr(owner, name), name=name, **keywords):
        done.append(name)
        return made(*args, **keywords)
    setattr(owner, name, counting)
from bitwright.codec import codec_of
from bitwright_specs.dns import Message
data = bytes.fromhex(sys.argv[1])
message = codec_of(Message, "llvm").parse(data)
assert message.answers[0].rdata.address == b"\\xc0\\0\\2\\1" and codec_of(Message, "llvm").build(message) == data
print(json.dumps(sorted(done)))
"""
SUBJECTS = ("making", "parts", "members", "values", "output", "reading names", "writing names", "fitting names")  # of routines, for DNS
ALL_OF_IT = json.dumps(["_compiled"] * (2 + len(SUBJECTS)) + ["_lower"] * 2 + ["emit_program"] * 2) + "\n"


def counted_in_a_process(place: Path, seed: int, parsers: Path = ROOT / "parsers") -> str:
    path = os.pathsep.join(map(str, (parsers, ROOT / "specs")))
    environment = {**os.environ, "PYTHONPATH": path, cache.VARIABLE: str(place), "PYTHONHASHSEED": str(seed)}
    command = [sys.executable, "-c", COUNTING, MESSAGE.hex()]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=120).stdout


def test_a_process_uses_what_another_has_made(place: Path) -> None:
    assert counted_in_a_process(place, 1) == ALL_OF_IT
    assert [counted_in_a_process(place, seed) for seed in (1, 2, 3)] == ["[]\n"] * 3


def test_where_the_sources_have_changed_everything_is_made_anew(place: Path, tmp_path: Path) -> None:
    copied = shutil.copytree(ROOT / "parsers", tmp_path / "parsers", ignore=shutil.ignore_patterns("__pycache__"))
    assert counted_in_a_process(place, 1, copied) == ALL_OF_IT
    assert counted_in_a_process(place, 1, copied) == "[]\n"
    changed = copied / "bitwright" / "lower" / "passes" / "dead.py"
    changed.write_text(changed.read_text() + "\n# more\n")
    again = counted_in_a_process(place, 1, copied)
    assert again == '["_lower", "_lower", "emit_program", "emit_program"]\n'  # the texts are what they were: no object code is made anew
    assert counted_in_a_process(place, 1, copied) == "[]\n"


def test_without_a_cache_there_are_no_plans(work: collections.Counter[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.VARIABLE, "off")
    for _ in range(2):
        work.clear()
        Codec(Header, "llvm")._runner("parse", "big", Options())
        assert work == EVERYTHING


@pytest.mark.parametrize("collecting", [True, False])
def test_garbage_is_collected_afterwards_as_before(collecting: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    lower = Programs._lower

    def fails(self: Any, *key: Any) -> Any:
        seen.append(gc.isenabled())
        if key[0] == "build":
            raise EngineError("it cannot")
        return lower(self, *key)

    monkeypatch.setattr(Programs, "_lower", fails)
    (gc.enable if collecting else gc.disable)()
    try:
        Codec(Header, "llvm")._runner("parse", "big", Options())
        assert gc.isenabled() is collecting
        with pytest.raises(EngineError):
            Codec(Header, "llvm")._runner("build", "big", Options())
        assert gc.isenabled() is collecting
    finally:
        gc.enable()
    assert seen == [False, False]


# --- what is not whole, or cannot be used --------------------------------------------------------


def entries(place: Path, kind: str) -> Iterator[Path]:
    return place.glob(f"*.{kind}")


def test_a_plan_whose_code_is_gone_or_damaged_is_made_anew(place: Path, work: collections.Counter[str]) -> None:
    Codec(Header, "llvm").parse(bytes(12))
    for damage in (Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-1]), lambda path: path.write_bytes(b"")):
        for path in entries(place, "code"):
            damage(path)
        work.clear()
        assert Codec(Header, "llvm").parse(bytes(12)) == Header.parse(bytes(12))
        assert work["emitted"] == 1
        work.clear()
        Codec(Header, "llvm").parse(bytes(12))
        assert work == {}


def test_a_damaged_plan_is_made_anew_and_its_code_is_not(place: Path, work: collections.Counter[str]) -> None:
    Codec(Header, "llvm").parse(bytes(12))
    (plan,) = entries(place, "plan")
    whole = plan.read_bytes()
    for cut in (0, 1, 20, 60, len(whole) // 2, len(whole) - 1):
        plan.write_bytes(whole[:cut])
        work.clear()
        assert Codec(Header, "llvm").parse(bytes(12)) == Header.parse(bytes(12))
        assert work == {"lowered": 1, "emitted": 1}
        assert plan.read_bytes() == whole


def test_what_is_not_there_any_more_is_no_error(work: collections.Counter[str], monkeypatch: pytest.MonkeyPatch) -> None:
    Codec(Header, "llvm").parse(bytes(12))
    for error in (AttributeError, ImportError, KeyError):

        def gone(*args: Any, error: type[Exception] = error) -> Any:
            raise error("it was renamed")

        with monkeypatch.context() as patched:
            patched.setattr(recipes, "loads", gone)
            work.clear()
            assert Codec(Header, "llvm").parse(bytes(12)) == Header.parse(bytes(12))
            assert work == {"lowered": 1, "emitted": 1}


# --- whose plan it is ----------------------------------------------------------------------------


class Colour(OpenEnum):
    RED = 1
    BLUE = 2


BODY = {
    "first": "first: int = u8()",
    "colour": "colour: Colour = u8(Colour)",
    "size": "size: int = auto(u16())",
    "body": "body: bytes = raw(size=size)",
    "rest": "rest: int = u32()",
}
NAMES = ("Struct", "auto", "bits", "check", "param", "raw", "text", "u8", "u16", "u32", "when")
PLAIN_NAMES = {"Colour": Colour, "__name__": __name__, **{name: getattr(bitwright, name) for name in NAMES}}


def class_of(lines: dict[str, str], head: str = "class Made(Struct):", **names: Any) -> Any:
    space = {**PLAIN_NAMES, **names}
    exec(head + "\n" + textwrap.indent("\n".join(lines.values()), "    "), space)  # of this test
    return space["Made"]


def enumeration(**members: int) -> Any:
    """An enumeration that is made anew."""
    make: Any = OpenEnum
    return make("Colour", members, module=__name__)


CHANGED: dict[str, Callable[[], Any]] = {
    "a name": lambda: class_of({**BODY, "first": "other: int = u8()"}),
    "a width": lambda: class_of({**BODY, "rest": "rest: int = u16()"}),
    "a default": lambda: class_of({**BODY, "rest": "rest: int = u32(default=7)"}),
    "a byte order": lambda: class_of({**BODY, "rest": 'rest: int = u32(endian="little")'}),
    "the order of the class": lambda: class_of(BODY, 'class Made(Struct, endian="little"):'),
    "the order of fields": lambda: class_of({"rest": BODY["rest"], **BODY}),
    "an expression": lambda: class_of({**BODY, "body": "body: bytes = raw(size=size + 1)"}),
    "a condition": lambda: class_of({**BODY, "rest": "rest: int | None = when(first > 2, u32())"}),
    "a check": lambda: class_of({**BODY, "rest": 'rest: int = u32()\ncheck(rest > first, "too small")'}),
    "a parameter": lambda: class_of({"p": "p = param(int)", **BODY}),
    "a member": lambda: class_of(BODY, Colour=enumeration(RED=1, BLUE=2, GREEN=3)),
    "a number of a member": lambda: class_of(BODY, Colour=enumeration(RED=1, BLUE=4)),
    "the class's name": lambda: class_of({"x": "class Inner(Struct):\n    a: int = u8()"}, "class Made(Struct):\n    y: int = u8()"),
}


def test_what_is_written_elsewhere_or_documented_is_the_same() -> None:
    documented = class_of({"doc": '"""It says so."""\n\n\n', **BODY})
    assert declared(class_of(BODY)).content == declared(documented).content


@pytest.mark.parametrize("change", CHANGED)
def test_another_declaration_has_another_fingerprint(change: str) -> None:
    assert declared(CHANGED[change]()).content != declared(class_of(BODY)).content


def test_a_declaration_that_changes_finds_no_plan_of_the_old_one(work: collections.Counter[str]) -> None:
    data = b"\1\2\0\3abc\0\0\0\1"
    makers: list[Callable[[], Any]] = [lambda: class_of(BODY), CHANGED["a member"], CHANGED["a byte order"]]
    for make in makers:
        for expected in (1, 0):
            work.clear()
            struct = make()
            assert Codec(struct, "llvm").parse(data) == Codec(struct, "interp").parse(data)
            assert work["emitted"] == expected


def test_options_and_orders_have_plans_of_their_own(work: collections.Counter[str]) -> None:
    struct = class_of(BODY)
    options = [Options(), Options(strict=True), Options(plain=True), Options(only=frozenset({("first",), ("rest",)})), Options(lax=True)]
    for expected in (1, 0):
        for one in options:
            work.clear()
            Codec(struct, "llvm")._runner("parse", "big", one)
            assert (one, work["emitted"]) == (one, expected)


def test_an_arm_that_is_added_has_a_plan_of_its_own(work: collections.Counter[str]) -> None:
    class Base(Struct):
        pass

    class Tagged(Struct):
        tag: int = u8()
        body: Base = variant(Base, on=tag)

    class One(Base, tag=1):
        a: int = u8()

    codec = Codec(Tagged, "llvm")
    assert type(codec.parse(b"\1\7").body) is One

    class Two(Base, tag=2):
        b: int = u8()
        c: int = u8()

    assert type(codec.parse(b"\2\7\0").body) is Two
    assert work["emitted"] == 2
    assert type(Codec(Tagged, "llvm").parse(b"\2\7\0").body) is Two
    assert work["emitted"] == 2


def test_a_plan_is_not_kept_if_a_union_gained_an_arm_meanwhile(
    place: Path, work: collections.Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Base(Struct):
        pass

    class Tagged(Struct):
        tag: int = u8()
        body: Base = variant(Base, on=tag)

    class One(Base, tag=1):
        a: int = u8()

    codec = Codec(Tagged, "llvm")
    lower = Programs._lower

    def late(self: Any, *key: Any) -> Any:
        monkeypatch.setattr(Programs, "_lower", lower)

        class Two(Base, tag=2):
            b: int = u8()

        return self._lower(*key)

    monkeypatch.setattr(Programs, "_lower", late)
    assert codec.parse(b"\2\7").body.b == 7
    assert work["emitted"] == 2  # the second time with the arm, from the beginning
    assert len(list(entries(place, "plan"))) == 1
    assert Codec(Tagged, "llvm").parse(b"\2\7").body.b == 7
    assert work["emitted"] == 2


# --- objects -------------------------------------------------------------------------------------


def local_class() -> Any:
    class Local(Struct):
        size: int = auto(u8())
        name: str = text(size=size)
        colour: Colour = u8(Colour)
        last: bool = flag(default=False)
        low: int = bits(7, default=0)
        moment: Any = timestamp(u32())
        packed: bytes = coded(Zlib(limit=100), size=4)
        sum: int = checksum(u16(), internet, over=span(size, packed))
        crc: int = checksum(u32(), Crc(32, poly=0x04C11DB7), over=span(size, sum))

    return Local


def gallery() -> list[Any]:
    """The outermost class of each format of the gallery."""
    return [getattr(load(name), struct) for name, struct in MESSAGES.items()]


def same(one: Any, other: Any) -> bool:
    """Whether two objects of a table are the same, or, of what is made for a module alone, alike."""
    if type(one) is not type(other):
        return False
    if isinstance(one, Caller):
        return same(one.what, other.what)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if getattr(getattr(one, "__code__", None), "co_filename", "").startswith("<bitwright "):
        names = [{name for name in each.__globals__ if name in each.__code__.co_names} for each in (one, other)]
        return one.__code__.co_code == other.__code__.co_code and names[0] == names[1]
    if isinstance(one, int | str | bytes | float) and type(one) in (int, str, bytes, float):
        return bool(one == other)
    return one is other or one == other


@pytest.mark.parametrize("direction", ["parse", "build", "resolve"])
@pytest.mark.parametrize("struct", [Message, IPv4, TCP, local_class(), *gallery()], ids=lambda struct: struct.__name__)
def test_recipes_lead_to_the_same_objects(struct: Any, direction: str) -> None:
    codec = Codec(struct, "llvm")
    order = codec.spec.order if codec.spec.order != "inherit" else "little"
    explaining = codec.explaining_parse
    try:
        emitted = emit.emit_program(codec.optimized(direction, order), FAILURES, Fail, explaining)
    except Unsupported as refusal:
        pytest.skip(str(refusal))
    found = declared(struct).objects
    made = recipes.loads(recipes.dumps(emitted.objects, [explaining, *found]), [explaining, *found])
    assert len(made) == len(emitted.objects)
    assert all(map(same, emitted.objects, made))


def test_what_cannot_be_named_is_refused() -> None:
    class Anything:
        def __reduce__(self) -> Any:
            return Anything, ()

    for one in (Anything(), lambda: None, Anything, {1, 2}.__iter__(), object()):
        with pytest.raises(recipes.Unnameable):
            recipes.dumps([one], [])


def test_nested_and_optional_structs_are_reached() -> None:
    class Inner(Struct):
        a: int = u8()

    class Outer(Struct):
        kind: int = u8()
        inner: Inner | None = when(kind == 1, nested(Inner))
        more: list[Inner] = array(Inner, count=kind)

    assert any(one is Inner for one in declared(Outer).objects)
