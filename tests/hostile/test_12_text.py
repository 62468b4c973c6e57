"""Class 12: text that is none, NUL and other control characters, dots inside labels: a typed error, or every byte comes back."""

from __future__ import annotations

from typing import Any

import pytest

from bitwright import Name, Struct, domain_name, text, u8
from bitwright.schema import spec
from tests.engines.agreement import agreed
from tests.hostile import quick
from tests.hostile.corpus import corpus
from tests.hostile.places import tree_of


class Utf8(Struct):
    """The usual encoding."""

    words: str = text(prefix=u8())


class Ascii(Struct):
    """Seven bits."""

    words: str = text(prefix=u8(), encoding="ascii")


class Latin(Struct):
    """Every byte is a character."""

    words: str = text(prefix=u8(), encoding="latin-1")


class Wide(Struct):
    """Two bytes a unit, with surrogates."""

    words: str = text(prefix=u8(), encoding="utf-16-be")


class Ended(Struct):
    """Up to a NUL."""

    words: str = text(terminator=b"\0")


class Host(Struct):
    """A domain name."""

    name: Name = domain_name()


@pytest.mark.parametrize("struct", [Utf8, Ascii, Latin, Wide, Ended])
@pytest.mark.parametrize("around", [(b"", b""), (b"ab", b"cd"), (b"\xd8", b""), (b"\xe2\x82", b"")])
def test_every_byte_in_every_text(struct: Any, around: tuple[bytes, bytes]) -> None:
    for byte in range(256):
        content = around[0] + bytes([byte]) + around[1]
        data = content + b"\0" if struct is Ended else bytes([len(content)]) + content
        found = agreed(struct, "parse", data)
        if found.ok:
            assert agreed(struct, "build", found.value).value == data
        else:
            assert found.problem.code in ("bad-text", "unconsumed"), found.error


def test_the_place_of_the_wrong_byte_is_told() -> None:
    error = agreed(Utf8, "parse", b"\4ab\xffc").problem
    assert (error.code, error.path, error.bit_offset) == ("bad-text", "words", 24)


@pytest.mark.parametrize("first", [b"", b".", b"\\", b"\0", b"@", b"a.b", b"\xff\x00"])
def test_every_byte_in_a_label(first: bytes) -> None:
    for byte in range(256):
        label = first + bytes([byte])
        data = bytes([len(label)]) + label + b"\0"
        found = agreed(Host, "parse", data)
        assert found.ok
        assert agreed(Host, "build", found.value).value == data
        assert all(0x21 <= ord(character) <= 0x7E for character in found.value.name)


def test_text_that_cannot_be_written_is_refused() -> None:
    assert agreed(Utf8, "build", Utf8(words="\ud800")).problem.code == "text"
    assert agreed(Ascii, "build", Ascii(words="é")).problem.code == "text"
    assert agreed(Ended, "build", Ended(words="a\0b")).problem.code == "size"


@pytest.mark.parametrize("name", sorted({sample.name for sample in corpus()}))
def test_every_byte_in_every_text_and_name_of_every_format(name: str) -> None:
    """One message for each field of a class: its first and its last byte take all 256 values, and what is read is given back.

    Of DNS, whose records hold very many names, the first twelve fields; of the others every fifth value.
    """
    met: set[tuple[type, Any]] = set()
    for sample in (sample for sample in corpus() if sample.name == name):
        for node in tree_of(sample).root.walk():
            key = type(node.owner.value if node.owner is not None else None), node.key
            if not isinstance(node.content, spec.TextType | spec.NameType) or node.end - node.begin < 8 or key in met:
                continue
            met.add(key)
            for place in {node.begin // 8, node.end // 8 - 1}:
                for byte in range(256) if len(met) < 12 else range(0, 256, 5):
                    data = sample.data[:place] + bytes([byte]) + sample.data[place + 1 :]
                    found = quick.read(sample.struct, data)
                    if found.ok and byte % 5 == 0:
                        assert sample.struct.parse(data, keep=True).build() == data
