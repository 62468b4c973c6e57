"""Inputs that found something, as files: `NAME.bin` the bytes, `NAME.toml` what they are, what they did and what is right.

Promise: what `write_case` writes, `read_folder` reads back, equal, and the same case always gives the same two files, so that a folder can
be committed.  Reading refuses with a `CaseError` that names the file and the line whatever is not of this form; it never skips one.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any, Final

import msgspec

from bitwright.testing.labels import SEED, Expected, Label, Tier
from bitwright.testing.outcome import Kind, Outcome

FORMAT: Final = 1
STATE: Final = "state.toml"  # a campaign's own place in its corpus folder: not a case
ENGINES: Final = "engines"  # the target of a case that is for bitwright's own engines


class CaseError(ValueError):
    """A folder of cases that cannot be read: which file, and what is wrong with it."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One input, and everything that replaying it takes.

    `spec` is the message by entry point name or `module:Class`, "" if the bytes are of no declared format.  `target` is "engines",
    "module:function", "exec:COMMAND" or "connect:udp:HOST:PORT"; `raises` are the exceptions by which a function refuses, as
    `module:Class`.  `kind`, `bucket` and `detail` are what the input did when it was written, and `versions` of what.
    """

    name: str
    data: bytes
    spec: str = ""
    target: str = ENGINES
    raises: tuple[str, ...] = ()
    timeout: float = 5.0  # seconds
    strict: bool = False  # of our own engines: how they read
    label: Label = SEED
    kind: Kind = "value"
    bucket: str = ""
    detail: str = ""
    versions: dict[str, str] = {}


class _LabelTable(msgspec.Struct, forbid_unknown_fields=True):
    tier: Tier = SEED.tier
    rule: str = SEED.rule
    path: str = ""
    detail: str = ""


class _FoundTable(msgspec.Struct, forbid_unknown_fields=True):
    kind: Kind
    bucket: str = ""
    detail: str = ""


class _ExpectedTable(msgspec.Struct, forbid_unknown_fields=True):
    accepts: bool | None = None  # absent: the declaration does not say
    code: str = ""
    path: str = ""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    format: int
    sha256: str
    spec: str = ""
    target: str = ENGINES
    raises: tuple[str, ...] = ()
    timeout: float = 5.0
    strict: bool = False
    label: _LabelTable | None = None
    expected: _ExpectedTable | None = None
    found: _FoundTable | None = None
    versions: dict[str, str] = {}


def case_name(outcome: Outcome, data: bytes) -> str:
    """A file name for a finding: its bucket in plain letters, and eight digits of the input's hash."""
    slug = re.sub(r"[^a-z0-9]+", "-", (outcome.bucket or outcome.kind).lower()).strip("-")[:60].strip("-") or "input"
    return f"{slug}-{hashlib.sha256(data).hexdigest()[:8]}"


def write_case(folder: Path, case: Case) -> Path:
    """Write both files of a case, the bytes first, and return the path of its TOML; the folder is made if there is none."""
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", case.name) or f"{case.name}.toml" == STATE:
        raise CaseError(f"{case.name!r} is no name for a case: letters, digits, '_', '.' and '-'")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{case.name}.bin").write_bytes(case.data)
    described = folder / f"{case.name}.toml"
    described.write_text(_toml(case), encoding="utf-8", newline="\n")
    return described


def read_folder(folder: Path) -> list[Case]:
    """Every case of a folder, in the order of names."""
    if not folder.is_dir():
        raise CaseError(f"{folder}: no such folder")
    inputs = {path.stem for path in folder.glob("*.bin")}
    described = {path.stem for path in folder.glob("*.toml") if path.name != STATE}
    for name in sorted(inputs ^ described):
        there, missing = ("bin", "toml") if name in inputs else ("toml", "bin")
        raise CaseError(f"{folder / name}.{there} has no {name}.{missing} beside it")
    return [read_case(folder / f"{name}.toml") for name in sorted(inputs)]


def read_case(path: Path) -> Case:
    """The case that one TOML file describes, with the bytes beside it."""
    try:
        text, data = path.read_text(encoding="utf-8"), path.with_suffix(".bin").read_bytes()
        read = msgspec.convert(tomllib.loads(text), _File)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError, OSError) as error:
        raise CaseError(f"{path}: {error}") from error
    if read.format != FORMAT:
        raise CaseError(f"{path}: format {read.format}; this version of bitwright reads format {FORMAT}")
    if read.sha256 != hashlib.sha256(data).hexdigest():
        raise CaseError(f"{path}: {path.stem}.bin is not the input that this describes: its SHA-256 is another")
    found = read.found or _FoundTable("value")
    return Case(
        name=path.stem, data=data, spec=read.spec, target=read.target, raises=read.raises, timeout=read.timeout, strict=read.strict,
        label=_label(read), kind=found.kind, bucket=found.bucket, detail=found.detail, versions=read.versions,
    )  # fmt: skip


def _label(read: _File) -> Label:
    told, label = read.expected or _ExpectedTable(), read.label or _LabelTable()
    return Label(label.tier, label.rule, label.path, label.detail, Expected(told.accepts, told.code, told.path))


def _toml(case: Case) -> str:
    """A case as TOML; what is at its default is left out."""
    label, expected = case.label, case.label.expected
    top: dict[str, Any] = {
        "format": FORMAT, "sha256": hashlib.sha256(case.data).hexdigest(), "spec": case.spec, "target": case.target,
        "raises": case.raises, "timeout": float(case.timeout), "strict": case.strict or None,
    }  # fmt: skip
    tables: dict[str, dict[str, Any]] = {
        "label": {"tier": label.tier, "rule": label.rule, "path": label.path, "detail": label.detail},
        "expected": {"accepts": expected.accepts, "code": expected.code, "path": expected.path},
        "found": {"kind": case.kind, "bucket": case.bucket, "detail": case.detail},
        "versions": dict(sorted(case.versions.items())),
    }
    lines = _pairs(top)
    for title, table in tables.items():
        if pairs := _pairs(table):
            lines += ["", f"[{title}]", *pairs]
    return "\n".join(lines) + "\n"


def _pairs(table: dict[str, Any]) -> list[str]:
    return [f"{_key(key)} = {_value(value)}" for key, value in table.items() if value not in ("", (), None)]


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _string(key)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_string, value))}]"
    return str(value).lower()  # a boolean, or a number


def _string(text: str) -> str:
    """A basic string; escaped is what TOML or a terminal would obey, and lone surrogates, which TOML cannot hold, become U+FFFD."""
    short = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}

    def one(char: str) -> str:
        if char in short:
            return short[char]
        if "\ud800" <= char <= "\udfff":
            return "\\uFFFD"
        if char.isprintable():
            return char
        return f"\\u{ord(char):04X}" if ord(char) < 0x10000 else f"\\U{ord(char):08X}"

    return f'"{"".join(map(one, text))}"'
