"""What a class body becomes: order, inheritance, annotations in every form, places in the user's source."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from bitwright import Struct, array, auto, bits, nested, pad, param, raw, u8, u16, when
from bitwright.schema.collect import Annotations, ClassBody, annotations_of
from bitwright.schema.expr import Binary, Const, FieldRef
from bitwright.schema.spec import spec_of


class Header(Struct, endian="little"):
    """A header (RFC 0)."""

    VERSION: ClassVar[int] = 3
    NAMES = ("a", "b")

    count: int = auto(u16())
    _z: int = bits(3, default=0)
    _gap = pad(bits=5)
    mode = param(int, default=0)
    double = count * 2
    more = double + 1

    def shown(self) -> str:
        return f"{self.count} of {self.VERSION}"

    @property
    def first(self) -> int:
        return 1


class Message(Header, origin=True):
    items: list[int] = array(u8(), count=Header.count)
    data: bytes = raw(size=Header.double)


def test_fields_are_in_the_order_of_the_body() -> None:
    made = spec_of(Header)
    assert [f.name for f in made.fields] == ["count", "_z", "_gap"]
    assert [f.name for f in made.visible] == ["count", "_z"]
    assert list(made.params) == ["mode"]


def test_what_the_class_statement_says() -> None:
    made = spec_of(Header)
    assert (made.name, made.order, made.origin, made.struct) == ("Header", "little", False, Header)
    assert made.doc == "A header (RFC 0)."
    assert made.module == __name__
    assert (made.location.file, made.location.line) == (__file__, Header.shown.__code__.co_firstlineno - 13)


def test_computed_values_are_expressions_over_fields() -> None:
    count = FieldRef(("count",))
    double = Binary("mul", count, Const(2))
    assert spec_of(Header).computed == {"double": double, "more": Binary("add", double, Const(1))}


def test_everything_else_in_the_body_stays_as_it_was() -> None:
    header = Header(count=2)
    assert header.shown() == "2 of 3"
    assert header.first == 1
    assert Header.NAMES == ("a", "b")


def test_inheritance_flattens() -> None:
    made = spec_of(Message)
    assert [f.name for f in made.fields] == ["count", "_z", "_gap", "items", "data"]
    assert (made.order, made.origin) == ("little", True)
    assert list(made.computed) == ["double", "more"]
    assert list(made.params) == ["mode"]
    items, data = made.field("items"), made.field("data")
    assert items is not None
    assert items.type.count == FieldRef(("count",))  # type: ignore[union-attr]
    assert data is not None
    assert data.type.size == Binary("mul", FieldRef(("count",)), Const(2))  # type: ignore[union-attr]


def test_a_subclass_may_have_another_byte_order() -> None:
    class Big(Header, endian="big"):
        n: int = u8()

    assert spec_of(Big).order == "big"


def test_a_field_knows_its_line() -> None:
    here = sys._getframe().f_lineno

    class Placed(Struct):
        first: int = u8()
        second: bytes = raw(
            size=first,
        )

    lines = {f.name: f.location.line - here for f in spec_of(Placed).fields}
    assert lines == {"first": 3, "second": 4}
    assert {f.location.file for f in spec_of(Placed).fields} == {__file__}


@pytest.mark.parametrize("future", [True, False])
def test_annotations_are_never_evaluated(future: bool, tmp_path: Path) -> None:
    said = "from __future__ import annotations\n" if future else ""
    (tmp_path / "mod.py").write_text(
        f"{said}from typing import ClassVar\n"
        "from bitwright import Struct, u8, nested\n"
        "class Inner(Struct):\n    n: int = u8()\n"
        "def make():\n"
        "    class Local(Struct):\n"
        "        m: int = u8()\n"
        "    class Holder(Struct):\n"
        "        LIMIT: ClassVar[int] = 4\n"
        "        local: 'Local' = nested(Local)\n"
        "        inner: 'Nowhere' = nested(Inner)\n"
        "    return Holder\n"
        "Holder = make()\n"
        "value = Holder(local=1, inner=2)\n"
        "print(list(Holder.__match_args__), Holder.LIMIT, value.local, value.inner)\n"
    )
    done = subprocess.run([sys.executable, "mod.py"], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
    assert done.stdout == "['local', 'inner'] 4 1 2\n", done.stderr


def environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def test_a_name_bound_before_keeps_the_place_of_its_field(declare: Callable[[str], dict[str, Any]]) -> None:
    rebound = declare("class Rebound(Struct):\n    size = 4\n    data: bytes = raw(size=size)\n    size: int = u8()\n")["Rebound"]
    assert [f.name for f in spec_of(rebound).fields] == ["data", "size"]


def test_a_field_used_before_it_is_declared_is_unknown_to_python(declare: Callable[[str], dict[str, Any]]) -> None:
    with pytest.raises(NameError, match="length"):
        declare("class Bad(Struct):\n    data: bytes = raw(size=length)\n    length: int = u8()\n")


def test_a_refused_class_does_not_exist(declare: Callable[[str], dict[str, Any]]) -> None:
    names = declare(
        "class Base(Struct): ...\n"
        "try:\n"
        "    class Bad(Base, tag=1):\n"
        "        n = u8()\n"
        "except DeclarationError:\n"
        "    pass\n"
        "class Good(Base, tag=1):\n"
        "    n: int = u8()\n"
    )
    assert "Bad" not in names
    assert names["Base"].__bitwright_union__.cases == {1: names["Good"]}


def test_structs_that_hold_others_may_be_declared_in_a_function() -> None:
    class Inner(Struct):
        n: int = u8()

    class Outer(Struct):
        inner: Inner = nested(Inner)
        extra: int | None = when(inner.n == 1, u8())

    assert [f.name for f in spec_of(Outer).fields] == ["inner", "extra"]


def test_lazy_annotations_are_read_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Python 3.14 does without the future import: the body holds a function, and asking for text evaluates nothing."""
    import types

    asked: list[Any] = []

    def call(annotate: Callable[[Any], dict[str, str]], form: Any) -> dict[str, str]:
        asked.append(form)
        return annotate(form)

    library = types.ModuleType("annotationlib")
    vars(library).update(
        Format=types.SimpleNamespace(STRING="string"),
        call_annotate_function=call,
        get_annotate_from_class_namespace=lambda namespace: namespace.get("__annotate_func__"),
    )
    monkeypatch.setitem(sys.modules, "annotationlib", library)
    monkeypatch.setattr(sys, "version_info", (3, 14, 0, "final", 0))
    lazy = ClassBody("Lazy")
    lazy["__annotate_func__"] = lambda form: {"n": "Nowhere", "m": "ClassVar[int]"}
    assert annotations_of(lazy) == {"n": "Nowhere", "m": "ClassVar[int]"}
    assert asked == ["string"]
    eager = ClassBody("Eager")
    eager["__annotations__"]["n"] = "int"
    assert annotations_of(eager) == {"n": "int"}


def test_an_annotation_knows_its_line() -> None:
    annotations = Annotations()
    here = sys._getframe().f_lineno + 1
    annotations["n"] = "int"
    assert (annotations.sites["n"].file, annotations.sites["n"].line) == (__file__, here)
