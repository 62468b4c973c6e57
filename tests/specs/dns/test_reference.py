"""docs/dns.md has every type, option and parameter, as the classes say it."""

from __future__ import annotations

import re
from pathlib import Path

from bitwright_specs import dns
from tests.specs.dns.reference import UNIONS, tables
from tests.specs.dns.unions import shipped

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "dns.md"
NOT_DATA = frozenset(
    {"IXFR", "AXFR", "MAILB", "MAILA", "ANY"}  # asked for, never answered with
    | {"SINK", "UINFO", "UID", "GID", "UNSPEC"}  # registered without a layout that anybody published
)


def test_the_tables_are_made_from_the_classes() -> None:
    assert tables() in DOCUMENT.read_text(encoding="utf-8"), "run python -m tests.specs.dns.reference and put its tables into docs/dns.md"


def test_every_registered_type_has_a_class() -> None:
    named = {arm.__name__ for arm in shipped(dns.RData)}
    assert {member.name for member in dns.Type} - NOT_DATA == named


def test_every_class_names_its_source() -> None:
    for _, union, _ in UNIONS:
        for arm in shipped(union):
            assert re.search(r"RFC \d|draft-|IANA|ATM Forum|INI1999", arm.__doc__ or ""), arm
