"""The linter: every code has an example in docs/lint.md, sizes and conditions are what really occurs, the shipped specs are clean."""

from __future__ import annotations

import functools
import operator
import re
import warnings
from pathlib import Path

import pytest

from bitwright import LintWarning, Struct, array, auto, bits, check, flag, nested, param, raw, rest, select, u8, u16, variant, when
from bitwright.certificate import REASONS
from bitwright.lint import CODES, lint, sizes_of
from bitwright.stack import spec_entries

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "lint.md").read_text(encoding="utf-8")


def codes(struct: type[Struct]) -> list[str]:
    return [advice.code for advice in lint(struct)]


def test_every_code_is_documented_under_its_severity() -> None:
    sections = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    named = {section.split("\n")[0]: set(re.findall(r"^### `([a-z-]+)`$", section, re.MULTILINE)) for section in sections}
    for severity, heading in (("error", "Errors"), ("warning", "Warnings"), ("note", "Notes")):
        assert named[heading] == {code for code, (one, _) in CODES.items() if one == severity}


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_an_example(code: str) -> None:
    section = re.search(rf"^### `{code}`\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert section
    assert "```python" in section[1]
    if code not in {"declaration", "may-be-negative"}:  # shown by their messages, and at the top
        assert code in "".join(re.findall(r"```python\n(.*?)```", section[1], re.DOTALL))


# --- sizes that can be negative, and what guards them ------------------------------------------


def test_a_check_guards() -> None:
    class Header(Struct):
        words: int = auto(bits(4))
        flags: int = bits(4, default=0)
        length: int = auto(u8())
        header_length = words * 4
        check(words >= 1, "a header has a word")
        check(length >= header_length, "a message has its header")
        options: bytes = raw(size=header_length - 2)
        body: bytes = raw(size=length - header_length)

    assert codes(Header) == ["size-units"]
    sizes = {field.path: field.size for field in sizes_of(Header)}
    assert (sizes["options"].fewest, sizes["options"].most) == (16, 8 * 58)
    assert (sizes["body"].fewest, sizes["body"].most) == (0, 8 * 251)


def test_a_check_below_does_not_guard() -> None:
    class Late(Struct):
        length: int = u8()
        body: bytes = raw(size=length - 2)
        check(length >= 2, "too late")

    assert codes(Late) == ["may-be-negative"]


def test_either_of_two_conditions_guards() -> None:
    class Offloaded(Struct):
        length: int = u16()
        check((length == 0) | (length >= 8), "counts its header")
        body: bytes = raw(size=select(length == 0, rest(), length - 8))

    assert codes(Offloaded) == ["unbounded"]  # where the length is 0


def test_the_advice_is_what_silences_it() -> None:
    class Open(Struct):
        length: int = u16()
        body: bytes = raw(size=select(length == 0, rest(), length - 8))

    assert lint(Open)[0].advice == 'guard it above: check((length == 0) | (length >= 8), "...")'


def test_a_condition_around_guards() -> None:
    class Perhaps(Struct):
        length: int = u8()
        body: bytes | None = when(length > 4, raw(size=length - 5))

    assert codes(Perhaps) == []


def test_what_is_subtracted_twice_cancels() -> None:
    class Cancelling(Struct):
        first: int = u8()
        second: int = u8()
        total = first * 2 + second
        body: bytes = raw(size=total - first - second)

    assert codes(Cancelling) == []


def test_constants_and_masks() -> None:
    class Masked(Struct):
        flags: int = u8()
        left: bytes = raw(size=(flags & 7) + 1)
        right: bytes = raw(size=7 - (flags & 7))
        more: bytes = raw(size=(flags >> 4) % 4 * 2)
        less: bytes = raw(size=(flags // 16) - 15)

    assert [(advice.path, advice.code) for advice in lint(Masked)] == [("less", "may-be-negative"), ("more", "size-units")]
    sizes = {field.path: (field.size.fewest, field.size.most) for field in sizes_of(Masked)}
    assert sizes["left"] == (8, 64)
    assert sizes["right"] == (0, 56)
    assert sizes["more"] == (0, 48)


def test_parameters_are_as_wide_as_what_is_handed_over() -> None:
    class Inner(Struct):
        room = param(int)
        body: bytes = raw(size=room - 1)

    class Outer(Struct):
        room: int = u8()
        check(room > 0, "there is room")
        inner: Inner = nested(Inner, arguments={"room": room})

    assert codes(Outer) == []
    assert codes(Inner)[0] == "may-be-negative"


# --- the moment a class is made ----------------------------------------------------------------


def test_warnings_name_the_line_of_the_field() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")

        class Wrong(Struct):
            length: int = bits(4)
            flags: int = bits(4)
            body: bytes = raw(size=length - 16)
            extra: int | None = when(flags < 16, u8())

    assert [one.category for one in caught] == [LintWarning, LintWarning]
    assert [one.filename for one in caught] == [__file__, __file__]
    lines = (ROOT / "tests" / "test_lint.py").read_text(encoding="utf-8").splitlines()
    assert [lines[one.lineno - 1].strip()[:5] for one in caught] == ["body:", "extra"]
    assert {advice.code for advice in lint(Wrong)} >= {"always-negative", "constant-condition"}


def test_a_subclass_does_not_repeat_the_warnings_of_its_base() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")

        class Base(Struct):
            n: int = u8()
            extra: int | None = when(n < 256, u8())

        class Sub(Base):
            more: int = u8()

    assert len(caught) == 1
    assert codes(Sub) == ["constant-condition"]


def test_arms_that_masks_rule_out() -> None:
    class Kinds(Struct):
        """A union."""

    class Even(Kinds, tag=2):
        value: int = u8()

    class Odd(Kinds, tag=3):
        value: int = u8()

    with pytest.warns(LintWarning, match=r"Odd has the tag 3, but `kind \* 2` is never that"):

        class Holder(Struct):
            kind: int = bits(2)
            rest_: int = bits(6)
            arm: Kinds = variant(Kinds, on=kind * 2)

    (advice, _) = lint(Holder)
    assert advice.code == "unreachable-arm"
    assert advice.declaration.line == Odd.__bitwright__.location.line


# --- structure ---------------------------------------------------------------------------------


def test_what_lies_in_a_bounded_region_is_bounded() -> None:
    class Item(Struct):
        body: bytes = raw()

    class List(Struct):
        length: int = u16()
        item: Item = nested(Item, size=length)

    class Loose(Struct):
        item: Item = nested(Item)

    assert codes(List) == []
    assert codes(Loose) == ["unbounded"]


def test_headers_are_looked_at_through_what_extends_or_nests_them() -> None:
    class Header(Struct):
        count: int = auto(u8())
        length: int = auto(u8())
        body_length = length - 2
        check(length >= 2, "counts itself")

    class Extended(Header):
        items: list[int] = array(u8(), count=Header.count)
        body: bytes = raw(size=Header.body_length)

    class Other(Struct):
        count: int = auto(u8())
        inside = count + 1

    class Nesting(Struct):
        header: Other = nested(Other)
        items: list[int] = array(u8(), count=header.inside)

    assert codes(Extended) == []
    assert codes(Nesting) == []
    assert codes(Other) == ["undetermined"]


def test_paths_lead_through_arms_and_lists() -> None:
    class Value(Struct):
        """A union."""

    class Short(Value, tag=0):
        n: int = u8()
        body: bytes = raw(size=n - 1)

    class Entry(Struct):
        kind: int = bits(1)
        there: bool = flag()
        spare: int = bits(6)
        value: Value = variant(Value, on=kind)

    class Table(Struct):
        count: int = u8()
        entries: list[Entry] = array(Entry, count=count)

    assert {advice.path for advice in lint(Table)} == {"entries[].value", "entries[].value(Short).body"}


def test_every_reason_of_a_loss_is_documented() -> None:
    table = PAGE[PAGE.index("| reason |") :].split("\n\n")[0]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)) == REASONS.keys()


def test_certificates_of_the_shipped_specs_are_documented() -> None:
    table = PAGE[PAGE.index("| spec | certificate |") :].split("\n\n")[0]
    said = {name: kind for names, kind in re.findall(r"^\| (`.+`) \| (\w+)", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", names)}
    for name, entry in spec_entries().items():
        assert entry.load().certificate().kind == said.get(name, "canonical"), name


@pytest.mark.parametrize("name", spec_entries())
def test_the_shipped_specs(name: str) -> None:
    """What remains is in the table of docs/lint.md."""
    justified = set(re.findall(r"`([a-z-]+)`", PAGE[PAGE.index("## The shipped specs") :]))
    for advice in lint(spec_entries()[name].load()):
        assert advice.severity == "note", str(advice)
        assert advice.code in justified, str(advice)


def test_long_conditions_are_looked_at_in_passing() -> None:
    """Each part once: looked at again for each part around it, this would never end."""

    class Long(Struct):
        a: int = u8()
        chosen = functools.reduce(operator.or_, map(a.__eq__, range(40)))
        extra: int | None = when(chosen, u8())

    assert codes(Long) == []
