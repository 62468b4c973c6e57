"""Class 22: nothing from data reaches a terminal or a page as it is: every byte, every place, every renderer."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bitwright import BitwrightError
from bitwright.cli import main
from bitwright.plain import plain_value
from bitwright.seeing.summary import summary
from bitwright.seeing.words import scalar
from tests.cli.running import pcap

EVERY_BYTE = bytes(range(256))
CONTROLS = [
    "\x1b]0;owned\x07", "\x1b[2J\x1b[31m", "\x9b31m", "\r\n\t\b\x7f\x00", "\u202e\u2066\u2069\u200f\u061c",
    "\u2028\u2029\u0085", "\ufeff\u00ad",
    "\U000e0041", "`<script>&'\"",
]  # fmt: skip
SPEC = """
from bitwright import (
    Name, OpenEnum, Struct, array, at, auto, check, const, domain_name, raw, reserved, switch, text, u8, variant, varint,
)

class Kind(OpenEnum):
    ONE = 1

class Latin(Struct):
    words: str = text(prefix=u8(), encoding="latin-1")

class Utf8(Struct):
    words: str = text(prefix=u8())

class Cstring(Struct):
    words: str = text(terminator=b"\\x1b[", encoding="latin-1")

class Blob(Struct):
    data: bytes = raw()

class Named(Struct):
    name: Name = domain_name()

class Magic(Struct):
    magic: bytes = const(raw(size=3), b"\\x1b[m")
    kind: Kind = u8(Kind)

class Several(Struct):
    kind: int = auto(u8())
    body: Utf8 | Named | Latin | Cstring = switch(kind, {1: Utf8, 2: Named, 3: Latin}, Cstring)
    spare: int = reserved(8)
    rest: list[Latin] = array(Latin)

class Pointed(Struct, origin=True):
    offset: int = auto(u8())
    words: str = at(offset, text(prefix=u8(), encoding="latin-1"))
    number: int = varint("leb128")
    check(number < 200, "the number is too large")

class Option(Struct):
    "What an option may hold."

class Broken(Option):
    data: bytes = raw()

class Words(Option, tag=27):
    words: str = text(prefix=u8())

class Options(Struct):
    kind: int = auto(u8())
    length: int = auto(u8())
    value: Option = variant(Option, on=kind, unknown=Broken, malformed=Broken, size=length)
"""


@pytest.fixture(scope="module")
def formats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The formats above, importable, in a directory of their own."""
    folder = tmp_path_factory.mktemp("unescaped")
    (folder / "unescaped_formats.py").write_text(SPEC)
    sys.path.append(str(folder))
    import unescaped_formats  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]  # written above

    yield dict(vars(unescaped_formats))
    sys.path.remove(str(folder))
    del sys.modules["unescaped_formats"]


def chunks(data: bytes, size: int) -> Iterator[bytes]:
    for begin in range(0, len(data), size):
        yield data[begin : begin + size]


def messages() -> Iterator[tuple[str, bytes]]:
    """A format and a message for it, whole or broken, in which something stands that terminals obey."""
    for part in chunks(EVERY_BYTE, 62):
        label = bytes([len(part)]) + part
        yield "Latin", label
        yield "Utf8", label
        yield "Named", label + b"\0"
        yield "Several", b"\x02" + label + b"\0\xff" + label
        yield "Several", b"\x03" + label + b"\x1b" + label + b"\x09\x1b[2J"
        yield "Blob", part
        yield "Cstring", part + b"\x1b["
        yield "Cstring", part
        yield "Pointed", b"\x02\x1b" + label
        yield "Pointed", b"\x03\x9b\x7f" + label
        yield "Pointed", b"\x1b\x1b" + label
        yield "Options", b"\x1b" + bytes([len(label)]) + label
        yield "Options", b"\x9b" + label
    for controls in CONTROLS:
        encoded = controls.encode()
        yield "Utf8", bytes([len(encoded)]) + encoded
        yield "Several", b"\x01" + bytes([len(encoded)]) + encoded + b"\x07" + bytes([len(encoded)]) + encoded
        yield "Several", b"\x1b" + encoded
        yield "Blob", encoded
        yield "Blob", encoded * 200
        yield "Magic", encoded
        yield "Magic", b"\x1b[m\x9b" + encoded
        yield "Latin", b"\xff" + encoded
        yield "Options", b"\x1b" + bytes([len(encoded) + 1, len(encoded)]) + encoded
        yield "Options", b"\x1b" + bytes([len(encoded), len(encoded)]) + encoded


def assert_harmless(shown: str, what: str) -> None:
    """No character that a terminal obeys or that turns the direction of others, but our own newlines."""
    wrong = [c for c in shown.replace("\n", "") if not c.isprintable()]
    assert not wrong, f"{what}: {wrong[:5]!r} in {shown!r}"


def without_colour(shown: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", shown)


def of_rich(value: object) -> str:
    from rich.console import Console
    from rich.pretty import pretty_repr

    console = Console(file=io.StringIO(), width=200)
    console.print(pretty_repr(value), highlight=False, markup=False)
    shown: str = console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO
    return shown


OF_VALUES: dict[str, Callable[[Any], str]] = {
    "repr": repr,
    "str": str,
    "html": lambda value: value._repr_html_(),
    "json": lambda value: value.to_json(),
    "rich": of_rich,
    "plain": lambda value: repr(plain_value(value)),
    "words": lambda value: "\n".join(scalar(getattr(value, name)) for name in type(value).__match_args__),
    "summary": summary,
}
OF_DATA: dict[str, Callable[[Any, bytes], str]] = {
    "hexdump": lambda struct, data: struct.hexdump(data),
    "whole hexdump": lambda struct, data: struct.hexdump(data, fold=False, bytes_per_row=3),
    "coloured hexdump": lambda struct, data: without_colour(struct.hexdump(data, color=True)),
    "explain": lambda struct, data: struct.explain(data),
}


def test_no_renderer_lets_anything_through(formats: dict[str, Any]) -> None:
    read = broken = 0
    for name, data in messages():
        struct = formats[name]
        for how, show in OF_DATA.items():
            assert_harmless(show(struct, data), f"{how} of {name} {data!r}")
        try:
            value = struct.parse(data)
        except BitwrightError as error:
            assert_harmless(str(error), f"error of {name} {data!r}")
            assert_harmless(repr(error), f"repr of the error of {name} {data!r}")
            for field, got in error.partial.items():
                assert_harmless(f"{field}={got!r}", f"partial of {name} {data!r}")
            broken += 1
            continue
        read += 1
        for how, shown in OF_VALUES.items():
            assert_harmless(shown(value), f"{how} of {name} {data!r}")
    assert read > 40
    assert broken > 20


def test_json_is_still_the_same_data(formats: dict[str, Any]) -> None:
    for controls in CONTROLS:
        value = formats["Utf8"](words=controls)
        assert formats["Utf8"].from_json(value.to_json()) == value


@pytest.mark.parametrize("form", ["tree", "json", "hexdump"])
def test_no_format_of_parse_lets_anything_through(
    formats: dict[str, Any], form: str, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "message"
    for name, data in messages():
        file.write_bytes(data)
        assert main(["parse", f"unescaped_formats:{name}", f"@{file}", "--format", form]) in {0, 1}
        captured = capfd.readouterr()
        assert_harmless(captured.out, f"{form} of {name} {data!r}")
        assert_harmless(captured.err, f"complaint about {name} {data!r}")


@pytest.mark.parametrize("form", ["text", "tree", "jsonl"])
@pytest.mark.parametrize("name", ["Latin", "Utf8", "Named", "Several", "Blob", "Cstring", "Magic", "Pointed", "Options"])
def test_no_format_of_decode_lets_anything_through(
    formats: dict[str, Any], form: str, name: str, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "capture"
    file.write_bytes(pcap([data for wanted, data in messages() if wanted == name], link_type=147))
    assert main(["decode", str(file), "--as", f"link=147=unescaped_formats:{name}", "--format", form, "--check"]) in {0, 1}
    captured = capfd.readouterr()
    assert captured.out
    assert_harmless(captured.out, f"{form} of {name}")
    assert_harmless(captured.err, f"summary of {name}")


@pytest.mark.parametrize("controls", CONTROLS, ids=ascii)
def test_values_that_cannot_be_built_say_so_harmlessly(formats: dict[str, Any], controls: str) -> None:
    makers: tuple[Callable[[], Any], ...] = (
        lambda: formats["Latin"](words=controls + "\u20ac").build(),
        lambda: formats["Cstring"](words=controls + "\x1b[").build(),
        lambda: formats["Named"](name=controls).build(),
        lambda: formats["Named"](name="a" * 70 + controls).build(),
        lambda: formats["Blob"](data=controls).build(),
        lambda: formats["Magic"](magic=controls.encode(), kind=1).build(),
        lambda: formats["Several"].from_dict({controls: 1}),
        lambda: formats["Several"].from_dict({"kind": controls}),
        lambda: formats["Utf8"].from_json('{"words": "' + controls + '", }'),
    )
    for make in makers:
        try:
            make()
        except (BitwrightError, ValueError) as error:
            assert_harmless(str(error), repr(controls))
