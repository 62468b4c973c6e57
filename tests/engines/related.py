"""Parts of random formats: fields that share a size, what is left before a trailer, sums with a prefix, arms for nothing."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.engines.contents import give, letters, now_or_later
from tests.engines.formats import Body, Making
from tests.engines.numbers import word


def shared_size(body: Body) -> None:
    """One derived number that several fields must agree with."""
    name = body.name("common")
    body.declare(name, "int", f"auto({word(body, 16)})", lambda m: m.numbers.update({name: m.draw(st.integers(0, 6))}))
    body.moved(16)

    def content() -> None:
        body.to_byte()
        for _ in range(body.draw(st.integers(2, 3))):
            field, said = body.name("like"), body.draw(st.sampled_from(["raw(size={})", "text(size={} * 2)", "array(u8(), count={} + 1)"]))
            factor, more = (2, 0) if "*" in said else (1, 1 if "+" in said else 0)

            def make(making: Making, field: str = field, said: str = said, factor: int = factor, more: int = more) -> None:
                size = making.numbers[name] * factor + more
                kind = st.binary(min_size=size, max_size=size) if said.startswith("raw") else letters(size)
                give(making, field, st.lists(st.integers(0, 255), min_size=size, max_size=size) if said.startswith("array") else kind)

            body.declare(field, "object", said.format(name), make)

    now_or_later(body, content)


def wide_or_narrow(body: Body) -> None:
    """One of two fields, chosen by a flag; whichever is there determines the size."""
    body.to_byte()
    wide, size, left, right = body.name("wide"), body.name("either"), body.name("left"), body.name("right")
    body.declare(wide, "bool", "auto(flag())", lambda m: m.numbers.update({wide: int(m.draw(st.booleans()))}))
    body.moved(1)
    body.to_byte()
    body.declare(size, "int", f"auto({word(body, 8)})")
    body.moved(8)
    numbers = st.lists(st.integers(0, 255), max_size=4)
    body.declare(left, "bytes | None", f"when({wide}, raw(size={size} - 1))", lambda m: m.given.update({left: given(m, wide, st.binary(max_size=4), 1)}))
    body.declare(right, "list[int] | None", f"when(~{wide}, array(u8(), count={size}))", lambda m: m.given.update({right: given(m, wide, numbers, 0)}))


def given(making: Making, flag: str, values: st.SearchStrategy[object], when: int) -> object:
    """A value if the flag has a certain value."""
    return making.draw(values) if making.numbers[flag] == when else None


def prefixed_sum(body: Body) -> None:
    """A checksum over a pseudo-header that nobody gives here: absent, so zero."""
    body.to_byte()
    if not body.may_ask or any("checksum(" in line and "over=" not in line for line in body.lines):
        return
    pseudo = body.name("pseudo")
    if pseudo in ("data", "strict", "limits", "endian"):
        return
    body.lines.append(f'{pseudo} = param(bytes, default=b"{body.draw(st.sampled_from(["", "ab", "xyz"]))}")')
    body.declare(body.name("sum"), "int", f"checksum({word(body, 16)}, internet, prefix={pseudo}, zero_is_absent=True)")
    body.moved(16)


def update(body: Body) -> None:
    """A union in a region, with an arm for regions of no bytes."""
    base = body.module.unique("Data")
    body.module.run(f"class {base}(Struct):\n    pass\n\n")
    arms = {}
    for tag, said in ((1, "value: int = u16()"), (2, "words: list[bytes] = array(raw(prefix=u8()))"), (None, "data: bytes = raw()"), (None, "pass")):
        arm = body.module.unique("Arm")
        body.module.run(f"class {arm}({base}{f', tag={tag}' if tag else ''}):\n    {said}\n\n")
        arms[said.split(":")[0]] = body.module.names[arm]
    tag, size, field = body.name("kind"), body.name("length"), body.name("rdata")
    body.declare(tag, "int", f"auto({word(body, 8)})")
    body.declare(size, "int", f"auto({word(body, 16)})")
    body.moved(24)
    values = st.one_of(
        st.builds(arms["value"], value=st.integers(0, 65535)), st.builds(arms["words"], words=st.lists(st.binary(max_size=2), max_size=2)),
        st.builds(arms["data"], data=st.binary(min_size=1, max_size=3)), st.builds(arms["pass"]),
    )  # fmt: skip

    def make(making: Making) -> None:
        value = making.given[field] = making.draw(values)
        if isinstance(value, arms["pass"]):
            making.given[tag] = making.draw(st.sampled_from([1, 9]))
        elif isinstance(value, arms["data"]):
            making.given[tag] = making.draw(st.sampled_from([0, 3, 255]))

    def content() -> None:
        body.to_byte()
        malformed = body.draw(st.sampled_from(["", f"malformed={arms['data'].__name__}, "]))
        said = f"variant({base}, on={tag}, unknown={arms['data'].__name__}, empty={arms['pass'].__name__}, {malformed}size={size})"
        body.declare(field, base, said, make)

    now_or_later(body, content)


RELATED = (shared_size, wide_or_narrow, prefixed_sum, update)
