"""Random formats: source text of Struct classes together with strategies for their values.

A `Module` is executed class by class while it is drawn, as a user's file would be, so a failing example prints
source that can be pasted.  A `Body` is one class in the making: it keeps the place in the byte, the
numbers that later expressions may use, and, for each field, how to make its value from those made before.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from bitwright import LintWarning, Struct

Draw = Callable[[st.SearchStrategy[Any]], Any]

PRELUDE = "from __future__ import annotations\nfrom bitstring import Bits\nfrom bitwright import *\nfrom bitwright.checksum import adler32, crc16_x25, crc24_openpgp, crc32, crc8_rohc, fletcher16, internet\n"

# Names that generated source or the engines also use; a field may have any of them.
AWKWARD = (
    "data", "out", "strict", "limits", "endian", "new", "as_int", "as_bytes", "pos", "end", "start", "value", "message", "memo", "origin",
    "depth", "after", "again", "index", "item", "count", "copy", "range", "len", "int_", "Fail", "FAILURES", "patch", "entry", "write",
    "unpack_H", "pack_B", "TABLE", "ARMS", "CONSTANT", "MAGIC", "whole", "arm", "stop", "size", "word", "lambda_", "getattr", "enumerate",
)  # fmt: skip


@dataclasses.dataclass
class Making:
    """A value while it is made: what its constructor gets, every number by name, the parameters from outside."""

    draw: Draw
    params: Mapping[str, int]
    given: dict[str, Any] = dataclasses.field(default_factory=dict)
    numbers: dict[str, int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Known:
    """A number that later expressions of the class may use: its name, width, kind."""

    name: str
    width: int
    signed: bool = False
    flag: bool = False


@dataclasses.dataclass(frozen=True)
class Made:
    """A finished class: how to make a value of it, the parameters it takes, where in a byte it ends."""

    struct: type[Struct]
    make: Callable[[Draw, Mapping[str, int]], Struct]
    fill: Callable[[Making], None] = lambda making: None
    params: tuple[str, ...] = ()
    loose: int = 0
    smallest: int = 0
    inherits: bool = False
    numbers: tuple[Known, ...] = ()
    points: bool = False

    @property
    def name(self) -> str:
        """The class's name in the module."""
        return self.struct.__name__


class Module:
    """The source so far, and the names it has defined."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.source: list[str] = []
        self.names: dict[str, Any] = {"__name__": "generated"}
        self.serial = 0
        exec(PRELUDE, self.names)

    def unique(self, stem: str) -> str:
        """A new name."""
        self.serial += 1
        return f"{stem}{self.serial}"

    def run(self, source: str) -> None:
        """Define a class."""
        self.source.append(source)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LintWarning)  # random conditions are now and then always true
            exec(compile("from __future__ import annotations\n" + source, "generated.py", "exec", dont_inherit=True), self.names)


class Body:
    """One class while its fields are drawn."""

    def __init__(
        self, module: Module, order: str, level: int, *, aligned: bool = True, may_ask: bool = True, bit_order: str = "msb"
    ) -> None:  # fmt: skip
        self.module, self.draw, self.order, self.level, self.bit_order = module, module.draw, order, level, bit_order
        self.aligned = aligned  # begins at a byte; if not, only numbers may be in it
        self.may_ask = may_ask  # may have parameters
        self.lines: list[str] = []
        self.makers: list[Callable[[Making], None]] = []
        self.known: list[Known] = []
        self.inherited: list[str] = []  # small numbers of the base class: references to them, not expressions over them
        self.params: dict[str, None] = {}
        self.taken: set[str] = set()
        self.phase = 0
        self.smallest = 0
        self.spans: list[str] = []  # fields of whole bytes
        self.points = False  # holds something that lies at an offset
        self.extended = False  # others build on it
        self.summed = False  # its base class has a checksum
        self.later: list[Callable[[], None]] = []  # second halves of parts: contents whose length was declared before

    def name(self, stem: str) -> str:
        """A new field name, now and then an awkward one."""
        chosen: str = self.draw(st.sampled_from(AWKWARD)) if self.draw(st.integers(0, 5)) == 0 else f"{stem}_{len(self.taken)}"
        if chosen in self.taken:
            chosen = f"{stem}_{len(self.taken)}"
        self.taken.add(chosen)
        return chosen

    def declare(self, name: str, annotation: str, said: str, make: Callable[[Making], None] | None = None) -> None:
        """Add a field; its value is made by `make`."""
        self.lines.append(f"{name}: {annotation} = {said}")
        if not self.phase and name not in self.spans and self.aligned and said.startswith(("raw", "text", "array(u", "u8", "variant")):
            self.spans.append(name)
        if make is not None:
            self.makers.append(make)

    def moved(self, width: int) -> None:
        """Note that `width` bits were declared."""
        self.phase = (self.phase + width) % 8
        self.smallest += width

    def to_byte(self) -> None:
        """Fill up the byte in work."""
        if self.phase:
            gap = 8 - self.phase
            if self.draw(st.booleans()):
                self.lines.append(f"{self.name('_gap')} = pad(bits={gap})")
            else:
                name = self.name("filler")
                top = (1 << gap) - 1
                self.declare(name, "int", f"bits({gap})", lambda making: making.given.update({name: making.draw(st.integers(0, top))}))
            self.moved(gap)

    def finish(self, stem: str, keywords: str, base: str = "Struct") -> Made:
        """Define the class."""
        while self.later:
            self.later.pop(0)()
        name = self.module.unique(stem)
        body = "".join(f"    {line}\n" for line in self.lines) or "    pass\n"
        self.module.run(f"class {name}({base}{keywords}):\n{body}\n")
        struct, makers = self.module.names[name], list(self.makers)

        def fill(making: Making) -> None:
            for maker in makers:
                maker(making)
            for known in list(making.numbers):
                making.numbers[f"{name}.{known}"] = making.numbers[known]

        def make(draw: Draw, params: Mapping[str, int]) -> Struct:
            making = Making(draw, params, numbers=dict(params))
            fill(making)
            made: Struct = struct(**making.given)
            return made

        return Made(struct, make, fill, tuple(self.params), self.phase, self.smallest, self.order == "inherit", tuple(self.known), self.points)


@dataclasses.dataclass(frozen=True)
class Format:
    """A module of classes, the outermost one, and how to make a message and its parameters."""

    source: str
    top: Made

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(f"\n{PRELUDE}\n{self.source}")

    def message(self, draw: Draw) -> tuple[Struct, dict[str, Any]]:
        """A message and what parse and build take besides it."""
        params: dict[str, Any] = {name: draw(st.integers(0, 6)) for name in self.top.params}
        message = self.top.make(draw, params)
        if self.top.inherits:
            params["endian"] = draw(st.sampled_from(["big", "little"]))
        return message, params
