"""Open enumerations: every number is taken and kept, those with a name are members."""

from __future__ import annotations

import copy
import enum
import json
import pickle
from typing import Any

import msgspec
import pytest

from bitwright import OpenEnum
from bitwright.enums import EnumTable, names_of, table_of


class Kind(OpenEnum):
    A = 1
    B = 2
    ALIAS = 1


class Closed(enum.IntEnum):
    A = 1


def test_a_number_with_a_name_is_the_member() -> None:
    assert Kind(1) is Kind.A
    assert Kind["ALIAS"] is Kind.A
    assert (Kind.A.name, Kind.A.value, str(Kind.A), repr(Kind.A)) == ("A", 1, "A", "<Kind.A: 1>")


@pytest.mark.parametrize("number", [0, 3, 255, 65280, 1 << 64, -1])
def test_a_number_without_a_name_is_kept(number: int) -> None:
    unknown = Kind(number)
    assert isinstance(unknown, Kind)
    name: str | None = unknown.name
    assert (name, unknown.value, int(unknown)) == (None, number, number)
    assert (str(unknown), repr(unknown), f"{unknown}") == (str(number), f"<Kind.{number}>", str(number))
    assert unknown == number == Kind(number)
    assert hash(unknown) == hash(number)
    assert {unknown: "seen"}[Kind(number)] == "seen"


def test_unknown_numbers_do_not_become_members() -> None:
    assert Kind(77) not in list(Kind)
    assert list(Kind) == [Kind.A, Kind.B]
    assert len(Kind) == 2


@pytest.mark.parametrize("value", ["A", 1.5, None, b"1"])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="is not a valid Kind"):
        Kind(value)


@pytest.mark.parametrize("value", [Kind.A, Kind(77)])
def test_copies_and_pickles(value: Kind) -> None:
    assert copy.copy(value) is value
    assert copy.deepcopy(value) is value
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(value, protocol))
        assert again == value
        assert type(again) is Kind
        assert again.name == value.name


@pytest.mark.parametrize("value", [Kind.A, Kind(77)])
def test_json_is_the_number(value: Kind) -> None:
    assert json.loads(json.dumps({"kind": value})) == {"kind": int(value)}
    assert msgspec.json.decode(msgspec.json.encode([value])) == [int(value)]


def test_arithmetic_and_order_are_those_of_numbers() -> None:
    assert Kind(77) > Kind.B
    assert Kind(77) + 1 == 78
    assert Kind(4) & 4
    assert sorted([Kind(9), Kind.A, Kind(5)]) == [1, 5, 9]


# --- tables ------------------------------------------------------------------------------------


def test_the_table_gives_members_and_remembers_unknown_ones() -> None:
    table = EnumTable(Kind)
    assert table[1] is Kind.A
    assert table[77] is table[77]
    assert type(table[77]) is Kind
    assert table_of(Kind) is table_of(Kind)


def test_the_table_of_a_closed_enumeration_gives_plain_numbers() -> None:
    table = EnumTable(Closed)
    assert table[1] is Closed.A
    assert type(table[77]) is int


def test_hostile_numbers_do_not_grow_the_table_without_bound() -> None:
    table = EnumTable(Kind)
    for number in range(100_000):
        assert table[number] == number
    assert len(table) <= 65_536


def test_names() -> None:
    names = names_of(Kind)
    assert [names[1], names[77], names[None]] == ["A", 77, None]
    assert names_of(Kind) is names
