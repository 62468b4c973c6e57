"""Machine code: the text it is made of, who keeps it alive, what it reads, and that it leaves nothing behind."""

from __future__ import annotations

import contextlib
import gc
import os
import subprocess
import sys
import weakref
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bitwright import Limits, MACAddress, ParseError, Struct, auto, bits, flag, nested, raw, text, u8, u16, when
from bitwright.backends.llvm import bytes_layout, compile_program, jit, object_layout
from bitwright.backends.llvm.assembler import Caller
from bitwright.backends.llvm.emit import emit_program
from bitwright.backends.python.runtime import FAILURES, Fail
from bitwright.errors import EngineDisagreement, EngineError
from bitwright.ir.ops import Program
from bitwright.lower.facts import Options
from bitwright.stream import Stream
from bitwright_specs.dns import Header
from bitwright_specs.ethernet import Ethernet
from tests.ir.programs import parse_text, read, run_machine_code
from tests.specs.test_mutants import VECTORS

ROOT = Path(__file__).parents[2]
HEADER = bytes.fromhex("1a2b8583000100020003000a")
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "parsers", ROOT / "specs", ROOT)))}


class Chunk(Struct):
    kind: int = bits(4)
    last: bool = flag(default=False)
    spare: int = bits(3, default=0)
    length: int = auto(u8())
    body: bytes = raw(size=length)


class Named(Struct):
    number: int = u16()
    name: str = text(size=4)


class Node(Struct):
    more: int = u8()
    inner: Node | None = when(more == 1, nested("Node"))


def emitted(program: Program) -> Any:
    return emit_program(program, FAILURES, Fail, print)


def served() -> list[tuple[type[Struct], bytes]]:
    """The vectors of shipped formats that the engine takes, and the DNS header."""
    found: list[tuple[type[Struct], bytes]] = [(Header, HEADER), (Chunk, b"\x18\x03abc"), (Named, b"\1\2name")]
    for struct, octets in VECTORS:
        try:
            struct.codec("llvm").parse(bytes.fromhex(octets))
        except EngineError:
            continue
        found.append((struct, bytes.fromhex(octets)))
    return found


def output_of(code: str, **environment: str) -> str:
    """What a fresh process prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**ENVIRONMENT, **environment})
    return done.stdout


def entry_of(struct: type[Struct]) -> Callable[[bytes], Any]:
    """The compiled function alone, which raises Fail without saying why."""
    codec = struct.codec("llvm")
    entry = codec._runner("parse", codec._order(None), Options())
    others = codec._parameters({}, ParseError)
    return lambda data: entry(data, 0, len(data), *others)


# --- the text ------------------------------------------------------------------------------------


def test_the_text_is_made_without_loading_llvm_and_holds_no_address() -> None:
    code = (
        "import sys; from bitwright.backends.llvm.emit import emit_program; from bitwright_specs.dns import Header;"
        "print(emit_program(Header.codec('python').optimized(), (), ValueError, print).text);"
        "assert 'llvmlite.binding' not in sys.modules"
    )
    texts = [output_of(code) for _ in range(2)]
    assert texts[0] == texts[1]
    assert 'define ptr @"parse"' in texts[0]
    assert "inttoptr" not in texts[0]


def test_numbers_that_shift_and_divide_as_pythons_do() -> None:
    body = """\
  %4: int<-2^31..2^50> = bin %2, %3 {op: "shl"}
  %5: int<-2^31..2^31> = bin %2, %3 {op: "shr"}
  yield %4, %5"""
    program = read(parse_text(body, "int, int", "%2: int<-2^31..2^31>, %3: int<0..16>"))
    for value in (-(1 << 31), -1, 0, 1, 12345):
        for shift in (0, 1, 16):
            assert run_machine_code(program, (value, shift), b"") == (value << shift, value >> shift)
    body = """\
  %4: int<-2^31..2^31> = bin %2, %3 {op: "floordiv"}
  %5: int<-2^31..2^31> = bin %2, %3 {op: "mod"}
  yield %4, %5"""
    program = read(parse_text(body, "int, int", "%2: int<-1000..1000>, %3: int<1..9>"))
    for value in (-1000, -7, -1, 0, 1, 8, 1000):
        for divisor in (1, 2, 9):
            assert run_machine_code(program, (value, divisor), b"") == (value // divisor, value % divisor)


# --- choosing it ---------------------------------------------------------------------------------


def test_streams_are_read_by_python_and_it_is_said() -> None:
    codec = Chunk.codec("llvm")
    stream: Stream[Chunk] = Stream(codec, 100)
    assert list(stream.feed(b"\x18\x03abc")) == [Chunk(kind=1, last=True, length=3, body=b"abc")]
    said = {what: (engine, why) for what, engine, why in codec.serving("big")}
    waiting = next(what for what in said if "stream" in what)
    assert said[waiting] == ("python", "machine code does not wait for bytes")


def test_without_llvmlite_the_error_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['llvmlite'] = None\n"
        "from bitwright.errors import EngineError\nfrom bitwright_specs.dns import Header\n"
        f"assert Header.parse({HEADER!r}).id == 0x1a2b\n"
        "try: Header.codec('llvm')\nexcept EngineError as error: print(error)\n"
    )
    assert output_of(code) == "the llvm engine needs llvmlite: pip install 'bitwright[fast]'\n"


def test_by_the_environment() -> None:
    code = (
        "from bitwright_specs.dns import Header\n"
        f"Header.parse({HEADER!r}); print(Header.parse, Header.parse({HEADER!r}, strict=True).id)\n"
    )
    said = output_of(code, BITWRIGHT_BACKEND="llvm")
    assert said.startswith("<built-in method parse of Loaded object")
    assert said.endswith(" 6699\n")


def test_the_function_itself() -> None:
    parse = Header.codec("llvm").message_parser()
    expected = Header.codec("interp").parse(HEADER)
    for data in (HEADER, bytearray(HEADER), memoryview(HEADER)):
        assert parse(data) == expected
    for wrong in (HEADER[:-1], HEADER + b"\0", b""):
        with pytest.raises(ParseError) as found:
            parse(wrong)
        with pytest.raises(ParseError) as wanted:
            Header.codec("interp").parse(wrong)
        assert found.value.problem == wanted.value.problem
    with pytest.raises(TypeError, match="parse takes bytes, not str"):
        parse("abc")
    with pytest.raises(TypeError):
        parse()  # type: ignore[call-arg]  # as anybody may


def test_a_region_that_is_not_in_the_input_is_not_read() -> None:
    entry = Header.codec("llvm")._runner("parse", "big", Options())
    for begin, end in ((-1, 12), (0, 13), (12, 0), (1 << 62, 1 << 62)):
        with pytest.raises(ValueError, match="the region is not within the input"):
            entry(HEADER, begin, end)
    for arguments in ((HEADER,), (HEADER, 0, 12, 0), (bytearray(HEADER), 0, 12), (HEADER, "0", 12), (HEADER, 1 << 70, 12)):
        with pytest.raises((TypeError, OverflowError)):
            entry(*arguments)


def test_a_refusal_of_what_the_interpreter_reads_is_said_to_be_a_bug() -> None:
    codec = Chunk.codec("python")
    body = """\
  %2: int<1..1> = const {value: 1}
  fail_if %2 {code: "check", message: ""}
  %3: obj = none
  yield %3, %1"""
    program = read(parse_text(body, "obj, int"))
    functions, _ = compile_program(program, "test", codec.explaining_parse)
    with pytest.raises(Fail):
        functions["entry"](b"", 0, 0)
    with pytest.raises(EngineDisagreement):
        codec.explaining_parse(b"\x18\x03abc")


@pytest.mark.parametrize(("depth", "allowed"), [(10, 64), (64, 64), (150, 200), (5000, 200), (5000, 100_000)])
def test_structs_within_themselves_never_use_up_the_stack(depth: int, allowed: int) -> None:
    """Functions that may come back to themselves count in Python's own limit."""
    data, limits, said = b"\1" * depth + b"\0", Limits(depth=allowed), []
    for engine in ("interp", "llvm"):
        try:
            said.append(repr(Node.codec(engine).parse(data, limits=limits)))
        except ParseError as error:
            said.append(f"{error.code}: {error}")
    assert said[0] == said[1]
    assert said[0].startswith("depth: " if depth >= min(allowed, 1000) else "Node(more=1")


# --- calling classes -----------------------------------------------------------------------------


def test_a_class_is_called_by_its_own_function_or_by_that_of_all_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    generally = jit._address("PyObject_Vectorcall")
    assert jit.caller_of(Header) not in (0, generally)
    assert jit.caller_of(object()) == generally
    monkeypatch.setattr(object_layout, "vectorcall_offset", lambda kind: 0)
    assert jit.caller_of(Header) == generally
    codec = Header.codec("python")
    functions, _ = compile_program(codec.optimized(), "Header", codec.explaining_parse)
    assert functions["parse"](HEADER) == Header.codec("interp").parse(HEADER)


def test_values_of_a_class_of_bytes_are_made_in_place_or_by_its_constructor(monkeypatch: pytest.MonkeyPatch) -> None:
    codec, data = Ethernet.codec("python"), bytes.fromhex("0180c200000000005e0053020800") + b"payload"
    for head in (bytes_layout.head_of_bytes(), None):
        assert head in (bytes.__basicsize__ - 1, None)
        monkeypatch.setattr(bytes_layout, "head_of_bytes", lambda head=head: head)
        text = emitted(codec.optimized()).text
        assert ("PyType_GenericAlloc" in text) == (head is not None)
        functions, _ = compile_program(codec.optimized(), "Ethernet", codec.explaining_parse)
        found = functions["parse"](data).dst
        assert type(found) is MACAddress
        assert found == MACAddress("01:80:c2:00:00:00") == data[:6]
        assert hash(found) == hash(bytes(data[:6]))
        assert {found: 1}[MACAddress(data[:6])] == 1
        assert (len(found), str(found), bytes(found) + b"!") == (6, "01:80:c2:00:00:00", data[:6] + b"!")


# --- who keeps what alive ------------------------------------------------------------------------


def test_a_function_keeps_its_code_alive_and_both_go_together() -> None:
    codec = Chunk.codec("python")
    functions, _ = compile_program(codec.optimized(), "Chunk", codec.explaining_parse)
    parse = functions.pop("parse")
    loaded = weakref.ref(parse.__self__)
    functions.clear()
    gc.collect()
    assert parse(b"\x18\x03abc") == Chunk(kind=1, last=True, body=b"abc", length=3)
    del parse
    gc.collect()
    assert loaded() is None


def test_whoever_is_finalized_with_a_class_can_call_its_code() -> None:
    found: list[Any] = []

    class Last:
        def __init__(self, struct: type[Struct]) -> None:
            self.parse, self.struct, self.itself = struct.parse, struct, self

        def __del__(self) -> None:
            found.append((self.parse(b"\5"), self.struct.parse(b"\6").build(), self.struct))

    def make() -> None:
        class Short(Struct):
            number: int = u8()

        Short.compile()
        Last(Short)

    make()
    gc.collect()
    (value, octets, struct) = found.pop()
    assert (value, octets) == (struct(number=5), b"\6")
    gc.collect()  # it is in use again
    assert struct.parse(b"\7") == struct(number=7)
    assert struct.parse.__module__.__class__.__name__ == "_Memory"  # so it was machine code


MANY = 10_000


@pytest.mark.parametrize("number", range(len(served())), ids=lambda number: f"{served()[number][0].__name__}-{number}")
def test_nothing_is_left_of_messages_that_are_read_or_refused(number: int) -> None:
    struct, data = served()[number]
    entry, wrong = entry_of(struct), [data[:end] for end in range(len(data))]
    wrong = [one for one in wrong if refused(entry, one)]
    runner: Any = struct.codec("llvm")._runner("parse", struct.codec("llvm")._order(None), Options())
    watched = [one for one in runner.__self__._objects if not isinstance(one, Caller)]

    def rounds(count: int) -> None:
        for index in range(count):
            entry(data)
            if wrong:
                refused(entry, wrong[index % len(wrong)])

    rounds(300)
    gc.collect()
    counts = array("q", map(sys.getrefcount, watched))  # which holds no references itself
    blocks, resident = sys.getallocatedblocks(), pages()
    rounds(MANY)
    gc.collect()
    assert abs(sys.getallocatedblocks() - blocks) < 50
    assert pages() - resident < 50  # of 4 KiB: fewer than would hold an object a round
    assert max(abs(now - before) for now, before in zip(map(sys.getrefcount, watched), counts, strict=True)) < 50
    whole = struct.codec("llvm")
    for one in (data, *wrong[:20]):  # with the error made by the interpreter
        for _ in range(20):
            with contextlib.suppress(ParseError):
                whole.parse(one)


def refused(entry: Callable[[bytes], Any], data: bytes) -> bool:
    try:
        entry(data)
    except FAILURES:
        return True
    return False


def pages() -> int:
    """Resident memory of the process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) if sys.platform == "linux" else 0


# --- what is read --------------------------------------------------------------------------------

BEFORE_A_PROTECTED_PAGE = '''
import ctypes, mmap, os, sys
from tests.backends.test_machine_code import entry_of, refused, served

PAGE = mmap.PAGESIZE
area = mmap.mmap(-1, 16 * PAGE)
begin = ctypes.addressof(ctypes.c_char.from_buffer(area))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.mprotect(ctypes.c_void_p(begin + 15 * PAGE), ctypes.c_size_t(PAGE), 0) == 0
END = begin + 15 * PAGE
HEAD = bytes.__basicsize__ - 1


def ending_there(data):
    """Bytes whose last one is the last before the protected page; not even the zero behind it is there."""
    place = END - len(data) - HEAD
    ctypes.memmove(place, ctypes.string_at(id(data), HEAD) + data, HEAD + len(data))
    ctypes.c_ssize_t.from_address(place).value = 1 << 28  # references: it is never given back
    return ctypes.cast(place, ctypes.py_object).value


done = 0
for struct, data in served():
    entry = entry_of(struct)
    for end in range(len(data) + 1):
        there = ending_there(data[:end])
        assert refused(entry, there) == refused(entry, bytes(data[:end]))
        for place in range(end):
            for value in (0, 0xFF, data[place] ^ 1):
                mutant = data[:place] + bytes((value,)) + data[place + 1 : end]
                assert refused(entry, ending_there(mutant)) == refused(entry, mutant)
                done += 1
print(done, flush=True)
if sys.argv[1:] == ["beyond"]:
    ctypes.string_at(END - 1, 2)
os._exit(0)  # so that nobody gives back what lies in no memory of Python's
'''


@pytest.mark.skipif(sys.platform != "linux", reason="protects a page as Linux does")
def test_nothing_is_read_behind_the_input() -> None:
    """Each input ends at a page that cannot be read; that a read behind it would end the process, the second run shows."""
    runs = [
        subprocess.run([sys.executable, "-c", BEFORE_A_PROTECTED_PAGE, *more], capture_output=True, text=True, check=False, env=ENVIRONMENT)
        for more in ([], ["beyond"])
    ]
    assert runs[0].returncode == 0, runs[0].stderr
    assert int(runs[0].stdout) > 20_000
    assert runs[1].stdout == runs[0].stdout
    assert runs[1].returncode == -11
