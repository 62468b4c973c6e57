"""Random patterns as text, in both dialects, each with bits that it matches: what every engine must agree on.

Promises: the same seed gives the same samples; `Sample.data` and the first of `Sample.bindings` match unless the guard says
otherwise; further bindings have other values and wrong types.  What only newer versions of Elixir take is left out unless
`newest` asks for it.  Patterns of terms are in `term_generators.py`, what is matched against in `near.py`.
"""

from __future__ import annotations

import dataclasses
import random
import struct
from collections.abc import Callable
from typing import Any, Final

from bitstring import Bits

from tests.patterns.spelling import Dialect, Expression, spelled, valued, written

WIDTHS: Final = (
    0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 9, 11, 12, 13, 15, 16, 16, 16, 17, 20, 23, 24, 27, 31, 32, 32, 33, 40, 47, 48, 57, 63, 64, 65,
    80, 100, 128,
)  # fmt: skip
FLOATS: Final = (1.5, -2.25, 1000.5, -0.5, 65504.0, 2.0, 3.0)
POINTS: Final = (0, 0x41, 0x7F, 0x80, 0xE9, 0x7FF, 0x800, 0x65E5, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF)
STRINGS: Final = ("", "a", "GET", "ab", "x", "é", "日本", "😀")
WRONG: Final[tuple[Any, ...]] = (-1, 1.0, b"1", "atom", None, True, [1], (1,), {}, 1 << 70, -(1 << 70), 2, Bits("0b101"), "")


@dataclasses.dataclass(frozen=True)
class Sample:
    """A pattern, what is bound before, and what it matches."""

    text: str
    dialect: Dialect
    bindings: tuple[dict[str, Any], ...]
    data: Any
    extended: bool = False
    names: tuple[str, ...] = ()


def bits(text: str) -> Any:
    """Ones and zeros as data: bytes where they are whole ones."""
    found = Bits(bin=text) if text else Bits()
    return found if len(text) % 8 else found.tobytes()


def ones(value: Any) -> str:
    """Data as ones and zeros."""
    return str(value.bin) if isinstance(value, Bits) else "".join(f"{byte:08b}" for byte in value)


def integer_bits(value: int, width: int, order: str) -> str:
    """An integer as the wire has it: of little ones the odd bits come last, and they are the most significant."""
    value &= (1 << width) - 1
    if order in ("", "big") or width <= 8:
        return f"{value:0{width}b}" if width else ""
    full, odd = divmod(width, 8)
    low = (value & (1 << 8 * full) - 1).to_bytes(full, "little")
    return ones(low) + (f"{value >> 8 * full:0{odd}b}" if odd else "")


class Drawing:
    """One bitstring pattern in the making: its segments, its bits, and what has a value so far."""

    def __init__(self, rng: random.Random, dialect: Dialect, *, newest: bool = True, extended: bool = False, taken: int = 0) -> None:
        self.rng, self.newest, self.extended = rng, newest, extended
        self.dialect: Dialect = dialect
        self.segments: list[str] = []
        self.bits = ""
        self.integers: dict[str, int] = {}
        self.values: dict[str, Any] = {}
        self.outer: dict[str, Any] = {}
        self.count = taken

    def name(self, stem: str = "v") -> str:
        self.count += 1
        return (stem.upper() if self.dialect == "erlang" else stem) + str(self.count)

    # --- one segment -------------------------------------------------------------------------

    def segment(self) -> None:
        """Append one, of any kind."""
        kinds: list[tuple[Callable[[], None], int]] = [
            (self.integer, 8), (self.float, 2), (self.slice, 4), (self.text, 2), (self.point, 2), (self.skipped, 2), (self.counted, 4),
            (self.again, 2), (self.given, 2), (self.literal, 3), (self.nested, 1 if self.dialect == "elixir" else 0),
            (self.varint, 2 if self.extended else 0),
        ]  # fmt: skip
        self.rng.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]()

    def put(self, value: str, more: str, kind: str = "", size: Expression | None = None, **options: Any) -> None:
        self.segments.append(written(self.rng, self.dialect, value, kind, size, **options))
        self.bits += more

    def size(self, value: int) -> Expression:
        """Something that is `value`: a number, or an expression over what is known."""
        known = {**self.outer_integers(), **self.integers}
        if known and self.rng.random() < 0.25:
            name = self.rng.choice(list(known))
            return ("var", name) if known[name] == value else ("+", ("var", name), value - known[name])
        if self.rng.random() < 0.1:
            name = self.name("n")
            self.outer[name] = value
            return ("var", name)
        return value

    def outer_integers(self) -> dict[str, int]:
        return {name: value for name, value in self.outer.items() if type(value) is int and name not in self.values}

    def order(self) -> str:
        return self.rng.choice(("", "", "", "big", "little", "little", "native"))

    def integer(self) -> None:
        width, order, sign = self.rng.choice(WIDTHS), self.order(), self.rng.choice(("", "", "signed", "unsigned"))
        value = self.number(width, signed=sign == "signed")
        name = self.name()
        unit = self.rng.choice([unit for unit in (1, 2, 3, 4, 8, 16) if width % unit == 0]) if self.rng.random() < 0.2 else None
        size = self.size(width // (unit or 1))
        self.put(name, integer_bits(value, width, order), "integer", size, unit=unit, sign=sign, order=order)
        self.values[name] = value
        if 0 <= value <= 40:
            self.integers[name] = value

    def number(self, width: int, *, signed: bool) -> int:
        low, high = (-(1 << width - 1), (1 << width - 1) - 1) if signed and width else (0, (1 << width) - 1)
        small, any_ = min(high, self.rng.randint(0, 9)), self.rng.randint(low, high)
        return self.rng.choices((low, high, small, any_), (1, 2, 3, 4))[0]

    def counted(self) -> None:
        """A count, and what it counts."""
        width, name = self.rng.choice((3, 4, 5, 6, 8, 8, 16)), self.name("n")
        count = self.rng.randint(0, min(7, (1 << width) - 1))
        self.put(name, integer_bits(count, width, "big"), "integer", width)
        self.integers[name] = self.values[name] = count
        size = self.expression(name)
        total = valued(size, self.integers | self.outer_integers())
        if type(total) is not int or not 0 <= total <= 60:
            size, total = ("var", name), count
        kind = self.rng.choice(("binary", "bits", "integer"))
        if kind == "integer":
            value, name = self.rng.getrandbits(total) if total else 0, self.name()
            self.values[name] = value
            self.put(name, integer_bits(value, total, "big"), "integer", size)
        else:
            self.run(kind, size, total * (8 if kind == "binary" else 1))

    def expression(self, name: str) -> Expression:
        """Over a name, an outer one and numbers; it may be anything."""
        rng, variable = self.rng, ("var", name)
        known = [variable, *(("var", other) for other in {**self.outer_integers(), **self.integers})]
        small = rng.randint(0, 4)
        return rng.choice((
            variable, variable, ("+", variable, small), ("-", variable, small), ("*", variable, small), ("+", variable, rng.choice(known)),
            ("div", variable, small), ("rem", variable, small), ("band", variable, small), ("bor", variable, small),
            ("bxor", variable, small), ("bsl", variable, small), ("bsr", variable, small), ("abs", ("-", variable, small)), ("*", ("-",
            variable, small), 2),
            ("trunc", ("/", variable, max(small, 1))), ("/", variable, small), ("neg", variable),
        ))  # fmt: skip

    def run(self, kind: str, size: Expression, width: int, unit: int | None = None) -> None:
        """Bits as they are."""
        name = self.name()
        raw = "".join(self.rng.choice("01") for _ in range(width))
        self.put(name, raw, kind, size, unit=unit)
        self.values[name] = bits(raw)

    def slice(self) -> None:
        if self.rng.random() < 0.5:
            count = self.rng.randint(0, 6)
            self.run("binary", self.size(count), 8 * count)
        elif self.rng.random() < 0.8:
            count = self.rng.randint(0, 40)
            self.run("bits", self.size(count), count)
        else:
            unit, count = self.rng.choice((1, 4, 7, 8, 16, 24)), self.rng.randint(0, 3)
            self.run("binary", count, unit * count, unit)

    def float(self) -> None:
        width, order, value = self.rng.choice((16, 32, 64)), self.order(), self.rng.choice(FLOATS)
        raw = ones(struct.pack(("<" if order in ("little", "native") else ">") + {16: "e", 32: "f", 64: "d"}[width], value))
        choice = self.rng.random()
        name = "_" if choice < 0.1 else repr(value) if choice < 0.3 else self.name()
        self.put(name, raw, "float", self.size(width) if self.rng.random() < 0.5 or width != 64 else None, order=order)
        if name.startswith(("v", "V")):
            self.values[name] = value

    def text(self) -> None:
        text, kind, order = self.rng.choice(STRINGS), self.rng.choice(("", "", "utf8", "utf16", "utf32")), self.order()
        if self.dialect == "erlang" and kind == "" and not text.isascii():
            kind = "utf8"
        order = order if kind in ("utf16", "utf32") else ""
        self.put(f'"{text}"', ones(text.encode(self.encoding(kind or "utf8", order))), kind, order=order)

    @staticmethod
    def encoding(kind: str, order: str) -> str:
        return "utf-8" if kind == "utf8" else f"{kind[:3]}-{kind[3:]}-{'le' if order in ('little', 'native') else 'be'}"

    def point(self) -> None:
        kind, order, point = self.rng.choice(("utf8", "utf16", "utf32")), self.order(), self.rng.choice(POINTS)
        name = self.rng.choice(("_", f"{point}", "", "", ""))
        raw = ones(chr(point).encode(self.encoding(kind, order)))
        if not name:
            name = self.name()
            self.values[name] = point
        self.put(name, raw, kind, order=order)

    def skipped(self) -> None:
        width = self.rng.choice(WIDTHS)
        self.put("_", "".join(self.rng.choice("01") for _ in range(width)), self.rng.choice(("integer", "bits")), self.size(width))

    def literal(self) -> None:
        width, order, signed = self.rng.choice((1, 2, 3, 4, 8, 8, 12, 16, 24, 32, 64, 100)), self.order(), self.rng.random() < 0.2
        value = self.number(width, signed=signed)
        raw = integer_bits(value, width, order)
        value += (1 << width) if self.rng.random() < 0.03 else 0  # what never matches
        self.put(str(value), raw, "integer", self.size(width), order=order, sign="signed" if signed else "")

    def again(self) -> None:
        """A variable a second time, or one that only looks so."""
        if not self.values:
            return self.integer()
        name = self.rng.choice(list(self.values))
        value = self.values[name]
        if type(value) is int:
            width = self.rng.choice([width for width in (8, 16, 24, 64, 129) if -(1 << width - 1) <= value < 1 << width - 1])
            return self.put(name, integer_bits(value, width, "big"), "integer", width, sign="signed")
        if type(value) is float:
            return self.integer()
        raw = ones(value)
        return self.put(name, raw, "bits", len(raw))

    def given(self) -> None:
        """What has a value before: pinned, or in Erlang simply named."""
        name = self.name("p")
        shown = name if self.dialect == "erlang" else f"^{name}"
        if self.rng.random() < 0.7:
            width, order = self.rng.choice((4, 8, 8, 12, 16, 32, 100)), self.order()
            self.outer[name] = self.number(width, signed=False)
            return self.put(shown, integer_bits(self.outer[name], width, order), "integer", width, order=order)
        count = self.rng.randint(0, 3)
        self.outer[name] = self.rng.randbytes(count)
        sized = not self.newest or self.dialect == "erlang" or self.rng.random() < 0.6
        return self.put(shown, ones(self.outer[name]), "binary", count if sized else None)

    def nested(self) -> None:
        """A literal bitstring in the bitstring, which is its segments; their sizes do not see the segments around it."""
        inner = Drawing(self.rng, self.dialect, newest=self.newest, taken=self.count)
        for _ in range(self.rng.randint(0, 2)):
            inner.integer()
            inner.literal()
        self.count = inner.count
        self.outer |= inner.outer
        self.values |= inner.values
        self.integers |= inner.integers
        self.segments.append(f"{inner.spelled()}{self.rng.choice(('', '::bits', '::bitstring'))}")
        self.bits += inner.bits

    def varint(self) -> None:
        """Of codings that only the extended syntax has."""
        kind, name = self.rng.choice(("leb128", "sleb128", "zigzag", "quic", "mqtt", "vlq")), self.name()
        self.put(name, f"0{self.rng.getrandbits(7):07b}" if kind != "quic" else f"00{self.rng.getrandbits(6):06b}", kind)

    def spelled(self) -> str:
        """The pattern; Elixir reads `<<<` and `>>>` as operators."""
        text = ", ".join(self.segments)
        return f"<<{' ' if text.startswith('<') else ''}{text}{' ' if text.endswith('>') else ''}>>"

    # --- the whole ---------------------------------------------------------------------------

    def rest(self) -> None:
        """What comes last: mostly nothing or anything."""
        kind = self.rng.choice(("", "", "binary", "bits", "bits", "unit"))
        if not kind:
            return
        missing = -len(self.bits) % 8 if self.rng.random() < 0.8 else 0
        if kind == "binary" and missing:
            self.skip_bits(missing)
        unit = self.rng.choice((1, 4, 8, 16)) if kind == "unit" else None
        length = self.rng.choice((0, 1, 2, 3)) * (unit or 8) + (0 if kind != "bits" else self.rng.randint(0, 7))
        name = self.rng.choice(("_", self.name("rest")))
        raw = "".join(self.rng.choice("01") for _ in range(length))
        self.put(name, raw, "binary" if kind == "unit" else kind, None, unit=unit)
        if name != "_":
            self.values[name] = bits(raw)

    def skip_bits(self, count: int) -> None:
        self.put("_", "0" * count, "integer", count)

    def guard(self) -> str:
        """Mostly true, sometimes not, now and then an error."""
        terms = [self.comparison() for _ in range(self.rng.randint(1, 3))]
        both, either = (" and ", " or ") if self.dialect == "elixir" else (" andalso ", " orelse ")
        return f" when {self.rng.choice((both, both, either)).join(terms)}"

    def comparison(self) -> str:
        names = [name for name, value in self.values.items() if type(value) is int]
        if not names:
            return "true" if self.rng.random() < 0.8 else f"1 {spelled('==', self.dialect)} 1.0"
        name = self.rng.choice(names)
        value, text = self.values[name], spelled(("var", name), self.dialect)
        operator = spelled(self.rng.choice(("==", "!=", "===", "!==", "<", "<=", ">", ">=")), self.dialect)
        other = self.rng.choice((value, value + 1, value - 1, 0, 100))
        odd, tenth = (spelled(call, self.dialect) for call in (("rem", ("var", name), 2), ("div", 10, ("var", name))))
        usual = f"{text} {operator} {other}"
        return self.rng.choice((usual, usual, usual, f"{odd} {spelled('>=', self.dialect)} 0", f"is_integer({text})", f"{tenth} < 1000"))


def drawn(rng: random.Random, dialect: Dialect, *, newest: bool = True, extended: bool = False, most: int = 7) -> Sample:
    """One pattern of a bitstring."""
    drawing = Drawing(rng, dialect, newest=newest, extended=extended)
    for _ in range(rng.randint(0, most)):
        drawing.segment()
    drawing.rest()
    text = drawing.spelled()
    if rng.random() < 0.25:
        text += drawing.guard()
    return Sample(text, dialect, bindings_near(rng, drawing.outer), bits(drawing.bits), extended, tuple(drawing.values))


def bindings_near(rng: random.Random, right: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """The values that fit, and others."""
    if not right:
        return ({},)
    wrong = [{**right, rng.choice(list(right)): rng.choice(WRONG)} for _ in range(4)]
    return (right, *wrong)
