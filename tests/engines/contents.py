"""Parts of random formats: bytes, text, names and lists, by every way to say where they end."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from bitwright.wire.areas import fill
from tests.engines.formats import Body, Made, Making
from tests.engines.numbers import bounds, word

NAMES = (".", "a.", "b.a.", "c.b.a.", "example.", "www.example.", "WWW.Example.", r"x\.y.example.", r"\000\255.a.", "a" * 63 + ".")
TERMINATORS = (b"\0", b"\r\n", b"ab", b"aa")
ENCODINGS = ("utf-8", "ascii", "latin-1")

# What a size or count may be, as text and as a function of the field in it.
FORMS: tuple[tuple[str, Callable[[int], int]], ...] = (
    ("{}", lambda n: n), ("{}", lambda n: n), ("{} - 3", lambda n: n - 3), ("{} + 2", lambda n: n + 2), ("{} * 2", lambda n: n * 2),
    ("{} * 4 - 8", lambda n: n * 4 - 8), ("({} + 1) * 2", lambda n: (n + 1) * 2), ("{} // 2", lambda n: n // 2),
    ("{} << 1", lambda n: n << 1), ("{} >> 1", lambda n: n >> 1), ("20 - {}", lambda n: 20 - n), ("{} & 7", lambda n: n & 7),
    ("{} ^ 5", lambda n: n ^ 5), ("-(2 - {})", lambda n: n - 2), ("select({} > 1, {}, 3)", lambda n: n if n > 1 else 3),
    ("{} - 1 + 2 * 2", lambda n: n + 3),
)  # fmt: skip
MOST = 9


@dataclasses.dataclass(frozen=True)
class Extent:
    """A size or count: the expression, and its value for a message."""

    said: str
    of: Callable[[Making], int]


@dataclasses.dataclass(frozen=True)
class Item:
    """What a list holds: the vocabulary call, a value, its bits."""

    said: str
    make: Callable[[Making], Any]
    smallest: int
    width: int | None = None


# --- sizes and counts --------------------------------------------------------------------------


def extent(body: Body) -> Extent:
    """A constant, or an expression over a new field, an earlier one, or a parameter."""
    kind = body.draw(st.sampled_from(["constant", "new", "new", "new", "new", "earlier", *(["parameter"] if body.may_ask else [])]))
    if kind == "constant":
        fixed = body.draw(st.integers(0, MOST))
        return Extent(str(fixed), lambda m: fixed)
    if kind == "parameter":
        return parameter_extent(body)
    usable = [*body.inherited, *(k.name for k in body.known if k.width <= 3 and not k.signed and not k.flag)]
    if kind == "earlier" and usable:
        name = body.draw(st.sampled_from(usable))
        return Extent(name, lambda m: m.numbers[name])
    return new_extent(body)


def parameter_extent(body: Body) -> Extent:
    """An expression over a parameter."""
    name = f"p_{len(body.taken)}"  # no name that parse() takes itself
    body.taken.add(name)
    body.lines.append(f"{name} = param(int)")
    body.params[name] = None
    return Extent(f"{name} + 1", lambda m: m.params[name] + 1)


def new_extent(body: Body) -> Extent:
    """An expression over a field that is derived or given; for two of them, over their difference."""
    width = body.draw(st.sampled_from([4, 5, 6, 8, 12, 16, 24, 32]))
    form, value = body.draw(st.sampled_from(FORMS))
    _, top = bounds(width, signed=False)
    fitting = [n for n in range(min(top, 64) + 1) if 0 <= value(n) <= MOST]
    if not fitting or ("select" in form and width < 2):
        form, value, fitting = "{}", FORMS[0][1], list(range(min(top, MOST) + 1))
    derived = "select" not in form and body.draw(st.integers(0, 2)) > 0
    other = minus(body) if not derived or body.draw(st.booleans()) else None
    name = body.name("size")

    def make(making: Making) -> None:
        n = making.draw(st.sampled_from(fitting))
        making.numbers[name] = n
        if not derived or (form == "{}" and other is None and making.draw(st.integers(0, 5)) == 0):
            making.given[name] = n

    body.declare(name, "int", f"auto({word(body, width)})" if derived else word(body, width), make)
    body.moved(width)
    said = form.replace("{}", name)
    if other is not None and derived and fitting[-1] + 3 <= top and form == "{}":
        return Extent(f"{said} - {other}", lambda m: m.numbers[name])  # the solver finds size = what was drawn + other
    return Extent(said, lambda m: value(m.numbers[name]))


def minus(body: Body) -> str | None:
    """A small earlier number to take away."""
    usable = [k.name for k in body.known if k.width <= 2 and not k.signed and not k.flag]
    return body.draw(st.sampled_from(usable)) if usable else None


# --- bytes and text ----------------------------------------------------------------------------


def letters(size: int, alphabet: str = "ab\0 z") -> st.SearchStrategy[str]:
    """Text of exactly so many ASCII letters."""
    return st.text(alphabet, min_size=size, max_size=size)


def sized(body: Body) -> None:
    """Bytes, text or small numbers in a region whose size is said before; other fields may lie between."""
    found = extent(body)

    def content() -> None:
        body.to_byte()
        kind = body.draw(st.sampled_from(["raw", "text", "array"]))
        name = body.name(kind)
        if kind == "raw":
            body.declare(name, "bytes", f"raw(size={found.said})", lambda m: give(m, name, st.binary(min_size=found.of(m), max_size=found.of(m))))
        elif kind == "text":
            encoding = body.draw(st.sampled_from(ENCODINGS))
            said = f'text(size={found.said}, encoding="{encoding}")'
            body.declare(name, "str", said, lambda m: give(m, name, letters(found.of(m))))
        else:
            numbers = st.integers(0, 255)
            said = f"array(u8(), size={found.said})"
            body.declare(name, "list[int]", said, lambda m: give(m, name, st.lists(numbers, min_size=found.of(m), max_size=found.of(m))))

    now_or_later(body, content)


def give(making: Making, name: str, values: st.SearchStrategy[Any]) -> None:
    """Draw a field's value."""
    making.given[name] = making.draw(values)


def now_or_later(body: Body, content: Callable[[], None]) -> None:
    """Declare the content here, or behind other fields."""
    if body.draw(st.booleans()):
        content()
    else:
        body.later.append(content)


def delimited(body: Body) -> None:
    """Bytes or text behind a length prefix or before a terminator."""
    body.to_byte()
    is_text = body.draw(st.booleans())
    name = body.name("text" if is_text else "raw")
    item = delimited_item(body, is_text=is_text)
    body.declare(name, "str" if is_text else "bytes", item.said, lambda m: m.given.update({name: item.make(m)}))
    body.moved(item.smallest)


def delimited_item(body: Body, *, is_text: bool) -> Item:
    """A vocabulary call for content with its own end."""
    if body.draw(st.integers(0, 3)) == 0:
        return area_item(body, is_text=is_text)
    if body.draw(st.booleans()):
        flags = [k.name for k in body.known if k.flag]
        order = body.draw(st.sampled_from([None, '"little"', '"big"', *flags]))
        prefix = "u8()" if order is None or body.draw(st.booleans()) else f"u16(endian={order})"
        if body.draw(st.integers(0, 3)) == 0:
            prefix = f"varint({body.draw(st.sampled_from(['leb128', 'quic', 'mqtt', 'vlq', 'der']))!r})"
        said, bits = f"prefix={prefix}", 16 if prefix.startswith("u16") else 8
        content, words = st.binary(max_size=6), st.text("ab\u00e9\0", max_size=4)
    else:
        end = body.draw(st.sampled_from(TERMINATORS))
        said, bits = f"terminator={end!r}", 8 * len(end)
        content = st.binary(max_size=6).filter(lambda b: (b + end).find(end) == len(b))
        words = st.text("abx\u00e9", max_size=4).filter(lambda t: (t.encode() + end).find(end) == len(t.encode()))
    if is_text:
        return Item(f"text({said})", lambda m: m.draw(words), bits)
    return Item(f"raw({said})", lambda m: m.draw(content), bits)


def area_item(body: Body, *, is_text: bool) -> Item:
    """An area that its content need not fill."""
    encoding, unit = body.draw(st.sampled_from([("utf-8", 1), ("ascii", 1), ("utf-16-le", 2), ("utf-16-be", 2), ("utf-32-be", 4)])) if is_text else ("", 1)
    size = unit * body.draw(st.integers(2, 6))
    pad = body.draw(st.sampled_from([bytes(unit), b"a".ljust(unit, b"\0"), b" " * unit]))
    end = body.draw(st.sampled_from([None, bytes(unit), b"ab" * unit]))
    options = [f"size={size}", *([f"encoding={encoding!r}"] if is_text else [])]
    if end is None or body.draw(st.booleans()):
        options.append(f"pad={pad!r}")
    if end is not None:
        options.append(f"terminator={end!r}")

    def fits(content: str | bytes) -> bool:
        try:
            fill(content if isinstance(content, bytes) else content.encode(encoding), size, pad, end, unit)
        except ValueError:
            return False
        return True

    if is_text:
        return Item(f"text({', '.join(options)})", lambda m: m.draw(st.text("ab \0", max_size=6).filter(fits)), 8 * size, 8 * size)
    return Item(f"raw({', '.join(options)})", lambda m: m.draw(st.binary(max_size=size).filter(fits)), 8 * size, 8 * size)


def address(body: Body) -> None:
    """An address value."""
    body.to_byte()
    kind, size, annotation = body.draw(st.sampled_from([("ipv4", 4, "IPv4Address"), ("ipv6", 16, "IPv6Address"), ("mac", 6, "MACAddress"), ("uuid", 16, "UUID")]))
    name, as_type = body.name(kind), body.module.names[annotation]
    said = "uuid(endian='little')" if kind == "uuid" and body.draw(st.booleans()) else f"{kind}()"
    body.declare(name, annotation, said, lambda m: m.given.update({name: as_type(m.draw(st.binary(min_size=size, max_size=size)))}))
    body.moved(8 * size)


def domain(body: Body) -> None:
    """A domain name, perhaps uncompressed."""
    body.to_byte()
    name = body.name("name")
    said = body.draw(st.sampled_from(["domain_name()", "domain_name(compress=False)"]))
    body.declare(name, "Name", said, lambda m: give(m, name, st.sampled_from(NAMES)))
    body.moved(8)


def tail(body: Body) -> None:
    """Everything that is left: bytes, text, a payload, or a list."""
    body.to_byte()
    kind = body.draw(st.sampled_from(["raw()", "payload()", "text()", "array"]))
    name = body.name("rest")
    if kind == "array":
        one = item(body)
        if body.points:
            return  # nothing can lie behind what takes everything
        if one.smallest and one.smallest % 8 == 0:
            body.declare(name, "list[object]", f"array({one.said})", lambda m: m.given.update({name: several(m, one, 0, 3)}))
            return
        kind = "raw()"
    if kind == "text()":
        body.declare(name, "str", kind, lambda m: give(m, name, st.text("ab\u00e9\0", max_size=5)))
    else:
        body.declare(name, "bytes", kind, lambda m: give(m, name, st.binary(max_size=6)))


# --- lists -------------------------------------------------------------------------------------


def several(making: Making, one: Item, fewest: int, most: int) -> list[Any]:
    """Values of a list."""
    return [one.make(making) for _ in range(making.draw(st.integers(fewest, most)))]


def item(body: Body) -> Item:
    """What a list may hold."""
    kind = body.draw(st.sampled_from(["number", "number", "struct", "delimited", "fixed", "name", "list"]))
    if kind == "struct" and body.level > 0:
        return struct_item(body)
    if body.phase or kind == "number":
        return number_item(body)
    if kind == "fixed":
        size = body.draw(st.integers(1, 4))
        return Item(f"raw(size={size})", lambda m: m.draw(st.binary(min_size=size, max_size=size)), 8 * size, 8 * size)
    if kind == "name":
        return Item("domain_name()", lambda m: m.draw(st.sampled_from(NAMES)), 8)
    if kind == "list":
        inner, count = number_item(body), body.draw(st.integers(1, 3))
        return Item(f"array({inner.said}, count={count})", lambda m: several(m, inner, count, count), inner.smallest * count, inner.smallest * count)
    return delimited_item(body, is_text=body.draw(st.booleans()))


def number_item(body: Body) -> Item:
    """A number that fills whole bytes, so that the next begins where this one did."""
    width = body.draw(st.sampled_from([8, 16, 24, 32, 64]))
    if width in (16, 32, 64) and body.draw(st.integers(0, 3)) == 0:
        return Item(f"f{width}()", lambda m: m.draw(st.floats(width=width, allow_nan=False)), width, width)
    signed = body.draw(st.booleans())
    low, high = bounds(width, signed=signed)
    return Item(word(body, width, signed=signed), lambda m: m.draw(st.integers(low, high)), width, width)


def struct_item(body: Body) -> Item:
    """A struct of whole bytes."""
    from tests.engines.structures import struct

    made = struct(body.module, body.level - 1, loose=False, phase=body.phase, aligned=not body.phase, bits=body.bit_order if body.phase else "")
    body.points |= made.points
    said, arguments = nesting(body, made)
    return Item(said, lambda m: made.make(m.draw, arguments(m)), made.smallest)


def nesting(body: Body, made: Made) -> tuple[str, Callable[[Making], dict[str, int]]]:
    """How a struct is named in an array, and the parameters it is handed."""
    constants = {name: body.draw(st.integers(0, 4)) for name in made.params}
    return made.name + options_of(body, made, constants), lambda m: constants


def options_of(body: Body, made: Made, constants: dict[str, int]) -> str:
    """`endian=` and `arguments=` of a nested struct."""
    said = f", arguments={constants!r}" if constants else ""
    flags = [k.name for k in body.known if k.flag]
    if made.inherits and (body.order != "inherit" or body.draw(st.booleans())):
        order = body.draw(st.sampled_from(['"big"', '"little"', *flags]))
        said += f", endian={order}"
    return said


def counted(body: Body) -> None:
    """A list by a count that is said before."""
    found = extent(body)

    def content() -> None:
        one = item(body)
        if one.smallest == 0 and not found.said.isdigit():
            one = number_item(body)
        name = body.name("list")
        body.declare(
            name, "list[object]", f"array({one.said}, count={found.said})",
            lambda m: m.given.update({name: several(m, one, found.of(m), found.of(m))}),
        )  # fmt: skip

    now_or_later(body, content)


def behind_count(body: Body) -> None:
    """A list behind its count."""
    body.to_byte()
    one = item(body)
    if not one.smallest:
        one = number_item(body)
    name, prefix = body.name("list"), body.draw(st.sampled_from(["u8()", "u16()", "u24(endian='little')"]))
    body.declare(name, "list[object]", f"array({one.said}, prefix={prefix})", lambda m: m.given.update({name: several(m, one, 0, 3)}))
    body.smallest += {"u8()": 8, "u16()": 16}.get(prefix, 24)


def before_terminator(body: Body) -> None:
    """A list up to bytes that stand where an element would begin."""
    body.to_byte()
    name, wide = body.name("list"), body.draw(st.booleans())
    first = body.draw(st.integers(0, 255))
    if wide:
        kind = body.module.unique("Option")
        body.module.run(f"class {kind}(Struct):\n    code: int = u8()\n    value: bytes = raw(prefix=u8())\n\n")
        end, struct_ = bytes((first, body.draw(st.integers(0, 3)))), body.module.names[kind]
        values = st.lists(
            st.builds(lambda code, value: struct_(code=code, value=value), st.sampled_from([first, 7]), st.binary(max_size=3)).filter(
                lambda one: bytes((one.code, len(one.value))) != end
            ),
            max_size=3,
        )
        said = f"array({kind}, terminator={end!r})"
    else:
        values = st.lists(st.integers(0, 255).filter(lambda n: n != first), max_size=4)
        said = f"array(u8(), terminator={bytes((first,))!r})"
    body.declare(name, "list[object]", said, lambda m: m.given.update({name: m.draw(values)}))
    body.smallest += 16 if wide else 8


def loose_list(body: Body) -> None:
    """A constant number of numbers of odd bits."""
    number_of_them, width = body.draw(st.integers(1, 5)), body.draw(st.integers(1, 13))
    _, top = bounds(width, signed=False)
    name = body.name("loose")
    values = st.lists(st.integers(0, top), min_size=number_of_them, max_size=number_of_them)
    body.declare(name, "list[int]", f"array(bits({width}), count={number_of_them})", lambda m: give(m, name, values))
    body.moved(width * number_of_them)


def until(body: Body) -> None:
    """A list up to the first element that says so."""
    body.to_byte()
    name = body.name("until")
    last = body.draw(st.integers(0, 255))
    if body.level <= 0 or body.draw(st.booleans()):
        said = f"array(u8(), until=lambda it: it == {last})"
        others = st.integers(0, 255).filter(lambda n: n != last)
        body.declare(name, "list[int]", said, lambda m: m.given.update({name: [*m.draw(st.lists(others, max_size=3)), last]}))
    else:
        kind = body.module.unique("Label")
        body.module.run(f"class {kind}(Struct):\n    length: int = auto(u8())\n    body: bytes = raw(size=length)\n\n")
        struct = body.module.names[kind]
        bodies = st.lists(st.binary(min_size=1, max_size=3), max_size=3)
        body.declare(
            name, f"list[{kind}]", f"array({kind}, until=lambda it: it.length == 0)",
            lambda m: m.given.update({name: [struct(body=b) for b in [*m.draw(bodies), b""]]}),
        )  # fmt: skip
    body.moved(8)


def measured(body: Body) -> None:
    """Structs or lists in a region whose size only writing them tells."""
    if body.level <= 0:
        sized(body)
        return
    name, form = body.name("bytes_of"), body.draw(st.sampled_from(["{}", "{} - 2", "{} + 0"]))
    body.declare(name, "int", f"auto({word(body, 16)})")
    body.moved(16)

    def content() -> None:
        body.to_byte()
        one = struct_item(body)
        field, size = body.name("region"), form.replace("{}", name)
        if one.smallest and body.draw(st.booleans()):
            body.declare(field, "list[object]", f"array({one.said}, size={size})", lambda m: m.given.update({field: several(m, one, 0, 3)}))
        else:
            body.declare(field, "object", f"nested({one.said}, size={size})", lambda m: m.given.update({field: one.make(m)}))

    now_or_later(body, content)


CONTENTS = (sized, sized, delimited, behind_count, before_terminator, address, domain, counted, counted, loose_list, until, measured)
