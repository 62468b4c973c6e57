"""Parts of random formats: nesting, unions, optional fields, checksums; and whole classes made of all parts."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from bitwright import DeclarationError, Struct
from bitwright.schema.spec import ChecksumType
from tests.engines.conditions import filled, stated
from tests.engines.contents import CONTENTS, delimited_item, nesting, new_extent, now_or_later, tail
from tests.engines.formats import Body, Draw, Format, Known, Made, Making, Module
from tests.engines.numbers import NUMBERS, alignment, computed, computed_constant, number, word
from tests.engines.pointing import Inner, elsewhere, shared
from tests.engines.related import RELATED
from tests.engines.variable import VARIABLE

BIT_ORDERS = ("msb", "msb", "lsb")
ORDERS = ("big", "big", "big", "little", "inherit")
ALGORITHMS = (("internet", 16), ("crc16_x25", 16), ("crc24_openpgp", 24), ("crc8_rohc", 8), ("crc32", 32), ("adler32", 32), ("fletcher16", 16))


# --- nesting -----------------------------------------------------------------------------------


def nest(body: Body) -> None:
    """A struct in place, wherever in a byte; its numbers serve later expressions."""
    aligned = body.draw(st.booleans())
    if aligned:
        body.to_byte()
    if body.level <= 0:
        number(body)
        return
    bits = body.bit_order if not aligned else body.draw(st.sampled_from(BIT_ORDERS))
    made = struct(body.module, body.level - 1, loose=bits == body.bit_order, phase=body.phase, aligned=aligned, bits=bits)
    said, arguments = nesting(body, made)
    name = body.name("nested")

    def make(making: Making) -> None:
        value = making.given[name] = made.make(making.draw, arguments(making))
        for known in (k for k in made.numbers if "." not in k.name):
            inner = getattr(value, known.name)
            if inner is not None:
                making.numbers[f"{name}.{known.name}"] = int(inner)

    body.declare(name, made.name, f"nested({said})", make)
    if made.loose and name in body.spans:
        body.spans.remove(name)
    body.points |= made.points
    body.known += [Known(f"{name}.{k.name}", k.width, k.signed, k.flag) for k in made.numbers if "." not in k.name]
    body.smallest += made.smallest
    body.phase = made.loose


def header(body: Body) -> None:
    """A nested struct whose derived numbers are solved from what follows it."""
    body.to_byte()
    kind = body.module.unique("Header")
    said = word(body, 8)
    body.module.run(f"class {kind}(Struct):\n    count: int = auto({said})\n    size: int = auto(u16())\n    body_size = size - 1\n\n")
    name, items, rest_of = body.name("header"), body.name("items"), body.name("body")
    struct_ = body.module.names[kind]
    body.declare(name, kind, f"nested({kind})", lambda m: m.given.update({name: struct_()}))
    body.moved(24)

    def content() -> None:
        body.to_byte()
        numbers = st.lists(st.integers(0, 255), max_size=3)
        body.declare(items, "list[int]", f"array(u8(), count={name}.count)", lambda m: m.given.update({items: m.draw(numbers)}))
        size = body.draw(st.sampled_from([f"{name}.size", f"{name}.body_size"]))
        body.declare(rest_of, "bytes", f"raw(size={size})", lambda m: m.given.update({rest_of: m.draw(st.binary(max_size=4))}))

    now_or_later(body, content)


def chain(body: Body) -> None:
    """A struct that holds another of its kind, or several; some levels deep."""
    if body.level <= 0 or not body.aligned:
        number(body)
        return
    body.to_byte()
    kind, several = body.module.unique("Chain"), body.draw(st.booleans())
    inner = (
        f"    more: bool = auto(flag())\n    spare: int = bits(7)\n    inner: {kind} | None = when(more, nested('{kind}'))\n"
        if not several
        else f"    size: int = auto(u16())\n    spare: int = u8()\n    inner: list[{kind}] = array('{kind}', size=size)\n"
    )
    body.module.run(f"class {kind}(Struct):\n{inner}\n")
    struct_, name = body.module.names[kind], body.name("chain")

    def value(making: Making, depth: int) -> Any:
        spare = making.draw(st.integers(0, 127))
        if several:
            return struct_(spare=spare, inner=[value(making, depth - 1) for _ in range(making.draw(st.integers(0, depth)))])
        return struct_(spare=spare, inner=value(making, depth - 1) if depth else None)

    body.declare(name, kind, f"nested({kind})", lambda m: m.given.update({name: value(m, m.draw(st.integers(0, 3)))}))
    body.moved(24 if several else 8)


# --- unions ------------------------------------------------------------------------------------


@dataclasses.dataclass
class Union:
    """The base class of a union, its arms by their tags, the arms for unknown tags and for nothing at all."""

    base: str
    arms: list[tuple[tuple[int, ...], Made]]
    unknown: Made | None

    @property
    def points(self) -> bool:
        """Whether an arm holds something that lies at an offset."""
        return any(made.points for _, made in self.arms) or (self.unknown is not None and self.unknown.points)

    def arm(self, making: Making) -> tuple[int | None, Made]:
        """One arm and its tag; None for the arm of unknown tags."""
        if self.unknown is not None and making.draw(st.integers(0, 3)) == 0:
            return None, self.unknown
        tags, made = making.draw(st.sampled_from(self.arms))
        return making.draw(st.sampled_from(tags)), made

    def other_tag(self, making: Making) -> int:
        """A tag that no arm has."""
        taken = {tag for tags, _ in self.arms for tag in tags}
        found: int = making.draw(st.integers(0, 15).filter(lambda tag: tag not in taken))
        return found


def union(module: Module, level: int, *, region: bool) -> Union:
    """A base class and two or three arms; one may hold the union again."""
    draw = module.draw
    base = module.unique("Union")
    module.run(f"class {base}(Struct):\n    pass\n\n")
    numbers = draw(st.permutations(range(12)))
    made = Union(base, [], None)
    for _ in range(draw(st.integers(1, 3))):
        tags = tuple(numbers.pop() for _ in range(draw(st.integers(1, 2))))
        said = f", tag={tags[0]}" if len(tags) == 1 else f", tag={tags}"
        made.arms.append((tags, struct(module, level - 1, loose=False, base=base, keywords=said, rest=region, params=False)))
    if draw(st.booleans()):
        made.unknown = struct(module, level - 1, loose=False, base=base, rest=region, params=False)
    if draw(st.integers(0, 3)) == 0:
        made.arms.append(((14,), recursive_arm(module, made)))
    return made


def recursive_arm(module: Module, made: Union) -> Made:
    """An arm that holds another value of its union."""
    name = module.unique("Again")
    unknown = f", unknown={made.unknown.name}" if made.unknown else ""
    module.run(
        f"class {name}({made.base}, tag=14):\n    kind: int = auto(u8())\n"
        f"    inner: {made.base} = variant({made.base}, on=kind{unknown})\n\n"
    )  # fmt: skip
    arms, struct_ = list(made.arms), module.names[name]

    def make(draw: Draw, params: Mapping[str, int]) -> Struct:
        _, arm = draw(st.sampled_from(arms))
        value: Struct = struct_(inner=arm.make(draw, {}))
        return struct_(inner=value) if draw(st.booleans()) else value

    return Made(struct_, make, smallest=8)


def choice(body: Body) -> None:
    """A union by an earlier tag, derived or given; with or without a size; open or closed."""
    if body.level <= 0:
        number(body)
        return
    region = body.draw(st.booleans())
    made = union(body.module, body.level, region=region)
    body.points |= made.points
    derived, tag = body.draw(st.booleans()), body.name("tag")
    body.declare(tag, "int", f"auto({word(body, 8)})" if derived else word(body, 8))
    body.moved(8)
    size = ""
    if region:
        length = body.name("length")
        body.declare(length, "int", f"auto({word(body, 16)})")
        body.moved(16)
        size = f", size={length}"
    closed = made.unknown is not None and body.draw(st.booleans())

    def content() -> None:
        body.to_byte()
        name = body.name("choice")
        if closed and made.unknown is not None:
            cases = ", ".join(f"{t}: {arm.name}" for tags, arm in made.arms for t in tags)
            said = f"switch({tag}, {{{cases}}}, {made.unknown.name}{size})"
        else:
            unknown = f", unknown={made.unknown.name}" if made.unknown else ""
            said = f"variant({made.base}, on={tag}{unknown}{size})"
        body.declare(name, made.base, said, lambda m: chosen(m, made, tag, name, derived=derived))

    now_or_later(body, content)


def chosen(making: Making, made: Union, tag: str, name: str, *, derived: bool) -> None:
    """Give a union a value, and its tag if nothing derives it."""
    number_of_arm, arm = made.arm(making)
    if number_of_arm is None:
        making.given[tag] = made.other_tag(making)
    elif not derived:
        making.given[tag] = number_of_arm
    making.given[name] = arm.make(making.draw, {})


def union_list(body: Body) -> None:
    """A list of one union's values, all of the arm that a tag before it says."""
    body.to_byte()
    if body.level <= 0:
        number(body)
        return
    made = union(body.module, body.level - 1, region=False)
    body.points |= made.points
    if any(arm.smallest == 0 for _, arm in made.arms) or made.unknown is not None:
        number(body)
        return
    tag, name = body.name("tag"), body.name("choices")
    body.declare(tag, "int", "u8()")
    said = f"array(variant({made.base}, on={tag}), count={body.draw(st.sampled_from([0, 2]))})"
    count = int(said[-2])

    def make(making: Making) -> None:
        tags, arm = making.draw(st.sampled_from(made.arms))
        making.given[tag] = making.draw(st.sampled_from(tags))
        making.given[name] = [arm.make(making.draw, {}) for _ in range(count)]

    body.declare(name, "list[object]", said, make)


# --- optional fields ---------------------------------------------------------------------------


def optional(body: Body) -> None:
    """A field that is there if a condition holds: by a flag, derived or not, or a comparison."""
    condition, decide = condition_of(body)

    def content() -> None:
        said, annotation, value = optional_inner(body)
        name = body.name("maybe")

        def make(making: Making) -> None:
            if decide(making):
                making.given[name] = value(making)

        body.declare(name, f"{annotation} | None", f"when({condition}, {said})", make)

    now_or_later(body, content)


def condition_of(body: Body) -> tuple[str, Callable[[Making], bool]]:
    """A condition, and whether it holds in a message."""
    kind = body.draw(st.sampled_from(["auto", "auto", "plain", "number", "mask"]))
    usable = [k for k in body.known if not k.flag and not k.signed and k.width <= 32]
    if kind == "number" and usable:
        known = body.draw(st.sampled_from(usable))
        limit = body.draw(st.integers(0, (1 << known.width) - 1))
        sign = body.draw(st.sampled_from(["==", "!=", "<", ">="]))
        compare: Callable[[int], bool] = {"==": limit.__eq__, "!=": limit.__ne__, "<": limit.__gt__, ">=": limit.__le__}[sign]
        return f"{known.name} {sign} {limit}", lambda m: bool(compare(m.numbers[known.name]))
    name = body.name("has")
    if kind == "mask":
        derived = body.draw(st.booleans())
        return mask_condition(body, name, derived=derived)
    derived = kind == "auto"

    def make(making: Making) -> None:
        making.numbers[name] = int(making.draw(st.booleans()))
        if not derived:
            making.given[name] = bool(making.numbers[name])

    body.declare(name, "bool", "auto(flag())" if derived else "flag()", make)
    body.moved(1)
    negated = body.draw(st.booleans())
    return (f"~{name}", lambda m: not m.numbers[name]) if negated else (name, lambda m: bool(m.numbers[name]))


def mask_condition(body: Body, name: str, *, derived: bool) -> tuple[str, Callable[[Making], bool]]:
    """One bit of a byte."""

    def make(making: Making) -> None:
        making.numbers[name] = making.draw(st.integers(0, 255))
        if not derived:
            making.given[name] = making.numbers[name]

    body.declare(name, "int", f"auto({word(body, 8)})" if derived else word(body, 8), make)
    body.moved(8)
    return f"({name} & 4) != 0", lambda m: bool(m.numbers[name] & 4)


def optional_inner(body: Body) -> tuple[str, str, Callable[[Making], Any]]:
    """What may be absent: numbers of whole bytes, content, lists, structs."""
    kind = body.draw(st.sampled_from(["number", "number", "delimited", "sized", "list", "struct", "choice"]))
    if kind in ("number", "list"):
        low, high = 0, 0xFFFFFFFF
        if kind == "number":
            return word(body, 32), "int", lambda m: m.draw(st.integers(low, high))
        count = body.draw(st.integers(1, 3))
        numbers = st.lists(st.integers(0, 255), min_size=count, max_size=count)
        return f"array(u8(), count={count})", "list[int]", lambda m: m.draw(numbers)
    if kind == "sized":
        found = new_extent(body)
        body.to_byte()
        return f"raw(size={found.said})", "bytes", lambda m: m.draw(st.binary(min_size=found.of(m), max_size=found.of(m)))
    body.to_byte()
    if kind == "struct" and body.level > 0:
        made = struct(body.module, body.level - 1, loose=False, params=False)
        body.points |= made.points
        said, arguments = nesting(body, made)
        return f"nested({said})", made.name, lambda m: made.make(m.draw, arguments(m))
    if kind == "choice" and body.level > 0:
        return optional_choice(body)
    is_text = body.draw(st.booleans())
    item = delimited_item(body, is_text=is_text)
    return item.said, "str" if is_text else "bytes", item.make


def optional_choice(body: Body) -> tuple[str, str, Callable[[Making], Any]]:
    """A union that may be absent: its tag is derived where it is there."""
    made = union(body.module, body.level, region=False)
    body.points |= made.points
    tag = body.name("tag")
    body.declare(tag, "int", "auto(u8(default=0))")
    body.moved(8)

    def value(making: Making) -> Any:
        _, arm = making.draw(st.sampled_from(made.arms))
        return arm.make(making.draw, {})

    return f"variant({made.base}, on={tag}{f', unknown={made.unknown.name}' if made.unknown else ''})", made.base, value


# --- checksums ---------------------------------------------------------------------------------


def summed(body: Body) -> None:
    """A checksum over the whole struct, or over what came before it."""
    body.to_byte()
    algorithm, width = body.draw(st.sampled_from(ALGORITHMS))
    whole = body.spans  # fields that begin and end at a byte
    over = body.draw(st.sampled_from(["", f", over={body.smallest // 8}", *([", over=span({}, {})"] * 3 if whole else [])]))
    if not over and any("checksum(" in line and "over=" not in line for line in body.lines):
        return
    if "span" in over:
        first = body.draw(st.integers(0, len(whole) - 1))
        over = over.format(whole[first], whole[body.draw(st.integers(first, len(whole) - 1))])
        over += body.draw(st.sampled_from(["", ', own=b""', ', own=b" "']))
    name = body.name("sum")
    body.declare(name, "int", f"checksum(bits({width}), {algorithm}{over})")
    body.moved(width)


# --- pointers ----------------------------------------------------------------------------------


def pointer(body: Body) -> None:
    """Numbers, content, lists, structs and unions behind a pointer."""
    elsewhere(body, pointed)


def pointed(body: Body) -> Inner:
    """What lies there."""
    kind = body.draw(st.sampled_from(["number", "raw", "delimited", "list", "struct", "structs", "choice"]))
    if kind in ("struct", "structs", "choice") and body.level > 0:
        if kind == "choice":
            return optional_choice(body)
        made = struct(body.module, body.level - 1, loose=False, params=False)
        body.points |= made.points
        said, arguments = nesting(body, made)
        if kind == "struct":
            return f"nested({said})", made.name, lambda m: made.make(m.draw, arguments(m))
        if made.smallest:
            return f"array({said}, count=2)", f"list[{made.name}]", lambda m: [made.make(m.draw, arguments(m)) for _ in range(2)]
    if kind == "number":
        return word(body, 32), "int", lambda m: m.draw(st.integers(0, 0xFFFFFFFF))
    if kind == "raw":
        size = body.draw(st.integers(0, 5))
        return f"raw(size={size})", "bytes", lambda m: m.draw(st.binary(min_size=size, max_size=size))
    if kind == "list":
        count = body.draw(st.integers(0, 3))
        return f"array(u16(), count={count})", "list[int]", lambda m: m.draw(st.lists(st.integers(0, 99), min_size=count, max_size=count))
    is_text = body.draw(st.booleans())
    item = delimited_item(body, is_text=is_text)
    return item.said, "str" if is_text else "bytes", item.make


# --- classes -----------------------------------------------------------------------------------

PARTS = (*NUMBERS, *NUMBERS, *CONTENTS, nest, nest, choice, choice, union_list, optional, optional, stated, filled, filled, chain, summed, alignment, computed_constant, computed, header, *RELATED, *VARIABLE, pointer, pointer, shared)


def struct(
    module: Module, level: int, *, loose: bool, phase: int = 0, aligned: bool = True, base: str = "Struct", keywords: str = "",
    rest: bool = False, params: bool = True, bits: str = "", to_extend: bool = False,
) -> Made:  # fmt: skip
    """A class.  `loose`: it may end inside a byte; not `aligned`: it begins at bit `phase`, so it holds numbers only; `bits`: its bit order."""
    draw = module.draw
    order = draw(st.sampled_from(ORDERS if base == "Struct" else ("big", "little")))
    bits = bits or draw(st.sampled_from(BIT_ORDERS))
    body = Body(module, order, level if aligned else 0, aligned=aligned, may_ask=params, bit_order=bits)
    body.phase, body.extended, extended = phase, to_extend, False
    if base == "Struct" and aligned and params and level and draw(st.integers(0, 4)) == 0:
        base, extended = extend(body), True
    parts = [*PARTS] if aligned else [*NUMBERS]
    for _ in range(draw(st.integers(1, 4 if level else 3))):
        draw(st.sampled_from(parts))(body)
    while body.later:
        body.later.pop(0)()
    if (not loose or body.points) and body.phase != phase:
        fill_up(body, phase)
    if rest and aligned and not body.points and draw(st.booleans()):
        tail(body)
    if not extended and body.bit_order == "lsb":
        keywords += ', bit_order="lsb"'
    summed = body.summed or any("checksum(" in line for line in body.lines)
    usual = body.order if extended else "little" if 'bit_order="lsb"' in keywords else "big"
    said = keywords + (f', endian="{body.order}"' if body.order != usual else "") + (", origin=True" if (body.points and summed) or draw(st.integers(0, 5)) == 0 else "")
    return body.finish("S", said, base)


def extend(body: Body) -> str:
    """Begin with the fields of a base class; its numbers serve later expressions."""
    made = struct(body.module, 0, loose=True, params=False, bits=body.bit_order, to_extend=True)
    spec = made.struct.__bitwright__
    body.makers.append(made.fill)
    body.taken.update(name for name in (*spec.computed, *(f.name for f in spec.fields)))
    body.inherited = [f"{made.name}.{k.name}" for k in made.numbers if k.width <= 3 and not k.signed and not k.flag and "." not in k.name]
    body.phase, body.smallest, body.order = made.loose, made.smallest, spec.order
    body.points, body.summed = made.points, any(isinstance(f.type, ChecksumType) for f in spec.fields)
    return made.name


def fill_up(body: Body, phase: int) -> None:
    """Add bits until the place in the byte is the one that the struct began at."""
    gap = (phase - body.phase) % 8
    body.lines.append(f"{body.name('_fill')} = pad(bits={gap})")
    body.moved(gap)


@st.composite
def formats(draw: Draw) -> Format:
    """A format of up to three levels of structs."""
    module = Module(draw)
    top = struct(module, draw(st.integers(0, 2)), loose=False, rest=True)
    try:
        top.struct.codec("interp").program("build")
    except DeclarationError as error:
        # Some of what is declared here can be read, but its lengths are only known behind names that are pointed to.
        assume("is known only after" not in str(error))
        raise
    return Format("".join(module.source), top)

