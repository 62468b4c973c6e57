"""`match`: bindings as JSON, refusals explained, malformed patterns with a caret."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from tests.cli.running import Run

PAIR = "<<a::4, b::4, rest::binary>>"


def test_bindings_are_json(run: Run) -> None:
    result = run("match", "<<a::4, b::3, c::bits-size(5), f::float-16, t::bits-size(4), _x, r::binary>>", "12 33 c0 00 12 34")
    assert (result.code, result.err) == (0, "")
    assert json.loads(result.out) == {"a": 1, "b": 1, "c": "0b00011", "f": 1.0, "t": "0x0", "r": "34"}


@pytest.mark.parametrize("words", [["0x12", "6162"], ["12:61:62"], ["126162"]])
def test_bytes_are_taken_as_people_write_them(run: Run, words: list[str]) -> None:
    assert json.loads(run("match", PAIR, *words).out) == {"a": 1, "b": 2, "rest": "6162"}


def test_bytes_of_a_file_and_of_stdin_and_a_pattern_in_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"\x12ab")
    (tmp_path / "pattern").write_text(f"# two halves\n{PAIR}\n")
    expected = run("match", PAIR, "126162").out
    assert run("match", PAIR, f"@{tmp_path}/data").out == expected
    assert run("match", f"@{tmp_path}/pattern", "-", stdin=b"\x12ab").out == expected
    assert run("match", PAIR, "-", stdin=b"126162\n").out == expected
    assert run("match", PAIR, "--input", "hex", "-", stdin=b"126162\n").out == expected
    run("match", PAIR, "126162", "-o", str(tmp_path / "out"))
    assert (tmp_path / "out").read_bytes() == expected


def test_what_does_not_match_is_explained(run: Run) -> None:
    result = run("match", "<<1, op::16>>", "02 00 01")
    assert (result.code, result.out) == (1, b"")
    assert result.err == "bitwright: the data do not match: segment 1 `1` at bit 0: expected 1, got 2\n"
    assert "needs at least 8 more bits" in run("match", "<<1, op::16>>", "01 00").err


def test_a_malformed_pattern_shows_its_place(run: Run) -> None:
    result = run("match", "<<n, x::n>>", "00")
    assert (result.code, result.out) == (2, b"")
    first, line, caret, *advice = result.complaints
    assert first.startswith("bitwright: ")
    assert line == "  <<n, x::n>>"
    assert caret.index("^") == line.index("n>>")
    assert "size(n)" in " ".join([first, *advice])


def test_values_from_outside(run: Run) -> None:
    text = "<<^id::16, ^tag::binary-size(2), x::size(n)>> when x in [1, 2] and k == :yes"
    result = run("match", text, "0007 6162 02", "--bind", "id=0x07", "--bind", 'tag="ab"', "--bind", "n=8", "--bind", "k=:yes")
    assert (result.code, result.lines) == (0, ["{", '  "x": 2', "}"])
    assert run("match", text, "0007 6162 02", "--bind", "id=7", "--bind", "tag=<<97, 98>>", "--bind", "n=8", "--bind", "k=nil").code == 1
    erlang = run("match", "<<A, B:A/binary>>", "0161", "--dialect", "erlang", "--bind", "A=1")
    assert json.loads(erlang.out) == {"B": "61"}


def test_a_name_without_a_value(run: Run) -> None:
    result = run("match", "<<x::size(n)>>", "00")
    assert result.code == 2
    assert result.complaints == ["bitwright: the pattern reads the variable n; give it a value: --bind n=..."]


@pytest.mark.parametrize("binding", ["n", "=5", "5=n", "n=<<", "n=x", "n="])
def test_a_malformed_binding(run: Run, binding: str) -> None:
    result = run("match", "<<x::size(n)>>", "00", "--bind", binding)
    assert (result.code, result.out) == (2, b"")
    assert result.complaints[0].startswith("bitwright: ")


def test_a_malformed_value_says_of_which_binding(run: Run) -> None:
    [complaint] = run("match", "<<x::size(n)>>", "00", "--bind", "n=<<").complaints
    assert complaint.startswith("bitwright: --bind n=<<: unexpected end of the text")


def test_a_prefix(run: Run) -> None:
    result = run("match", "<<n, b::binary-size(n)>>", "02 6162 6364", "--prefix")
    assert json.loads(result.out) == {"bindings": {"n": 2, "b": "6162"}, "rest": "6364"}
    assert run("match", "<<n, b::binary-size(n)>>", "03 6162", "--prefix").code == 1


def test_all_elements(run: Run) -> None:
    text, data = "<<t, n, v::binary-size(n)>>", "01 01 61 02 00 03 05 61"
    result = run("match", text, data, "--all")
    assert (result.code, result.rows) == (0, [{"t": 1, "n": 1, "v": "61"}, {"t": 2, "n": 0, "v": ""}])
    strict = run("match", text, data, "--all", "--strict")
    assert (strict.code, strict.rows) == (1, result.rows)
    assert "needs at least 32 more bits" in strict.err


def test_explaining(run: Run) -> None:
    result = run("match", PAIR, "126162", "--explain")
    assert (result.code, result.err) == (0, "")
    assert result.lines == [
        "bits   segment       value",
        "0..4   a::4          1",
        "4..8   b::4          2",
        '8..24  rest::binary  "ab"',
        "matches: 3 segments",
    ]
    refused = run("match", "<<a, 2>>", "0103", "--explain")
    assert refused.code == 1
    assert refused.lines[-2:] == ["8..   2        <-- here", "segment 2 `2` at bit 8: expected 2, got 3"]


def test_bits_of_the_data(run: Run) -> None:
    assert json.loads(run("match", "<<a::3, b::bits>>", "bf", "--bits", "5").out) == {"a": 5, "b": "0b11"}
    assert json.loads(run("match", "<<a::3, b::2>>", "bf", "--bits", "5", "--bit-order", "lsb").out) == {"a": 7, "b": 3}
    assert run("match", "<<a::3>>", "bf", "--bits", "9").complaints == ["bitwright: the message: has 8 bits, fewer than the 9 of --bits"]
    assert run("match", "<<a::3>>", "bf", "--bits", "-1").code == 2


@pytest.mark.parametrize("engine", ["interp", "python"])
def test_every_engine(run: Run, engine: str) -> None:
    assert json.loads(run("match", PAIR, "12", "--backend", engine).out) == {"a": 1, "b": 2, "rest": ""}


def test_options_that_exclude_each_other(run: Run) -> None:
    assert run("match", PAIR, "12", "--all", "--prefix").code == 2
    assert run("match", PAIR, "12", "--strict").code == 2
    assert run("match", PAIR, "12", "--engine", "cobol").code == 2


def test_a_very_large_integer(run: Run) -> None:
    result = run("match", "<<a::80000>>", "-", stdin=b"\xff" * 10000)
    assert json.loads(result.out) == {"a": hex((1 << 80000) - 1)}


def test_nothing_reaches_the_terminal_unescaped(run: Run) -> None:
    result = run("match", '<<"\x1b[31m", a>>', "00")
    assert "\x1b" not in result.err
    assert "\x1b" not in run("match", "<<\x1b>>", "00").err


def test_the_examples_of_the_help_work(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bitwright.cli.match import EXAMPLES

    monkeypatch.chdir(tmp_path)
    (tmp_path / "frame.bin").write_bytes(bytes.fromhex("03 00 aabbcc dd"))
    commands = [shlex.split(line) for line in EXAMPLES.splitlines() if line.strip().startswith("bitwright")]
    codes = [run(*words[1:]).code for words in commands]
    assert codes == [0, 0, 0, 0, 0, 1]
