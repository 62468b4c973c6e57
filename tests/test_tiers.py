"""Tiers under `auto`: what moves to machine code, when, what it costs nobody, and what stays the same when it has."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bitwright import Cursor, FieldCodec, Limits, ParseError, Struct, auto, coded, nested, param, raw, tiers, u8, u16, variant
from bitwright.codec import Codec
from bitwright.errors import EngineError
from bitwright.locks import lock_across_forks
from bitwright.lower.facts import Options

ROOT = Path(__file__).parents[1]
PYTHONPATH = os.pathsep.join(map(str, (ROOT / "parsers", ROOT / "specs", ROOT)))
AFTER = 5


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the processes of these tests keep machine code, so that each need not make all of it."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def early(monkeypatch: pytest.MonkeyPatch, cache: Path) -> Iterator[None]:
    """Programs move after a few messages."""
    monkeypatch.delenv("BITWRIGHT_BACKEND", raising=False)
    monkeypatch.setenv("BITWRIGHT_CACHE", str(cache))
    monkeypatch.setenv(tiers.VARIABLE, str(AFTER))
    yield
    tiers.settle()


def fresh() -> Any:
    """A format that nobody has used yet."""

    class Chunk(Struct):
        kind: int = u8()
        length: int = auto(u8())
        body: bytes = raw(size=length)

    return Chunk


DATA = b"\1\3abc"


def serving(struct: type[Struct], direction: str = "parse", options: Options = Options()) -> tuple[str, str]:  # noqa: B008  # frozen
    """The engine of a program and why it serves."""
    tier = struct.codec()._tier(direction, "big", options)
    return tier.engine, tier.said()


def output_of(code: str, **environment: str) -> str:
    there = {**os.environ, "PYTHONPATH": PYTHONPATH, **environment}
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False, env=there)
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- moving --------------------------------------------------------------------------------------


def test_a_program_moves_after_so_many_messages() -> None:
    struct = fresh()
    expected = struct.codec("interp").parse(DATA)
    for number in range(AFTER):
        assert serving(struct) == ("python", f"{number} of the {AFTER} messages are done after which machine code is made")
        assert struct.parse(DATA) == expected
    tiers.settle()
    assert serving(struct) == ("llvm", "it is hot")
    assert type(struct.parse).__name__ == "builtin_function_or_method"
    assert struct.parse(DATA) == struct.parse(memoryview(DATA)) == expected
    assert struct.parse_prefix(DATA + b"!") == (expected, 5)
    with pytest.raises(ParseError) as found:
        struct.parse(DATA[:-1])
    with pytest.raises(ParseError) as wanted:
        struct.codec("interp").parse(DATA[:-1])
    assert found.value.problem == wanted.value.problem


def test_each_program_moves_for_itself() -> None:
    struct = fresh()
    for _ in range(AFTER):
        struct.check(DATA)
    tiers.settle()
    assert serving(struct, options=Options(strict=True))[0] == "llvm"
    assert serving(struct)[0] == "python"


def test_whoever_holds_a_function_goes_on_with_what_replaced_it() -> None:
    struct = fresh()
    expected = struct.parse(DATA)
    held, prefix, layer = struct.parse, struct.parse_prefix, struct.codec().layer_parser()
    assert struct.codec().layer_parser()(DATA, 0) == (expected, 5)
    for _ in range(AFTER):
        assert held(DATA) == expected
        assert layer(DATA, 0) == (expected, 5)
    tiers.settle()
    assert serving(struct)[0] == serving(struct, options=Options(lax=True))[0] == "llvm"
    assert held(DATA) == expected
    assert held(DATA, limits=Limits(depth=3)) == expected
    assert prefix(b"!" + DATA + b"?", 1) == (expected, 5)
    assert layer(b"!" + DATA, 1) == (expected, 5)


@pytest.mark.parametrize(
    ("value", "engine", "why"), [("never", "python", "BITWRIGHT_COMPILE_AFTER is never"), ("0", "llvm", "with the first message")]
)
def test_the_environment_says_when(monkeypatch: pytest.MonkeyPatch, value: str, engine: str, why: str) -> None:
    monkeypatch.setenv(tiers.VARIABLE, value)
    struct = fresh()
    assert struct.parse(DATA).body == b"abc"
    assert serving(struct)[0] == engine
    assert why in serving(struct)[1]


def test_the_environment_may_say_nonsense(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(tiers.VARIABLE, "-1")
    with pytest.raises(ValueError, match="BITWRIGHT_COMPILE_AFTER=-1: write a number of messages, or never"):
        fresh().parse(DATA)


def test_the_engines_by_name_stay() -> None:
    struct = fresh()
    for engine in ("python", "interp"):
        codec = struct.codec(engine)
        for _ in range(AFTER + 1):
            codec.parse(DATA)
    tiers.settle()
    assert struct.codec("python")._tier("parse", "big", Options()).engine == "python"
    assert struct.codec("auto") is struct.codec()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (EngineError("the llvm engine cannot do it"), "the llvm engine cannot do it"),
        (OSError("no such library"), "the llvm engine failed: OSError: no such library"),
    ],
)
def test_what_cannot_move_stays_in_python_and_says_why(monkeypatch: pytest.MonkeyPatch, error: Exception, said: str) -> None:
    def refuse(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(Codec, "_machine_code", refuse)
    struct = fresh()
    for _ in range(AFTER):
        struct.parse(DATA)
    tiers.settle()
    assert serving(struct) == ("python", said)
    assert struct.parse(DATA) == struct.codec("interp").parse(DATA)
    assert struct.parse.__name__ == "parse"  # nothing is counted any more


def test_compile_moves_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(tiers.VARIABLE, "never")
    struct = fresh()
    assert struct.parse(DATA, strict=True).body == b"abc"
    assert struct.compile() == {"parse": "llvm", "build": "llvm"}
    assert serving(struct) == serving(struct, options=Options(strict=True)) == ("llvm", "compile() was called")
    assert serving(struct, "build") == ("llvm", "compile() was called")
    assert struct.parse(DATA) == struct.codec("interp").parse(DATA)
    assert struct.parse(DATA).build() == DATA


class Doubled(FieldCodec[int]):
    """What only Python can read."""

    def parse(self, cursor: Cursor) -> int:
        return cursor.u8() // 2

    def build(self, value: int, out: bytearray) -> None:
        out.append(value * 2)


def test_explain_says_where_machine_code_is_seen_and_what_it_leaves_to_python() -> None:
    class Plain(Struct):
        a: int = u8()

    class Coded(Struct):
        a: int = coded(Doubled(), size=1)

    assert "Machine code" not in Plain.explain()
    for struct in (Plain, Coded):
        struct.compile()
        assert struct.parse(b"\4").build() == b"\4"
    assert "\n  parse: llvm: compile() was called.\n  build: llvm: compile() was called.\n" in Plain.explain()
    assert 'Machine code is shown by source(backend="llvm")' in Plain.explain()
    assert "calls Python" not in Plain.explain()
    assert "\n  Reading calls Python for: decode.\n" in Coded.explain()


def test_compile_serves_both_byte_orders_of_a_struct_that_inherits_its_own() -> None:
    class Inheriting(Struct, endian="inherit"):
        a: int = u16()

    assert Inheriting.compile()["parse"] == "llvm"
    assert Inheriting.codec().parse(b"\0\1", endian="little").a == 256


@pytest.mark.parametrize("engine", ["python", "interp"])
def test_compile_leaves_the_engine_that_the_environment_names(monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    monkeypatch.setenv("BITWRIGHT_BACKEND", engine)
    assert fresh().compile() == {"parse": engine, "build": engine}


def test_source_and_assembly() -> None:
    struct = fresh()
    assert struct.source().startswith("def ")
    assert struct.source("build") == struct.source("build", backend="python")
    struct.compile()
    assert struct.codec().source() == struct.source()
    assert 'define ptr @"parse"(' in struct.source(backend="llvm")
    assert "parse:\n" in struct.assembly()
    with pytest.raises(ValueError, match="there is source of python and llvm"):
        struct.source(backend="interp")


# --- what stays the same -------------------------------------------------------------------------


def used(struct: Any, data: bytes = DATA) -> None:
    """Everything is compiled, and what can move has moved."""
    for _ in range(AFTER):
        struct.parse(data).build()
        struct.check(data)
    tiers.settle()


def test_a_class_that_defines_a_method_keeps_it_and_so_do_its_subclasses() -> None:
    class Own(Struct):
        a: int = u8()

        @classmethod
        def parse(cls, data: Any, /, **options: Any) -> Any:
            return cls.__name__, super().parse(data, **options)

        def build(self, **options: Any) -> bytes:
            return super().build(**options) + b"!"

    class Under(Own):
        b: int = u8()

    for _ in range(AFTER + 1):
        assert Own.parse(b"\1") == ("Own", Own(a=1))
        assert Under.parse(b"\1\2") == ("Under", Under(a=1, b=2))
        assert Own(a=1).build() == b"\1!"
        assert Under(a=1, b=2).build() == b"\1\2!"
        assert Own.parse_prefix(b"\1\2") == (Own(a=1), 1)
        assert Under.parse_prefix(b"\1\2") == (Under(a=1, b=2), 2)
        tiers.settle()


def test_what_a_subclass_calls_of_its_base_works_for_the_subclass() -> None:
    base = fresh()
    used(base)
    assert type(base.__dict__["parse"]) is staticmethod

    class Extending(base):  # type: ignore[misc, valid-type]
        extra: int = u8()

        @classmethod
        def parse(cls, data: Any, **options: Any) -> Any:
            return super().parse(data, **options)

        def build(self, **options: Any) -> bytes:
            built: bytes = super().build(**options)
            return b"<" + built

    used(base)
    data = DATA + b"\7"
    for _ in range(2):
        assert type(Extending.parse(data)) is Extending
        assert Extending.parse(data).build() == b"<" + data
        assert type(base.parse(DATA)) is base
        assert base.parse(DATA).build() == DATA
    assert base.build(Extending.parse(data)) == data


def test_methods_called_through_an_instance() -> None:
    struct = fresh()
    used(struct)
    value = struct.parse(DATA)
    assert value.parse(DATA) == value
    assert value.parse_prefix(DATA) == (value, 5)
    assert value.check(DATA) == (value, [])


def test_a_method_that_was_replaced_by_hand_stays() -> None:
    struct = fresh()
    struct.parse = staticmethod(lambda data: "mine")
    for _ in range(AFTER):
        assert struct.parse_prefix(DATA)[1] == 5
    tiers.settle()
    assert serving(struct)[0] == "llvm"
    assert struct.parse(DATA) == "mine"


def test_what_was_kept_is_written_also_when_building_is_compiled() -> None:
    class Padded(Struct):
        size: int = auto(u8())
        body: bytes = raw(size=size)

    kept = Padded.parse(b"\2ab", keep=True)
    plain = Padded.parse(b"\2ab")
    for _ in range(AFTER + 1):
        assert plain.build() == kept.build() == b"\2ab"
    del kept
    gc.collect()
    assert plain.build() == b"\2ab"


def test_parameters_with_and_without_a_default() -> None:
    class Sized(Struct):
        size = param(int, default=2)
        body: bytes = raw(size=size)

    class Needed(Struct):
        size = param(int)
        body: bytes = raw(size=size)

    for _ in range(AFTER + 1):
        assert Sized.parse(b"ab") == Sized(body=b"ab")
        assert Sized.parse(b"abc", size=3) == Sized(body=b"abc")
        assert Sized.parse_prefix(b"abc") == (Sized(body=b"ab"), 2)
        assert Sized.parse_prefix(b"abc", size=3) == (Sized(body=b"abc"), 3)
        assert Sized(body=b"ab").build() == b"ab"
        assert Needed.parse(b"abc", size=3) == Needed(body=b"abc")
        assert Needed.parse_prefix(b"abc", 1, size=1) == (Needed(body=b"b"), 1)
        with pytest.raises(ParseError, match="needs the parameter size="):
            Needed.parse(b"abc")
        with pytest.raises(TypeError, match="has no parameter 'length'"):
            Sized.parse(b"ab", length=2)
        tiers.settle()


# --- unions that gain arms -----------------------------------------------------------------------


def test_an_open_union_that_gains_an_arm() -> None:
    class Base(Struct):
        """An open union."""

    class One(Base, tag=1):
        value: int = u8()

    class Holder(Struct):
        kind: int = auto(u8())
        value: Base = variant(Base, on=kind)

    used(Holder, b"\1\7")
    layer = Holder.codec().layer_parser()
    for _ in range(AFTER):
        assert layer(b"\1\7", 0)[1] == 2
    tiers.settle()
    assert serving(Holder)[0] == serving(Holder, options=Options(lax=True))[0] == "llvm"
    held = Holder.parse_prefix

    class Two(Base, tag=2):
        value: int = u16()

    two = Holder(kind=2, value=Two(value=7))
    assert Holder.parse(b"\2\0\7") == two
    assert held(b"\2\0\7") == (two, 3)
    assert layer(b"\2\0\7", 0) == (two, 3)
    assert Holder(value=Two(value=7)).build() == b"\2\0\7"
    assert serving(Holder)[0] == "python"
    used(Holder, b"\2\0\7")
    assert serving(Holder)[0] == "llvm"
    assert Holder.parse(b"\1\7").value == One(value=7)


def test_an_arm_that_comes_while_machine_code_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    class Base(Struct):
        """An open union."""

    class One(Base, tag=1):
        value: int = u8()

    class Holder(Struct):
        kind: int = u8()
        value: Base = variant(Base, on=kind)

    made, go_on = threading.Event(), threading.Event()
    really = Codec._machine_code

    def slowly(self: Codec, *key: Any) -> Any:
        functions = really(self, *key)
        made.set()
        assert go_on.wait(60)
        return functions

    monkeypatch.setattr(Codec, "_machine_code", slowly)
    for _ in range(AFTER):
        Holder.parse(b"\1\7")
    assert made.wait(60)
    assert Holder.parse(b"\1\7").value == One(value=7)  # nobody waits

    class Two(Base, tag=2):
        value: int = u8()

    go_on.set()
    tiers.settle()
    assert Holder.parse(b"\2\7").value == Two(value=7)
    assert serving(Holder)[0] == "python"


# --- threads and processes -----------------------------------------------------------------------


def slow(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """The compiler says when it has begun, and waits for a word."""
    begun, go_on = threading.Event(), threading.Event()
    really = Codec._machine_code

    def slowly(self: Codec, *key: Any) -> Any:
        begun.set()
        assert go_on.wait(60)
        return really(self, *key)

    monkeypatch.setattr(Codec, "_machine_code", slowly)
    return begun, go_on


def test_threads_parse_while_another_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = slow(monkeypatch)
    struct = fresh()
    expected = struct.codec("interp").parse(DATA)
    stop, failures, done = threading.Event(), list[BaseException](), [0] * 4

    def parse(number: int) -> None:
        try:
            while not stop.is_set():
                assert struct.parse(DATA) == expected
                assert struct.parse_prefix(DATA + b"!") == (expected, 5)
                done[number] += 1
        except BaseException as error:  # noqa: BLE001  # raised again below
            failures.append(error)

    threads = [threading.Thread(target=parse, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    assert begun.wait(60)
    before = sum(done)
    while sum(done) < before + 200 and not failures:
        assert serving(struct) == ("python", "machine code is being made")
    go_on.set()
    tiers.settle()
    before = sum(done)
    while sum(done) < before + 200 and not failures:
        assert serving(struct) == ("llvm", "it is hot")
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures


FORKING = hasattr(os, "fork")
WITH_THREADS = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # those of the test itself


def in_child(work: Callable[[], None]) -> None:
    """Run in a process that `os.fork` makes."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001  # the parent is told
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


@WITH_THREADS
@pytest.mark.skipif(not FORKING, reason="this system has no fork")
def test_fork_while_another_thread_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever forks waits for the program in work; what waited behind it is asked for again by the child, and made by the parent."""
    begun, go_on = slow(monkeypatch)
    first, second = fresh(), fresh()
    for struct in (first, second):
        for _ in range(AFTER):
            struct.parse(DATA)
    assert begun.wait(60)
    expected = second.parse(DATA)
    timer = threading.Timer(0.2, go_on.set)
    timer.start()

    def work() -> None:
        assert serving(first)[0] == "llvm"
        assert serving(second)[0] == "python"
        assert second.parse(DATA) == expected
        tiers.settle()
        assert serving(second)[0] == "llvm"
        assert second.parse(DATA) == expected
        used(fresh())

    in_child(work)
    timer.join()
    tiers.settle()
    assert serving(second)[0] == "llvm"


@WITH_THREADS
@pytest.mark.skipif(not FORKING, reason="this system has no fork")
def test_fork_while_another_thread_compiles_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = slow(monkeypatch)
    struct = fresh()
    thread = threading.Thread(target=lambda: struct.codec("llvm").parse(DATA))
    thread.start()
    assert begun.wait(60)
    timer = threading.Timer(0.2, go_on.set)
    timer.start()
    in_child(lambda: used(fresh()))
    thread.join()
    timer.join()


FORKS_FROM_THE_FIRST_MOMENT = """
import faulthandler, os, threading
from bitwright import tiers
from tests.test_tiers import DATA, fresh, serving, used

stop = threading.Event()

def go_on():
    while not stop.is_set():
        used_here(fresh())

def used_here(struct):
    for _ in range(6):
        assert struct.parse(DATA).build() == DATA

others = [threading.Thread(target=go_on) for _ in range(2)]
for other in others:
    other.start()
try:
    for _ in range(6):
        child = os.fork()
        if child == 0:
            faulthandler.dump_traceback_later(60, exit=True)
            struct = fresh()
            used_here(struct)
            tiers.settle()
            os._exit(0 if serving(struct)[0] == "llvm" else 1)
        print(os.waitpid(child, 0)[1])
finally:
    stop.set()
    for other in others:
        other.join()
"""


@pytest.mark.skipif(not FORKING, reason="this system has no fork")
def test_fork_while_threads_load_and_compile() -> None:
    """In a process that has loaded and compiled nothing before."""
    assert output_of("import warnings; warnings.simplefilter('ignore')\n" + FORKS_FROM_THE_FIRST_MOMENT) == "0\n" * 6


@WITH_THREADS
@pytest.mark.skipif(not FORKING, reason="this system has no fork")
def test_whoever_forks_may_meet_threads_that_take_locks_in_any_order() -> None:
    one, other, stop = lock_across_forks(), lock_across_forks(), threading.Event()

    def take(first: Any, second: Any) -> None:
        while not stop.is_set():
            with first:
                stop.wait(0.001)
                if second.acquire(blocking=False):
                    second.release()

    threads = [threading.Thread(target=take, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()

    def work() -> None:
        for lock in (one, other):
            assert lock.acquire(timeout=10)
            lock.release()

    for _ in range(10):
        in_child(work)
    stop.set()
    for thread in threads:
        thread.join()
    work()


@pytest.mark.skipif(not FORKING, reason="this system has no fork")
def test_the_thread_that_compiles_is_gone_when_a_process_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = slow(monkeypatch)
    struct = fresh()
    for _ in range(AFTER):
        struct.parse(DATA)
    assert begun.wait(60)
    go_on.set()
    in_child(lambda: None)  # where threads are there, newer Pythons warn, which is an error here
    assert serving(struct)[0] == "llvm"


def test_a_defect_of_the_thread_leaves_the_next_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    said = list[str]()
    monkeypatch.setattr(threading, "excepthook", lambda arguments: said.append(str(arguments.exc_value)))
    broken = fresh()
    for _ in range(AFTER - 1):
        broken.parse(DATA)

    def fail(self: tiers.Mover, why: str) -> None:
        raise ZeroDivisionError(why)

    with monkeypatch.context() as patched:
        patched.setattr(tiers.Mover, "move", fail)
        assert broken.parse(DATA).body == b"abc"
        tiers.settle()
    assert said == ["it is hot"]
    struct = fresh()
    used(struct)
    assert serving(struct)[0] == "llvm"


@pytest.mark.skipif(not FORKING, reason="this system has no fork")
def test_forked_children_use_the_parents_machine_code() -> None:
    struct = fresh()
    used(struct)
    parse = struct.parse

    def work() -> None:
        assert struct.parse is parse
        assert parse(DATA).body == b"abc"
        with pytest.raises(ParseError):
            parse(b"")

    in_child(work)


class Spawned(Struct):
    kind: int = u8()
    inner: bytes = raw(size=2)


class Around(Struct):
    inner: Spawned = nested(Spawned)


def spawned(data: bytes) -> tuple[Any, str]:
    for _ in range(AFTER):
        Around.parse(data)
    tiers.settle()
    return Around.parse(data), serving(Around)[0]


def test_spawned_processes() -> None:
    code = (
        "import multiprocessing\n"
        "from tests.test_tiers import Around, spawned\n"
        "if __name__ == '__main__':\n"
        "    value = spawned(b'abc')\n"
        "    with multiprocessing.get_context('spawn').Pool(2) as pool:\n"
        "        assert pool.map(spawned, [b'abc'] * 4) == [value] * 4\n"
        "    print(value[1])\n"
    )
    assert output_of(code) == "llvm\n"


def test_a_process_may_end_while_machine_code_is_made() -> None:
    code = (
        "from bitwright_specs.ipv4 import IPv4; from bitwright_specs.udp import UDP; from bitwright_specs.ethernet import Ethernet\n"
        "for one in (UDP, IPv4, Ethernet):\n"
        "    for _ in range(9): one.parse_prefix(bytes.fromhex('4500001400000000401100007f0000017f000001'))\n"
        "print('done')"
    )
    assert output_of(code) == "done\n"
