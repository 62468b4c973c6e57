"""A process of its own that reads and writes each message of the corpus many times, and looks at what is left behind.

`python -m tests.safety.leaks TIMES` reads and writes each of them so many times, and as it is cut or spoiled as often in all.  It prints a
line for each: the format, what was done, and what was left: references to what the machine code and the message hold, blocks of CPython's
allocator, pages of memory.  A line that begins with LEFT is one too many.
"""

from __future__ import annotations

import copy
import functools
import gc
import sys
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from bitwright import ParseError, Struct
from bitwright.backends.llvm import compile_program
from bitwright.backends.llvm.assembler import Caller
from bitwright.backends.python.runtime import FAILURES
from bitwright.lower.facts import Options
from bitwright_specs.dns import Message
from tests.ir.programs import ROOT, dns_messages
from tests.safety.protected import OPTIONS, from_begin, not_explaining, refused
from tests.specs.test_mutants import VECTORS

Step: TypeAlias = Callable[[], Any]
FEW = 40  # references, blocks or pages that may be left of thousands of rounds: what CPython keeps ready
WRONG = ("\ud800", -1, 1 << 70, object())


class Work:
    """What is done with a format, and the objects that its machine code reaches."""

    def __init__(self, struct: type[Struct]) -> None:
        self.codec = struct.codec("python")
        self.order = "big" if self.codec.spec.order == "inherit" else self.codec.spec.order
        self.others = self.codec._parameters({}, ParseError)
        self.watched: list[Any] = [None, True, False, b"", "", struct]
        self.readers = [from_begin(self.compiled("parse", options), self.others) for options in OPTIONS]
        build, resolve = (self.compiled(direction, Options()) for direction in ("build", "resolve"))
        self.writers: list[Callable[[Any], Any]] = [lambda value: build(value, *self.others), lambda value: resolve(value, *self.others)]

    def compiled(self, direction: str, options: Options) -> Callable[..., Any]:
        """The machine code of one direction, which raises Fail without saying why."""
        functions, _ = compile_program(self.codec.optimized(direction, self.order, options), direction, not_explaining)
        entry: Callable[..., Any] = functions["entry"]
        self.watched += [one for one in functions["entry"].__self__._objects if not isinstance(one, Caller)]
        return entry

    def steps(self, data: bytes) -> tuple[list[Step], list[Step]]:
        """Reading the message and writing what it says; reading it cut and writing it spoiled."""
        cuts = [data[:end] for end in range(0, len(data), max(1, len(data) // 6))]
        whole: list[Step] = [functools.partial(refused, reader, data) for reader in self.readers]
        other: list[Step] = [functools.partial(refused, reader, cut) for reader in self.readers for cut in cuts]
        try:
            value = self.codec.parse(data)
        except ParseError:
            return whole, other
        self.watched += [data, value]
        whole += [functools.partial(failed, writer, value) for writer in self.writers]
        other += [functools.partial(failed, writer, spoiled) for spoiled in spoiled_values(value) for writer in self.writers]
        return whole, other


def spoiled_values(value: Struct) -> list[Struct]:
    """Copies in each of which one field holds what it cannot."""
    names = [name for name in value.to_dict() if hasattr(value, name)]
    found = []
    for index, name in enumerate(names):
        made = copy.copy(value)
        setattr(made, name, WRONG[index % len(WRONG)])
        found.append(made)
    return found


def failed(function: Callable[[Any], Any], value: Any) -> bool:
    """Whether it cannot be written."""
    try:
        function(value)
    except (*FAILURES, TypeError, AttributeError, ValueError, OverflowError):
        return True
    return False


def pages() -> int:
    """Resident memory of the process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) if sys.platform == "linux" else 0


def left_by(whole: list[Step], other: list[Step], watched: list[Any], times: int) -> tuple[int, int, int]:
    """What is left of all that: references at most, blocks, pages."""

    def rounds(count: int) -> None:
        for steps, each in ((whole, count), (other, -(-count // max(1, len(other))))):
            for step in steps:
                for _ in range(each):
                    step()

    rounds(300)
    gc.collect()
    counts = array("q", map(sys.getrefcount, watched))  # which holds no references itself
    blocks, resident = sys.getallocatedblocks(), pages()
    rounds(times)
    gc.collect()
    blocks, resident = sys.getallocatedblocks() - blocks, pages() - resident
    return max(abs(now - before) for now, before in zip(map(sys.getrefcount, watched), counts, strict=True)), abs(blocks), resident


def main(times: int) -> None:
    """Every message."""
    corpus = [file.read_bytes() for file in sorted((ROOT / "fuzz" / "corpus" / "dns").glob("*.bin"))]
    messages: list[tuple[type[Struct], bytes]] = [(struct, bytes.fromhex(octets)) for struct, octets in VECTORS]
    messages += [(Message, data) for data in (*corpus, *dns_messages())]
    known: dict[str, Work] = {}
    for struct, data in messages:
        work = known.get(struct.__name__) or known.setdefault(struct.__name__, Work(struct))
        watched = len(work.watched)
        whole, other = work.steps(data)
        gc.freeze()  # so that looking for what is left is quick
        references, blocks, resident = left_by(whole, other, work.watched, times)
        del work.watched[watched:]
        word = "LEFT" if max(references, blocks, resident) > FEW else "none"
        done = len(whole) * times + max(times, len(other))
        print(word, struct.__name__, f"{done} times {len(data)} bytes:", references, blocks, resident, data[:40].hex(), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
