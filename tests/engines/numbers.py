"""Parts of random formats: numbers of every width, place and byte order, constants, padding."""

from __future__ import annotations

from typing import Any

from bitstring import Bits
from hypothesis import strategies as st

from tests.engines.formats import Body, Known, Making

WIDTHS = (1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 40, 48, 56, 57, 63, 64)
WORDS = {8: "u8", 16: "u16", 24: "u24", 32: "u32", 48: "u48", 64: "u64"}
SIGNED_WORDS = {8: "i8", 16: "i16", 32: "i32", 64: "i64"}


def bounds(width: int, *, signed: bool) -> tuple[int, int]:
    """The smallest and the largest number."""
    return (-(1 << (width - 1)), (1 << (width - 1)) - 1) if signed else (0, (1 << width) - 1)


def word(body: Body, width: int, *, signed: bool = False, options: tuple[str, ...] = ()) -> str:
    """A vocabulary call for a number: a word of its own where there is one, now and then."""
    words = SIGNED_WORDS if signed else WORDS
    if width in words and body.draw(st.booleans()):
        return f"{words[width]}({', '.join(options)})"
    return f"bits({', '.join([str(width), *(('signed=True',) if signed else ()), *options])})"


def any_width(body: Body) -> int:
    """A width: any can stand at any place."""
    width: int = body.draw(st.sampled_from(WIDTHS))
    return width


def order_option(body: Body, width: int) -> tuple[str, ...]:
    """`endian=`, fixed or by an earlier flag, of what has more than one chunk."""
    if width <= 8 or body.draw(st.booleans()):
        return ()
    flags = [k.name for k in body.known if k.flag]
    said = ["", "", 'endian="big"', 'endian="little"', *(f"endian={flag}" for flag in flags)]
    chosen = body.draw(st.sampled_from(said))
    return (chosen,) if chosen else ()


def number(body: Body) -> None:
    """An integer of any width at any place, perhaps signed, perhaps with a default."""
    width, signed = any_width(body), body.draw(st.integers(0, 3)) == 0
    low, high = bounds(width, signed=signed)
    options = order_option(body, width)
    if options:
        said = f"bits({width}, {'signed=True, ' if signed else ''}{options[0]})"
        defaulted = False
    else:
        defaulted = body.draw(st.integers(0, 4)) == 0
        said = word(body, width, signed=signed, options=((f"default={body.draw(st.integers(low, high))}",) if defaulted else ()))
    name = body.name("n")

    def make(making: Making) -> None:
        if defaulted and making.draw(st.booleans()):
            return
        value = making.draw(st.one_of(st.integers(low, high), st.sampled_from([low, high])))
        making.given[name] = making.numbers[name] = value

    body.declare(name, "int", said, make)
    if not defaulted:
        body.known.append(Known(name, width, signed))
    body.moved(width)


def flag(body: Body) -> None:
    """One bit."""
    name = body.name("f")

    def make(making: Making) -> None:
        making.given[name] = making.draw(st.booleans())
        making.numbers[name] = int(making.given[name])

    body.declare(name, "bool", "flag()", make)
    body.known.append(Known(name, 1, flag=True))
    body.moved(1)


def enumeration(body: Body) -> None:
    """A number with names for some values; the others are kept."""
    width = min(any_width(body), 32)
    named = sorted({body.draw(st.integers(0, (1 << width) - 1)) for _ in range(3)})
    kind = body.module.unique("E")
    base = body.draw(st.sampled_from(["OpenEnum", "OpenEnum", "IntEnum"]))
    members = "".join(f"    M{i} = {value}\n" for i, value in enumerate(named))
    body.module.run(f"from enum import IntEnum\nclass {kind}({base}):\n{members}")
    members_of: Any = body.module.names[kind]
    name = body.name("e")

    def make(making: Making) -> None:
        value = making.draw(st.one_of(st.sampled_from(named), st.integers(0, (1 << width) - 1)))
        making.numbers[name] = value
        making.given[name] = members_of(value) if base == "OpenEnum" or value in named else value

    body.declare(name, kind, f"bits({width}, {kind})", make)
    body.known.append(Known(name, width))
    body.moved(width)


def spare(body: Body) -> None:
    """Reserved bits or padding."""
    width = body.draw(st.integers(1, 80))
    if width > 64 or body.draw(st.booleans()):
        body.lines.append(f"{body.name('_pad')} = pad(bits={width})")
    else:
        name = body.name("z")
        top = (1 << width) - 1
        body.declare(name, "int", f"reserved({width})", lambda m: m.given.update({name: m.draw(st.sampled_from([0, 0, 0, 1, top]))}))
    body.moved(width)


def constant(body: Body) -> None:
    """A constant number, or a constant text or bytes where a byte begins."""
    name = body.name("c")
    kind = body.draw(st.sampled_from(["number", "bytes", "text"])) if body.aligned and not body.phase else "number"
    if kind == "number":
        width = any_width(body)
        body.declare(name, "int", f"const({word(body, width)}, {body.draw(st.integers(0, (1 << width) - 1))})")
        body.moved(width)
    elif kind == "bytes":
        content = body.draw(st.binary(min_size=1, max_size=4))
        body.declare(name, "bytes", f"const(raw(size={len(content)}), {content!r})")
        body.moved(8 * len(content))
    else:
        words = body.draw(st.text("ab\u00e9", min_size=1, max_size=3))
        body.declare(name, "str", f"const(text(size={len(words.encode())}), {words!r})")
        body.moved(8 * len(words.encode()))


def alignment(body: Body) -> None:
    """Zero bytes up to a multiple."""
    body.to_byte()
    body.lines.append(f"{body.name('_align')} = align({body.draw(st.integers(2, 9))})")


def computed_constant(body: Body) -> None:
    """A field that must repeat what an expression over earlier ones gives."""
    usable = [k for k in body.known if not k.signed and k.width <= 16]
    if not usable:
        number(body)
        return
    source = body.draw(st.sampled_from(usable))
    said = body.draw(st.sampled_from(["{} + 1", "{} * 3", "{} ^ 1", "{}"])).format(source.name)
    body.declare(body.name("same"), "int", f"const({word(body, 24)}, {said})")
    body.moved(24)


def computed(body: Body) -> None:
    """A name for an expression, which later expressions use."""
    usable = [k for k in body.known if k.width <= 2 and not k.signed]
    if not usable:
        return
    source, name = body.draw(st.sampled_from(usable)), body.name("sum_of")

    def make(making: Making) -> None:
        making.numbers[name] = making.numbers[source.name] + 1

    body.lines.append(f"{name} = {source.name} + 1")
    body.makers.append(make)
    body.known.append(Known(name, 3))


def other_run(body: Body) -> None:
    """Whole bytes of bits counted from the other side of each byte."""
    if not body.aligned:
        number(body)
        return
    body.to_byte()
    other = "msb" if body.bit_order == "lsb" else "lsb"
    left = 8 * body.draw(st.integers(1, 9))
    while left:
        width = body.draw(st.integers(1, min(left, 64)))
        left -= width
        if width % 8 == 7 and body.draw(st.booleans()):
            body.lines.append(f'{body.name("_pad")} = pad(bits={width}, bit_order="{other}")')
            body.moved(width)
            continue
        signed, name = body.draw(st.booleans()), body.name("o")
        low, high = bounds(width, signed=signed)
        options = [*(("signed=True",) if signed else ()), f'bit_order="{other}"', *order_option(body, width)]
        values = st.one_of(st.integers(low, high), st.sampled_from([low, high]))
        body.declare(name, "int", f"bits({width}, {', '.join(options)})", lambda m, name=name, values=values: m.given.update({name: m.draw(values)}))  # type: ignore[misc]
        body.moved(width)


def real(body: Body) -> None:
    """A float at any bit."""
    width, name = body.draw(st.sampled_from([16, 32, 64])), body.name("r")
    values = st.floats(width=width, allow_nan=False)
    body.declare(name, "float", f"f{width}({', '.join(order_option(body, width))})", lambda m: m.given.update({name: m.draw(values)}))
    body.moved(width)


def run_of_bits(body: Body) -> None:
    """More bits than a number has, or fewer; or, at a byte, as many as an earlier number says."""
    usable = [k.name for k in body.known if k.width <= 4 and not k.signed and not k.flag]
    name = body.name("run")
    if usable and body.aligned and body.draw(st.booleans()):
        body.to_byte()
        size = body.draw(st.sampled_from(usable))
        body.declare(name, "Bits", f"bits({size} * 3, Bits)", lambda m: m.given.update({name: some_bits(m, 3 * m.numbers[size])}))
        return
    width = body.draw(st.sampled_from([1, 3, 8, 20, 65, 128, 131]))
    body.declare(name, "Bits", f"bits({width}, Bits)", lambda m: m.given.update({name: some_bits(m, width)}))
    body.moved(width)


def some_bits(making: Making, count: int) -> Bits:
    """Any bits, of such a number."""
    return Bits(uint=making.draw(st.integers(0, (1 << count) - 1)), length=count) if count else Bits()


NUMBERS = (number, number, flag, enumeration, spare, constant, other_run, real, run_of_bits)
