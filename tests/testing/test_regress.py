"""Cases as files: what is written is read back, and what is not of the form is refused with the file's name."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from bitwright.testing.labels import Expected, Label
from bitwright.testing.outcome import Outcome
from bitwright.testing.regress import STATE, Case, CaseError, case_name, read_folder, write_case

LABEL = Label("lie", "length", "records[2].length", "+1", Expected(accepts=False, code="eof", path="records[2].data"))
CASE = Case(
    name="one", data=b"\x00\xff", spec="dns", target="dpkt.dns:DNS", raises=("dpkt:UnpackError",), timeout=0.5, label=LABEL,
    kind="exception", bucket="UnicodeDecodeError in dpkt.dns:unpack_name", detail='line 1\n"line 2" \\ \x1b[31m\x7f\u202e \U0001f600',
    versions={"dpkt": "1.9.8", "python 3": "3.11"},
)  # fmt: skip


FINDING = Case(name="x", data=b"1", label=Label("raw", "bytes", "", "", Expected(accepts=True, code="c")))


@pytest.mark.parametrize("case", [CASE, FINDING, Case(name="least", data=b"")])
def test_what_is_written_is_read_back(case: Case, tmp_path: Path) -> None:
    described = write_case(tmp_path / "deep" / "folder", case)
    before = described.read_bytes()
    assert read_folder(described.parent) == [case]
    write_case(described.parent, case)
    assert described.read_bytes() == before


def test_cases_come_in_the_order_of_names_and_a_campaigns_state_is_none(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        write_case(tmp_path, Case(name=name, data=name.encode()))
    (tmp_path / STATE).write_text("done = 3\n")
    assert [case.name for case in read_folder(tmp_path)] == ["a", "b", "c"]


def test_no_byte_that_a_terminal_obeys_is_written(tmp_path: Path) -> None:
    detail = "".join(map(chr, range(0x100))) + "\u2028\u202e\ud800"
    described = write_case(tmp_path, Case(name="n", data=b"", detail=detail))
    text = described.read_text(encoding="utf-8")
    assert all(char.isprintable() or char == "\n" for char in text)
    assert tomllib.loads(text)["found"]["detail"] == detail.replace("\ud800", "\ufffd")


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no toml": (lambda folder: (folder / "one.toml").unlink(), "one.bin has no one.toml"),
    "no bin": (lambda folder: (folder / "one.bin").unlink(), "one.toml has no one.bin"),
    "other bytes": (lambda folder: (folder / "one.bin").write_bytes(b"?"), "SHA-256"),
    "not toml": (lambda folder: (folder / "one.toml").write_text("format = "), "one.toml: "),
    "not text": (lambda folder: (folder / "one.toml").write_bytes(b"\xff"), "one.toml: "),
    "later format": (lambda folder: _replace(folder, "format = 1", "format = 2"), "reads format 1"),
    "unknown key": (lambda folder: _replace(folder, "timeout", "time_out"), "time_out"),
    "unknown tier": (lambda folder: _replace(folder, '"lie"', '"truth"'), "one.toml: "),
    "wrong type": (lambda folder: _replace(folder, "accepts = false", 'accepts = "no"'), "one.toml: "),
}


def _replace(folder: Path, old: str, new: str) -> None:
    text = (folder / "one.toml").read_text(encoding="utf-8")
    assert old in text
    (folder / "one.toml").write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_folder_is_refused_by_the_name_of_the_file(damage: str, tmp_path: Path) -> None:
    write_case(tmp_path, CASE)
    act, told = DAMAGES[damage]
    act(tmp_path)
    with pytest.raises(CaseError) as refused:
        read_folder(tmp_path)
    assert told in str(refused.value)


def test_a_folder_that_is_missing_is_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="no such folder"):
        read_folder(tmp_path / "none")


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "state", "-x", "a\0"])
def test_a_name_that_is_no_plain_file_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="no name for a case"):
        write_case(tmp_path, Case(name=name, data=b""))


def test_names_tell_the_bucket_and_the_input() -> None:
    outcome = Outcome("exception", "RecursionError in dnslib/buffer.py:Buffer.pack")
    name = case_name(outcome, b"abc")
    assert name == "recursionerror-in-dnslib-buffer-py-buffer-pack-ba7816bf"
    assert case_name(outcome, b"abd") != name
    assert case_name(Outcome("crash", "\x1b]\u202e"), b"").startswith("input-")
