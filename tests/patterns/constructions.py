"""Random constructions in Elixir's syntax, with values that fit, that are cut off, and that are of the wrong type."""

from __future__ import annotations

import array
import dataclasses
import decimal
import fractions
import math
import random
from typing import Any

from bitstring import BitArray, Bits

INTEGERS = (0, 1, -1, 2, 127, 128, 255, 256, -128, -129, 65535, 65536, 1 << 31, (1 << 64) - 1, 1 << 64, -(1 << 65), 3**80)
FLOATS = (0.0, -0.0, 1.5, -2.25, 0.1, 65504.0, 65519.0, 65520.0, 1e-8, 5.960464477539063e-08, 1e300, -1e300, 3.4028235677973366e38, 5e-324)
POINTS = (0, 65, 127, 128, 233, 0x7FF, 0x800, 0xD7FF, 0xD800, 0xDFFF, 0xE000, 0xFFFE, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF, 0x110000, -1)
OTHERS: tuple[Any, ...] = ("ok", True, None, (1, b"a"), [1, 2.0], b"", b"text", {"a": 1}, 1.0, 7, Bits("0b101"))
WIDTHS = (0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 17, 24, 31, 32, 33, 40, 63, 64, 65, 100, 128, 129, 200)
# Values that are no terms, or only just.
STRANGE: tuple[Any, ...] = (
    *OTHERS, object(), int, Ellipsis, 1j, {1, 2}, range(3), decimal.Decimal(3), fractions.Fraction(1, 2), math.nan, math.inf,
    1 << 5000, -(1 << 5000), memoryview(b"abcdef")[::2], array.array("d", [1.0]), BitArray("0b101"), Bits(), "é\0", b"\xff\0", [[[1]] * 3],
)


@dataclasses.dataclass
class Random:
    """Makes one construction: `parts` are its segments, `values` what it takes."""

    rng: random.Random
    wrong: float = 0.05  # how often a value is of the wrong type, or a size is none
    others: tuple[Any, ...] = OTHERS  # what is given then
    fits: bool = False  # only what a pattern of the same text gives back
    values: dict[str, Any] = dataclasses.field(default_factory=dict[str, Any])

    def text(self) -> str:
        """The text; its values are in `values` then."""
        parts = [self.segment(index) for index in range(self.rng.randint(0, 6))]
        if self.fits:  # an unsized tail, which a pattern can have at its end alone
            parts.append(self.named("tail", f"::{self.rng.choice(('binary', 'bits'))}", self.binary(8 * self.rng.randint(0, 4))))
        return f"<< {', '.join(parts)} >>"  # the spaces keep nested ones apart

    def segment(self, index: int) -> str:
        kinds = [self.integer, self.integer, self.integer, self.float, self.sized, self.utf, self.literal]
        if not self.fits:
            kinds += [self.unsized, self.expression, self.nested]
        return self.rng.choice(kinds)(f"v{index}")

    def named(self, name: str, spec: str, value: Any) -> str:
        """A segment whose value is a variable."""
        self.values[name] = value if self.fits or self.rng.random() > self.wrong else self.rng.choice(self.others)
        return f"{name}{spec}"

    def size(self, name: str, number: int, *, units: bool = False) -> str:
        """The size, as it is or as a variable or an expression."""
        way = self.rng.choice(("literal", "literal", "variable", "sum", *(("bare",) if not units else ())))
        size = f"n_{name}"
        if way in ("literal", "bare"):
            return str(number) if way == "bare" else f"size({number})"
        given: Any = number if way == "variable" else number - 1
        if not self.fits and self.rng.random() < self.wrong:
            given = self.rng.choice((-1, -5, 1.0, b"8", 1 << 70, "ok", None, 0))
        self.values[size] = given
        return f"size({size})" if way == "variable" else f"size({size} + 1)"

    def integer(self, name: str) -> str:
        width = self.rng.choice(WIDTHS)
        signed = self.rng.random() < 0.4
        words = [self.size(name, width), *self.some("signed" if signed else "unsigned"), *self.some("little", "big", "native", "little")]
        if signed and "signed" not in words:
            words.append("signed")
        value = self.rng.choice((self.rng.choice(INTEGERS), self.rng.getrandbits(width) if width else 0, -1))
        if self.fits:
            value = self.rng.getrandbits(width) if width else 0
            value -= 1 << width if signed and width and value >> (width - 1) else 0
        return self.named(name, f"::{self.joined(words)}", value)

    def some(self, *words: str) -> list[str]:
        """One of the words, or none."""
        return [self.rng.choice(words)] if self.rng.random() < 0.5 else []

    def joined(self, words: list[str]) -> str:
        self.rng.shuffle(words)
        return "-".join(words)

    def float(self, name: str) -> str:
        width = self.rng.choice((16, 32, 64, *(() if self.fits else (24, 0))))
        words = ["float", *self.some("little", "big")]
        if width in (16, 32, 64) and (self.fits or self.rng.random() < 0.6):
            words.append(f"size({width})")
        else:
            self.values[f"n_{name}"] = width
            words.append(f"size(n_{name})")
        value: Any = self.rng.choice((1.5, -2.25, 0.0)) if self.fits else self.rng.choice((*FLOATS, *FLOATS, *INTEGERS))
        return self.named(name, f"::{self.joined(words)}", value)

    def binary(self, bits: int) -> Any:
        """A bitstring of so many bits."""
        raw = self.rng.randbytes((bits + 7) // 8)
        return raw if bits % 8 == 0 else Bits(hex=raw.hex())[:bits]

    def sized(self, name: str) -> str:
        unit = self.rng.choice((1, 8, 8, 16, 3))
        kind, words = ("bits", []) if unit == 1 else ("binary", [f"unit({unit})"] if unit != 8 else [])
        count = self.rng.choice((0, 1, 2, 3, 5, 9, 20))
        words += [kind, self.size(name, count, units=bool(words))]
        bits = count * unit + (0 if self.fits else self.rng.choice((0, 0, 0, 1, 8, 13, -1)))
        return self.named(name, f"::{self.joined(words)}", self.binary(max(bits, 0)))

    def unsized(self, name: str) -> str:
        unit = self.rng.choice(("", "", "-unit(16)", "-unit(1)"))
        kind = "binary" if unit else self.rng.choice(("binary", "bits"))
        return self.named(name, f"::{kind}{unit}", self.binary(self.rng.choice((0, 8, 16, 24, 32, 80, 3, 13))))

    def utf(self, name: str) -> str:
        words = [self.rng.choice(("utf8", "utf16", "utf32")), *self.some("little", "big")]
        good = [point for point in POINTS if 0 <= point < 0xD800 or 0xE000 <= point < 0x110000]
        often = self.fits or self.rng.random() < 0.8
        return self.named(name, f"::{self.joined(words)}", self.rng.choice(good if often else POINTS))

    def literal(self, name: str) -> str:
        width = self.rng.choice(WIDTHS)
        number = self.rng.getrandbits(width) if self.fits else self.rng.choice(INTEGERS)
        texts = ['"ab"', '"é日"', '"aé😀"::utf16-little', '"aé"::utf32', "2.5::float-32", "1.5", f"{number}::{width}"]
        texts += [f"{number}::little-size({width})", *(() if self.fits else ("3::float", "1.0e300::float-32"))]
        return self.rng.choice(texts)

    def expression(self, name: str) -> str:
        other = f"e_{name}"
        self.values[other] = self.rng.choice((b"abc", b"", b"0123456789", 5, Bits("0b11")))
        texts: tuple[str, ...] = ("byte_size({})::16", "{} + 1::8", "bit_size({})", "(<<{}::4>>)::bits", "{} <> {}::binary")
        return self.rng.choice(texts).replace("{}", other)

    def nested(self, name: str) -> str:
        inner = [self.integer(f"{name}{letter}") for letter in "xy"[: self.rng.randint(0, 2)]]
        return f"<<{', '.join(inner)}>>{self.rng.choice(('', '::bits', '::binary'))}"
