"""Parts of random formats: integers of variable size, given, derived early, and derived only when what they measure is written."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from bitwright.wire.timestamps import timestamp_type
from bitwright.wire.varints import KINDS, bounds_of_varint
from tests.engines.formats import Body, Known, Making

UNSIGNED = tuple(kind for kind, (_, signed) in KINDS.items() if not signed)


def varint(body: Body) -> None:
    """A number in any coding, perhaps of few bits."""
    body.to_byte()
    kind = body.draw(st.sampled_from(sorted(KINDS)))
    most, signed = KINDS[kind]
    bits = min(body.draw(st.sampled_from([1, 6, 7, 8, 13, 14, 32, 63, 64])), most)
    low, high = bounds_of_varint(kind, bits)
    name = body.name("v")
    edges = [n for size in range(1, 10) for n in ((1 << 7 * size) - 1, 1 << 7 * size) if low <= n <= high]

    def make(making: Making) -> None:
        value = making.draw(st.one_of(st.integers(low, high), st.sampled_from([low, high, 0, *edges])))
        making.given[name] = making.numbers[name] = value

    body.declare(name, "int", f"varint({kind!r}, bits={bits})", make)
    body.known.append(Known(name, bits, signed))
    body.moved(8)


def time(body: Body) -> None:
    """A point in time, in any unit since any epoch, given as a number or as its text."""
    body.to_byte()
    kind, low, high = body.draw(
        st.sampled_from([("u32()", 0, (1 << 32) - 1), ("i64()", -(1 << 63), (1 << 63) - 1), ("varint('zigzag')", -(1 << 63), (1 << 63) - 1)])
    )
    unit, epoch = body.draw(st.sampled_from(["s", "ms", "us", "ns", "100ns", "2^-32", "day"])), body.draw(st.sampled_from(["unix", "ntp", "windows"]))
    name, as_type = body.name("time"), timestamp_type(unit, epoch)

    def make(making: Making) -> None:
        value = as_type(making.draw(st.one_of(st.integers(low, high), st.sampled_from([low, high, 0]))))
        making.given[name] = making.draw(st.sampled_from([int(value), value, as_type(str(value))]))

    body.declare(name, "Timestamp", f"timestamp({kind}, unit={unit!r}, epoch={epoch!r})", make)
    body.moved(8 if "varint" in kind else int(kind[1:3]))


def codec(body: Body) -> None:
    """A value of a codec, delimited in any way, or by itself."""
    body.to_byte()
    name = body.name("coded")
    if "Digits" not in body.module.names:
        body.module.run(
            "class Digits(FieldCodec[int]):\n    def parse(self, cursor):\n        return int(cursor.find(b';'))\n\n"
            "    def build(self, value, out):\n        out += b'%d;' % value\n\n"
        )
    said = body.draw(st.sampled_from(["Digits()", "Digits(), prefix=u8()", "Zlib(limit=50), prefix=u16()", "Zlib(), raw(prefix=varint('quic'))"]))
    content = st.integers(-99, 10**9) if "Digits" in said else st.binary(max_size=20)
    body.declare(name, "object", f"coded({said})", lambda m: m.given.update({name: m.draw(content)}))


def varint_length(body: Body) -> None:
    """A length or count that is known before its place is reached."""
    body.to_byte()
    kind = body.draw(st.sampled_from(UNSIGNED))
    size, name = body.name("size"), body.name("body")
    body.declare(size, "int", f"auto(varint({kind!r}))")
    body.moved(8)
    content = st.binary(max_size=200)
    if body.draw(st.booleans()):
        body.declare(name, "bytes", f"raw(size={size})", lambda m: m.given.update({name: m.draw(content)}))
    else:
        body.declare(name, "list[int]", f"array(u8(), count={size})", lambda m: m.given.update({name: [*m.draw(content)]}))


def varint_region(body: Body) -> None:
    """Regions inside regions, each with its length in front, which only writing what is in it tells."""
    body.to_byte()
    kind = body.draw(st.sampled_from(UNSIGNED))
    struct = body.module.unique("Box")
    body.module.run(
        f"class {struct}(Struct):\n    tag: int = varint({kind!r})\n    length: int = auto(varint({kind!r}))\n    more: int = u8()\n"
        f"    inner: list[{struct}Leaf] = array({struct}Leaf, size=length)\n    total: int = checksum(u32(), crc32)\n\n".replace(
            f"class {struct}(",
            f"class {struct}Leaf(Struct):\n    value: int = varint('zigzag')\n    words: str = text(prefix=varint({kind!r}))\n\n\nclass {struct}(",
        )
    )
    leaf, box = body.module.names[f"{struct}Leaf"], body.module.names[struct]
    first, second, region = body.name("bytes_of"), body.name("count_of"), body.name("region")
    body.declare(first, "int", f"auto(varint({kind!r}))")
    body.declare(second, "int", f"auto(varint({body.draw(st.sampled_from(UNSIGNED))!r}))")
    body.declare(region, f"list[{struct}]", f"array({struct}, size={first})")
    other = body.name("other")
    body.declare(other, f"list[{struct}]", f"array({struct}, size={second})")
    body.moved(16)

    def leaves(making: Making) -> list[Any]:
        numbers = making.draw(st.lists(st.integers(-(1 << 20), 1 << 20), max_size=3))
        return [leaf(value=n, words=making.draw(st.text("aé", max_size=90))) for n in numbers]

    def make(making: Making) -> None:
        making.given[region] = [box(tag=n, more=1, inner=leaves(making)) for n in making.draw(st.lists(st.integers(0, 300), max_size=3))]
        making.given[other] = [box(tag=7, more=2, inner=leaves(making))]

    body.makers.append(make)


VARIABLE = (varint, varint, time, codec, varint_length, varint_region)
