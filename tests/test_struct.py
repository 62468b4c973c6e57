"""Values of declared classes: what they are before any engine reads or writes them."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from bitwright import (
    DeclarationError,
    IPv4Address,
    OpenEnum,
    Struct,
    array,
    auto,
    bits,
    const,
    flag,
    ipv4,
    nested,
    pad,
    param,
    payload,
    raw,
    reserved,
    u8,
    u16,
    variant,
    when,
)
from bitwright.meta import StructType
from bitwright.schema.spec import spec_of


class Opcode(OpenEnum):
    QUERY = 0
    UPDATE = 5


class Header(Struct):
    """Optional fields come before required ones on the wire."""

    version: Literal[4] = const(bits(4), 4)
    qr: bool = flag(default=False)
    _z: int = reserved(3)
    id: int = u16()
    opcode: Opcode = u8(Opcode, default=Opcode.QUERY)
    _gap = pad(bytes=1)
    count: int = auto(u16())
    mode = param(int, default=0)
    total = count + id

    def shown(self) -> str:
        return f"#{self.id}"


class Item(Struct):
    value: int = u8()
    address: IPv4Address = ipv4()


class Base(Struct): ...


class Arm(Base, tag=1):
    data: bytes = raw()


class Message(Header):
    items: list[Item] = array(Item, count=Header.count)
    kind: int = auto(u8())
    extra: int | None = when(kind == 1, u8())
    body: Base = variant(Base, on=kind)
    payload: bytes = payload()


def header(**changes: Any) -> Header:
    return Header(**{"id": 7, "qr": True, "opcode": Opcode(9), **changes})


def message() -> Message:
    return Message(id=7, items=[Item(value=1, address=IPv4Address("192.0.2.1"))], body=Arm(data=b"x"))


def run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Another Python, which finds the same packages."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done


# --- construction ------------------------------------------------------------------------------


def test_left_out_fields_have_their_defaults() -> None:
    made: Any = message()
    assert (made.version, made.qr, made._z, made.opcode, made.count, made.extra, made.payload) == (
        4,
        False,
        0,
        Opcode.QUERY,
        None,
        None,
        b"",
    )
    assert made.kind is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "Missing required argument 'id'"),
        ({"id": 1, "total": 3}, "Unexpected keyword argument 'total'"),
        ({"id": 1, "_gap": 0}, "Unexpected keyword argument '_gap'"),
        ({"id": 1, "mode": 0}, "Unexpected keyword argument 'mode'"),
        ({"id": 1, "x": 0}, "Unexpected keyword argument 'x'"),
    ],
)
def test_the_constructor_takes_fields_only(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Header(**arguments)


def test_values_may_be_wrong_on_purpose() -> None:
    wrong: Any = header(version=6, count=65536)
    assert (wrong.version, wrong.count) == (6, 65536)


def test_values_are_mutable_but_hold_no_other_attributes() -> None:
    value = header()
    value.id = 9
    assert value.id == 9
    with pytest.raises(AttributeError):
        value.nothing = 1  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        value.total = 1
    with pytest.raises(TypeError, match="unhashable"):
        hash(value)


def test_computed_values_follow_the_fields() -> None:
    value = header(count=3)
    assert value.total == 10
    value.id = 1
    assert value.total == 4
    described: Any = type(value).total
    assert described.__doc__ == "Computed from the fields."
    with pytest.raises(ValueError, match="count is not known yet; it is derived"):
        _ = header().total


def test_methods_stay() -> None:
    assert header().shown() == "#7"
    assert message().shown() == "#7"


# --- equality, text ----------------------------------------------------------------------------


def test_equality_is_of_class_and_all_fields() -> None:
    assert header() == header()
    assert message() == message()
    for change in ({"id": 8}, {"qr": False}, {"_z": 1}, {"count": 0}, {"opcode": Opcode.UPDATE}):
        assert header() != header(**change)

    class Same(Header): ...

    assert header() != Same(id=7, qr=True, opcode=Opcode(9))
    other: Any = (7, True)
    assert header() != other


def test_repr_is_in_the_order_of_the_wire() -> None:
    assert repr(header()) == "Header(version=4, qr=True, _z=0, id=7, opcode=<Opcode.9>, count=None)"
    assert repr(message()) == (
        "Message(version=4, qr=False, _z=0, id=7, opcode=<Opcode.QUERY: 0>, count=None, "
        "items=[Item(value=1, address=IPv4Address('192.0.2.1'))], kind=None, extra=None, body=Arm(data=b'x'), payload=b'')"
    )
    assert repr(Base()) == "Base()"


def test_rich_shows_the_same_fields() -> None:
    shown: Any = header().__rich_repr__()
    assert shown == [("version", 4), ("qr", True), ("_z", 0), ("id", 7), ("opcode", Opcode(9)), ("count", None)]
    rich = pytest.importorskip("rich.pretty", reason="rich is not installed; the cli extra has it")
    assert rich.pretty_repr(Item(value=1, address=IPv4Address("192.0.2.1"))) == "Item(value=1, address=IPv4Address('192.0.2.1'))"


# --- matching ----------------------------------------------------------------------------------


def test_match_by_name_and_by_place() -> None:
    value: Any = message()
    match value:
        case Message(id=number, items=[Item(value=1, address=address)], body=Arm(data=data)):
            assert (number, address, data) == (7, IPv4Address("192.0.2.1"), b"x")
        case _:
            pytest.fail("no match")
    by_place: Any = Header  # to checkers the fields are keyword-only
    match header():
        case by_place(version, qr, _, number):
            assert (version, qr, number) == (4, True, 7)
        case _:
            pytest.fail("no match")


def test_match_args_are_in_the_order_of_the_wire() -> None:
    classes: list[Any] = [Header, Message, Base]
    first, second, third = (each.__match_args__ for each in classes)
    assert first == ("version", "qr", "_z", "id", "opcode", "count")
    assert second == (*first, "items", "kind", "extra", "body", "payload")
    assert third == ()


def test_a_subclass_is_an_instance_of_its_base() -> None:
    match message():
        case Header(id=7):
            pass
        case _:
            pytest.fail("no match")


# --- copies ------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickle(protocol: int) -> None:
    for value in (header(), message()):
        again = pickle.loads(pickle.dumps(value, protocol))
        assert again == value
        assert type(again) is type(value)
        assert type(again.opcode) is Opcode


def test_values_go_to_a_spawned_process_and_back(tmp_path: Path) -> None:
    """As a script does it: the classes are importable in the child, which starts from nothing."""
    source = (
        "import multiprocessing, sys\n"
        "from bitwright import OpenEnum, Struct, u8, u16, auto\n"
        "class Kind(OpenEnum):\n    A = 1\n"
        "class Message(Struct):\n    kind: Kind = u8(Kind)\n    n: int = auto(u16())\n"
        "def echo(value):\n    return value, isinstance(value.kind, Kind)\n"
        "if __name__ == '__main__':\n"
        "    sent = Message(kind=Kind(77))\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
        "        back, member = pool.apply(echo, (sent,))\n"
        "    assert back == sent and type(back) is Message and type(back.kind) is Kind and member\n"
        "    print(back)\n"
    )
    (tmp_path / "sender.py").write_text(source)
    done = run("sender.py", cwd=tmp_path)
    assert done.stdout == "Message(kind=<Kind.77>, n=None)\n"


def test_copy_is_shallow_deepcopy_is_deep() -> None:
    value = message()
    shallow, deep = copy.copy(value), copy.deepcopy(value)
    assert shallow == value == deep
    assert shallow.items is value.items
    assert deep.items is not value.items
    deep.items[0].value = 9
    assert value.items[0].value == 1
    assert deep.opcode is value.opcode


def test_replace_changes_some_fields_of_a_copy() -> None:
    value = message()
    changed = value.replace(id=8, qr=True)
    assert (changed.id, changed.qr, changed.items is value.items) == (8, True, True)
    assert (value.id, value.qr) == (7, False)
    assert type(changed) is Message
    with pytest.raises(TypeError, match="nothing"):
        value.replace(nothing=1)


def test_defaults_are_not_shared() -> None:
    class Listed(Struct):
        inner: Item = nested(Item, default=Item(value=1, address=IPv4Address("0.0.0.0")))
        items: list[int] = array(u8(), default=[])

    first, second = Listed(), Listed()
    first.items.append(1)
    first.inner.value = 2
    assert (second.items, second.inner.value) == ([], 1)


# --- the class ---------------------------------------------------------------------------------


def test_values_are_small() -> None:
    assert not hasattr(header(), "__dict__")
    assert isinstance(header(), msgspec.Struct)
    newer = 8 if sys.version_info >= (3, 12) else 0  # since then the two words before an object come together
    assert sys.getsizeof(header()) <= 6 * 8 + 40 + newer


def test_required_fields_lie_first_so_that_the_parser_may_give_them_by_place() -> None:
    assert Header.__struct_fields__[0] == "id"
    assert set(Header.__struct_fields__) == set(Header.__match_args__)


def test_every_class_is_of_the_metaclass_and_has_a_spec() -> None:
    classes: list[Any] = [Header, Message, Base, Arm]
    for each in classes:
        assert isinstance(each, StructType)
        assert spec_of(each).struct is each
        assert spec_of(each).name == each.__name__


def test_the_doc_and_the_name_are_the_users() -> None:
    assert Header.__doc__ == "Optional fields come before required ones on the wire."
    assert (Header.__module__, Header.__qualname__) == (__name__, "Header")


def test_a_class_can_be_made_by_a_call() -> None:
    made: Any = StructType("Made", (Struct,), {"__annotations__": {"n": int}, "n": u8(), "__module__": __name__})
    assert repr(made(n=3)) == "Made(n=3)"
    with pytest.raises(DeclarationError, match=r"test_struct.py:\d+: Made.n: has no annotation"):
        StructType("Made", (Struct,), {"n": u8(), "__module__": __name__})


def test_mixins_without_fields_may_stand_beside_a_struct() -> None:
    class Loud:
        __slots__ = ()

        def loud(self) -> str:
            return repr(self).upper()

    class Made(Loud, Struct):
        n: int = u8()

    assert Made(n=1).loud() == "MADE(N=1)"


# --- starting ----------------------------------------------------------------------------------


def test_importing_bitwright_loads_nothing_heavy() -> None:
    heavy = {
        "asyncio", "bitwright.backends.python", "bitwright.capture", "bitwright.cli", "bitwright.codec",
        "bitwright.lower", "bitwright.stack", "difflib", "email", "http", "hypothesis", "ipaddress", "logging",
        "multiprocessing", "rich", "socket", "unittest",
    }  # fmt: skip
    done = run("-c", "import sys, bitwright; print(*sorted(sys.modules))")
    loaded = set(done.stdout.split())
    assert "bitwright.schema.checks" in loaded
    assert not loaded & heavy


def test_the_word_checksum_and_the_module_checksum_live_side_by_side() -> None:
    """Importing the module must not put it in the place of the word, whoever comes first."""
    program = "import bitwright as b; word = b.checksum; import bitwright.checksum; print(b.checksum is word, callable(word))"
    assert run("-c", program).stdout == "True True\n"
