"""Parts of random formats: conditions that must hold."""

from __future__ import annotations

from hypothesis import assume
from hypothesis import strategies as st

from tests.engines.formats import Body, Making


def stated(body: Body) -> None:
    """A condition over an earlier number: one that always holds but narrows it, or one that a message rarely breaks."""
    usable = [k for k in body.known if not k.signed and not k.flag]
    if not usable:
        return
    known, other = (body.draw(st.sampled_from(usable)) for _ in range(2))
    limit = body.draw(st.integers(0, (1 << known.width) - 1))
    kind = body.draw(st.sampled_from(["below", "not", "both"])) if known.width > 1 else "below"
    said = {
        "below": f"{known.name} <= {(1 << known.width) - 1}",
        "not": f"{known.name} != {limit}",
        "both": f"({known.name} >= 0) & (({known.name} < {limit}) | ({other.name} + {known.name} >= {limit}) | ({known.name} == {limit}))",
    }[kind]

    def make(making: Making) -> None:
        if kind == "not":
            assume(making.numbers[known.name] != limit)

    body.lines.append(f'check({said}, "{known.name} is {{not}} as it should be")')
    body.makers.append(make)


def filled(body: Body) -> None:
    """A field that fills itself where an earlier flag says that it is there."""
    there = body.name("has")

    def present(making: Making) -> None:
        making.given[there] = making.draw(st.booleans())
        making.numbers[there] = int(making.given[there])

    body.declare(there, "bool", "flag()", present)
    body.moved(1)
    body.to_byte()
    kind = body.draw(st.sampled_from(["checksum", "const", "bytes", "reserved", "pad", "align", "auto"]))
    name = body.name("_filled" if kind in ("pad", "align") else "filled")
    size = body.draw(st.integers(1, 4))
    top = (1 << 8 * size) - 1
    if kind in ("pad", "align"):
        said = f"pad(bytes={size})" if kind == "pad" else f"align({size + 1})"
        body.lines.append(f"{name} = when({there}, {said})")
        return
    said = {
        "checksum": f"checksum(bits({8 * size}), {body.draw(st.sampled_from(['crc32', 'internet', 'crc16_x25']))}, over={body.smallest // 8})",
        "const": f"const(bits({8 * size}), {body.draw(st.integers(0, top))})",
        "bytes": f"const(raw(size={size}), {body.draw(st.binary(min_size=size, max_size=size))!r})",
        "reserved": f"reserved({8 * size})",
        "auto": f"auto(bits({8 * size}))",
    }[kind]
    body.declare(name, "object", f"when({there}, {said})")
    if kind == "auto":
        data, most = body.name("data"), min(top, 5)

        def make(making: Making) -> None:
            length = making.draw(st.integers(0, most))
            if making.numbers[there]:
                making.given[data] = making.draw(st.binary(min_size=length, max_size=length))
            else:
                making.given[data] = b"ab"

        body.declare(data, "bytes", f"raw(size=select({there}, {name}, 2))", make)
