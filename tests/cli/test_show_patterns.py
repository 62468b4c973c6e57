"""`bitwright show` of a bit pattern."""

from __future__ import annotations

import pytest

from tests.cli.running import Run

PATTERN = "<<n::8, body::binary-size(n), rest::bits>>"


@pytest.mark.parametrize(
    ("form", "direction", "words"),
    [
        ("diagram", "parse", ["|       n       |", "body: body::binary-size(n)"]),
        ("svg", "parse", ["<svg ", "&lt;&lt;n::8"]),
        ("source", "parse", ["def match(data"]),
        ("source", "build", ["def entry("]),
        ("ir", "parse", ["take %0, %1"]),
        ("ir", "build", ["function entry("]),
        ("explain", "parse", ["derived: the size of body"]),
        ("certificate", "parse", ["canonical"]),
    ],
)
def test_every_form(run: Run, form: str, direction: str, words: list[str]) -> None:
    shown = run("show", PATTERN, "--format", form, "--direction", direction)
    assert shown.code == 0
    assert all(word in shown.out.decode() for word in words)


def test_erlang_too(run: Run) -> None:
    assert "|           Len           |" in run("show", "<<Len:13, _:3>>", "--dialect", "erlang").out.decode()


def test_what_is_none_is_refused_with_its_place(run: Run) -> None:
    refused = run("show", "<<a, b::utf8>>", "--format", "explain")
    assert (refused.code, refused.out) == (2, b"")
    assert refused.err.splitlines()[:3] == ["bitwright: a Struct has no utf8 alone (column 6)", "  <<a, b::utf8>>", "       ^"]
    assert "column 9" in run("show", "<<a, b::utf9>>").err
