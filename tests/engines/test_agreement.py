"""Both engines, on random formats and random messages of them, agree in every value and to the letter in every error.

`BITWRIGHT_EXAMPLES` multiplies the number of examples; without it the folder takes seconds and the examples are always the same.
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from bitwright import IPv4Address, Struct, u8
from tests.engines.agreement import agreed, alike, built, given_back, interpreted, outcome
from tests.engines.formats import Format
from tests.engines.structures import formats


class Wrong(Struct):
    """A struct that no generated field takes."""

    value: int = u8()


TIMES = int(os.environ.get("BITWRIGHT_EXAMPLES", "1"))


def thorough(count: int) -> Any:
    """Settings of a property over formats: each example defines and compiles classes, so it is slow, and is not traced to explain it."""
    return settings(
        max_examples=count * TIMES, deadline=None, phases=[Phase.generate, Phase.shrink], derandomize=TIMES == 1, database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )  # fmt: skip


def drawn(form: Format, data: st.DataObject) -> tuple[type[Struct], Struct, dict[str, Any], bytes]:
    """A message of a format, what goes with it, and its bytes."""
    message, params = form.message(data.draw)
    return type(message), message, params, built(message, **params)


@thorough(150)
@given(formats(), st.data())
def test_built_messages_are_read_back(form: Format, data: st.DataObject) -> None:
    _, _, _, raw = drawn(form, data)
    event(f"{min(len(raw) // 16 * 16, 64)} bytes or more")


@thorough(80)
@given(formats(), st.data())
def test_a_message_cut_off_anywhere(form: Format, data: st.DataObject) -> None:
    struct, _, params, raw = drawn(form, data)
    for end in range(len(raw)):
        found = agreed(struct, "parse", raw[:end], **params)
        assert outcome(lambda end=end: struct.parse(raw[:end], **params)).same(found)  # type: ignore[misc]
        agreed(struct, "parse_prefix", raw[:end], **params)
        agreed(struct, "parse_layer", raw[:end], **params)


@thorough(80)
@given(formats(), st.data())
def test_a_message_with_one_byte_changed(form: Format, data: st.DataObject) -> None:
    struct, _, params, raw = drawn(form, data)
    for _ in range(12 if raw else 0):
        place, value = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.sampled_from([0, 1, 2, 0x7F, 0x80, 0xC0, 0xFE, 0xFF]))
        mutant = raw[:place] + bytes((raw[place] ^ value if value else 0,)) + raw[place + 1 :]
        found = agreed(struct, "parse", mutant, **params)
        agreed(struct, "parse", mutant, strict=True, **params)
        if found.ok:
            again = agreed(struct, "build", found.value, **params)
            findings = {finding.code for finding in agreed(struct, "check", mutant, **params).value[1]}
            if "non-minimal" in findings or (not again.ok and again.problem.code == "overlap"):
                # Numbers are written shorter than a length around them says, or padding as zeros where blocks share bytes.
                given_back(struct, "parse", mutant, **params)
                continue
            assert again.ok, (mutant.hex(), found.value, again.error)
            back = agreed(struct, "parse", again.value, **params)
            assert back.same(found), (mutant.hex(), again.value.hex(), found.value, back)


JUNK: list[Any] = [
    None, 0, -1, 1, 255, 1 << 70, True, 1.5, "", "a", "a.b.", "..", "\ud800", b"", b"ab", bytes(300), bytearray(b"ab"), memoryview(b"ab"),
    [], [None], [0], [b"a"], ["a"], [1, 2, 3], (), (1,), {}, object, Wrong(value=1), [Wrong(value=1)], IPv4Address("1.2.3.4"),
]  # fmt: skip


@thorough(100)
@given(formats(), st.data())
def test_a_message_with_a_wrong_value(form: Format, data: st.DataObject) -> None:
    struct, message, params, _ = drawn(form, data)
    for _ in range(10 if struct.__match_args__ else 0):
        changed = changed_somewhere(message, data)
        found = agreed(struct, "build", changed, **params)
        resolved = agreed(struct, "resolved", changed, **params)
        assert found.ok == resolved.ok
        if found.ok:
            agreed(struct, "parse", found.value, **params)


def changed_somewhere(message: Struct, data: st.DataObject) -> Struct:
    """A copy in which one field, perhaps of a struct inside, has another value."""
    name = data.draw(st.sampled_from(type(message).__match_args__))
    value = getattr(message, name)
    if isinstance(value, Struct) and type(value).__match_args__ and data.draw(st.booleans()):
        return message.replace(**{name: changed_somewhere(value, data)})
    if isinstance(value, list) and value and data.draw(st.booleans()):
        index = data.draw(st.integers(0, len(value) - 1))
        item = value[index]
        deeper = isinstance(item, Struct) and type(item).__match_args__ and data.draw(st.booleans())
        new = changed_somewhere(item, data) if deeper else data.draw(st.sampled_from(JUNK))
        return message.replace(**{name: [*value[:index], new, *value[index + 1 :]]})
    return message.replace(**{name: data.draw(st.sampled_from(JUNK))})


@thorough(60)
@given(formats(), st.data(), st.binary(min_size=1, max_size=3))
def test_a_message_with_more_behind_it(form: Format, data: st.DataObject, more: bytes) -> None:
    struct, _, params, raw = drawn(form, data)
    whole, prefix = agreed(struct, "parse", raw, **params), agreed(struct, "parse_prefix", raw + more, **params)
    longer = agreed(struct, "parse", raw + more, **params)
    if prefix.ok and prefix.value[1] == len(raw):
        assert prefix.value[0] == whole.value
        assert longer.problem.code == "unconsumed"
    shifted = agreed(struct, "parse_prefix", more + raw, len(more), **params)
    assert shifted.ok, shifted.error
    assert shifted.value[1] == len(raw)


@thorough(60)
@given(formats(), st.data())
def test_findings(form: Format, data: st.DataObject) -> None:
    struct, _, params, raw = drawn(form, data)
    if raw:
        place = data.draw(st.integers(0, len(raw) - 1))
        raw = raw[:place] + bytes((raw[place] ^ data.draw(st.integers(0, 255)),)) + raw[place + 1 :]
    plain, checked = agreed(struct, "parse", raw, **params), agreed(struct, "check", raw, **params)
    strict = agreed(struct, "parse", raw, strict=True, **params)
    assert plain.ok == checked.ok
    if plain.ok:
        value, findings = checked.value
        assert alike(value, plain.value)
        assert strict.ok == (not findings)
        if findings:
            assert (strict.problem.code, strict.problem.path, strict.problem.bit_offset) == (
                findings[0].code,
                findings[0].path,
                findings[0].bit_offset,
            )


@thorough(60)
@given(formats(), st.data())
def test_plain_data_of_layers(form: Format, data: st.DataObject) -> None:
    struct, _, params, raw = drawn(form, data)
    value, used = agreed(struct, "parse_layer", raw, **params).value
    plain, used_plain = agreed(struct, "parse_layer", raw, plain=True, **params).value
    assert used == used_plain
    assert plain == value.to_dict()


@thorough(60)
@given(formats(), st.data())
def test_optimized_programs_mean_the_same(form: Format, data: st.DataObject) -> None:
    struct, message, params, raw = drawn(form, data)
    order = params.pop("endian", struct.__bitwright__.order)
    values = [params.get(name, described.default) for name, described in struct.__bitwright__.params.items()]
    built_again = interpreted(struct, "build", message, *values, order=order)
    assert built_again.value == raw, built_again
    options = {**params, **({"endian": order} if struct.__bitwright__.order == "inherit" else {})}
    for end in range(len(raw) + 1):
        found = interpreted(struct, "parse", 0, end, *values, data=raw[:end], order=order)
        expected = agreed(struct, "parse_prefix", raw[:end], **options)
        assert found.ok == expected.ok, (end, found, expected)
        if found.ok:
            assert tuple(found.value) == expected.value
