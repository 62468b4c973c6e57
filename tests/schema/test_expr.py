"""Expressions over fields: what each operator records, and how it reads."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import bitwright
from bitwright import Struct, array, bits, flag, nested, param, select, u8, u16
from bitwright.errors import Location
from bitwright.evaluate import evaluate
from bitwright.schema import expr
from bitwright.schema.expr import Binary, Const, FieldRef, ItemRef, Node, ParamRef, Rest, Select, Unary, call_site, show, walk
from bitwright.schema.spec import ArrayType, spec_of


class Inner(Struct):
    n: int = u8()
    twice = n * 2


class Sums(Struct):
    a: int = u8()
    b: int = u8()
    f: bool = flag()
    g: bool = flag()
    _: int = bits(6, default=0)
    inner: Inner = nested(Inner)
    mode = param(int, default=0)
    add = a + b
    add_left = 1 + a
    sub = a - b
    sub_left = 9 - a
    mul = a * 3
    mul_left = 3 * a
    floor = a // 2
    floor_left = 100 // (b + 1)
    rest_of = a % 3
    rest_left = 7 % (b + 1)
    bit_and = a & 0xF
    bit_and_left = 0xF & a
    bit_or = a | 1
    bit_or_left = 1 | a
    bit_xor = a ^ 3
    bit_xor_left = 3 ^ a
    left = a << 2
    left_left = 1 << (a & 7)
    right = a >> 1
    right_left = 64 >> (a & 7)
    negative = -a
    equal = a == b
    unequal = a != b
    less = a < b
    less_equal = a <= 5
    greater = a > b
    greater_equal = a >= 5
    reflected = 5 >= a  # noqa: SIM300  # the point
    both = (a == 1) & f
    either = (a == 1) | g
    one = f ^ g
    no = ~f
    not_flag = f == 0
    chosen = select(f, a, b)
    path = inner.n + 1
    computed_path = inner.twice + a


A, B, F, G = (FieldRef((name,)) for name in "abfg")
VALUES = Sums(a=6, b=4, f=True, g=False, inner=Inner(n=5))


@pytest.mark.parametrize(
    ("name", "node", "text", "value"),
    [
        ("add", Binary("add", A, B), "a + b", 10),
        ("add_left", Binary("add", Const(1), A), "1 + a", 7),
        ("sub", Binary("sub", A, B), "a - b", 2),
        ("sub_left", Binary("sub", Const(9), A), "9 - a", 3),
        ("mul", Binary("mul", A, Const(3)), "a * 3", 18),
        ("mul_left", Binary("mul", Const(3), A), "3 * a", 18),
        ("floor", Binary("floordiv", A, Const(2)), "a // 2", 3),
        ("floor_left", Binary("floordiv", Const(100), Binary("add", B, Const(1))), "100 // (b + 1)", 20),
        ("rest_of", Binary("mod", A, Const(3)), "a % 3", 0),
        ("rest_left", Binary("mod", Const(7), Binary("add", B, Const(1))), "7 % (b + 1)", 2),
        ("bit_and", Binary("and", A, Const(15)), "a & 15", 6),
        ("bit_and_left", Binary("and", Const(15), A), "15 & a", 6),
        ("bit_or", Binary("or", A, Const(1)), "a | 1", 7),
        ("bit_or_left", Binary("or", Const(1), A), "1 | a", 7),
        ("bit_xor", Binary("xor", A, Const(3)), "a ^ 3", 5),
        ("bit_xor_left", Binary("xor", Const(3), A), "3 ^ a", 5),
        ("left", Binary("shl", A, Const(2)), "a << 2", 24),
        ("left_left", Binary("shl", Const(1), Binary("and", A, Const(7))), "1 << (a & 7)", 64),
        ("right", Binary("shr", A, Const(1)), "a >> 1", 3),
        ("right_left", Binary("shr", Const(64), Binary("and", A, Const(7))), "64 >> (a & 7)", 1),
        ("negative", Unary("neg", A), "-a", -6),
        ("equal", Binary("eq", A, B), "a == b", 0),
        ("unequal", Binary("ne", A, B), "a != b", 1),
        ("less", Binary("lt", A, B), "a < b", 0),
        ("less_equal", Binary("le", A, Const(5)), "a <= 5", 0),
        ("greater", Binary("gt", A, B), "a > b", 1),
        ("greater_equal", Binary("ge", A, Const(5)), "a >= 5", 1),
        ("reflected", Binary("le", A, Const(5)), "a <= 5", 0),
        ("both", Binary("and", Binary("eq", A, Const(1)), F), "(a == 1) & f", 0),
        ("either", Binary("or", Binary("eq", A, Const(1)), G), "(a == 1) | g", 0),
        ("one", Binary("xor", F, G), "f ^ g", 1),
        ("no", Unary("not", F), "~(f)", 0),
        ("not_flag", Binary("eq", F, Const(0)), "f == 0", 0),
        ("chosen", Select(F, A, B), "select(f, a, b)", 6),
        ("path", Binary("add", FieldRef(("inner", "n")), Const(1)), "inner.n + 1", 6),
        ("computed_path", Binary("add", FieldRef(("inner", "twice")), A), "inner.twice + a", 16),
    ],
)
def test_operators(name: str, node: Node, text: str, value: int) -> None:
    assert spec_of(Sums).computed[name] == node
    assert show(node) == text
    assert evaluate(node, VALUES) == value
    assert getattr(VALUES, name) == value
    assert type(getattr(VALUES, name)) is int


def test_every_operator_of_the_table_is_tried() -> None:
    nodes = [n for node in spec_of(Sums).computed.values() for n in walk(node)]
    tried = {n.op for n in nodes if isinstance(n, Binary)}
    assert tried == set(expr.BINARY)


@pytest.mark.parametrize(("node", "text"), [(ParamRef("mode"), "mode"), (ItemRef(()), "it"), (ItemRef(("n",)), "it.n"), (Rest(), "rest()")])
def test_names_that_only_a_program_knows(node: Node, text: str) -> None:
    assert show(node) == text
    with pytest.raises(ValueError, match="not part of the message"):
        evaluate(node, VALUES)


def test_walk_goes_through_everything() -> None:
    node = Select(Unary("not", F), Binary("add", A, Const(1)), B)
    assert list(walk(node)) == [node, Unary("not", F), F, Binary("add", A, Const(1)), A, Const(1), B]


def test_nodes_are_values() -> None:
    node = Select(Unary("not", F), Binary("add", A, Const(1)), B)
    assert pickle.loads(pickle.dumps(node)) == node == copy.deepcopy(node)
    assert len({node, copy.deepcopy(node)}) == 1


def test_an_expression_shows_its_place_not_its_address(declare: Callable[[str], dict[str, Any]]) -> None:
    names = declare("word = u8()\nsum_ = word + 1\n")
    assert repr(names["word"]) == "<the field of user.py:1>"
    assert repr(names["sum_"]) == "<an expression of user.py:2>"


def test_special_attributes_are_no_paths(declare: Callable[[str], dict[str, Any]]) -> None:
    word = declare("word = u8()")["word"]
    for name in ("__array__", "_repr_html_", "__length_hint__"):
        assert not hasattr(word, name)


def test_the_call_site_is_the_user_even_inside_the_toolkit() -> None:
    """Parts of bitwright declare formats themselves, and a package beside it may begin with its name."""
    here = Path(bitwright.__file__).parent
    for file in (here / "capture" / "blocks.py", Path(f"{here}_specs") / "udp.py", Path("user.py")):
        names: dict[str, Any] = {"call_site": call_site}
        exec(compile("\n\nsite = call_site()", str(file), "exec"), names)
        assert names["site"] == Location(str(file), 3)
    inside: dict[str, Any] = {"call_site": call_site}
    exec(compile("site = call_site()", str(here / "schema" / "numbers.py"), "exec"), inside)
    assert inside["site"].file == __file__


def test_until_sees_the_element() -> None:
    class Listed(Struct):
        items: list[Inner] = array(Inner, until=lambda it: (it.n == 0) | (it.twice > 9))

    found = spec_of(Listed).field("items")
    assert found is not None
    assert isinstance(found.type, ArrayType)
    assert found.type.until is not None
    assert show(found.type.until) == "(it.n == 0) | (it.twice > 9)"


def test_a_value_that_is_not_known_yet_says_so() -> None:
    class Derived(Struct):
        n: int = bitwright.auto(u16())
        twice = n * 2

    with pytest.raises(ValueError, match="n is not known yet; it is derived: use resolved"):
        _ = Derived().twice
