r"""Data of records as master files have them (RFC 1035, section 5.1), both ways: "10 mail.example." and MX(10, "mail.example.").

Promise: every value has a text, and reading that gives the value again: types without a text of their own, and values that theirs
cannot say, have that of RFC 3597, section 5 (`\# 4 C0000201`).  What is no text of a type is refused with a ValueError.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from bitwright import BuildError, ParseError
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.message import Message
from bitwright_specs.dns.presentation_forms import FORMS, LAYOUTS, Form
from bitwright_specs.dns.rdata import Opaque, RData
from bitwright_specs.dns.record import Record

_TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|((?:[^\s"\\]|\\.)+))', re.DOTALL)
_UNKNOWN: Final = "\\#"  # begins data in the form of RFC 3597


def data_text(kind: int, data: RData) -> str:
    """The data of a record of type `kind` as a master file has them."""
    fields = _layout(kind)
    if fields is not None and not isinstance(data, Opaque):
        try:
            text = " ".join(filter(None, [form.write(getattr(data, name)) for name, form in fields]))
            if data_of(kind, text) == data:
                return text
        except ValueError:  # a value that this text cannot say: a time after 9999, letters that are none
            pass
    return generic_text(data)


def generic_text(data: RData) -> str:
    """The data as every name server reads them, whatever the type (RFC 3597, section 5)."""
    wire = data.build()
    return f"{_UNKNOWN} {len(wire)} {wire.hex().upper()}".rstrip()


def data_of(kind: int, text: str, origin: str | None = None) -> RData:
    """The data that `text` means for a record of type `kind`; names without final dot are below `origin`.  ValueError."""
    tokens = tokens_of(text)
    if tokens[:1] == [_UNKNOWN]:
        return _generic(kind, tokens[1:])
    fields = _layout(kind)
    if fields is None:
        raise ValueError(f"{Type(kind)} is written as {_UNKNOWN} LENGTH HEX (RFC 3597), or as a table of its fields")
    values: dict[str, Any] = {}
    for name, form in fields:
        if form.rest:
            values[name], tokens = form.read(tokens, origin), []
            continue
        if not tokens:
            raise ValueError(f"{name} is missing; {Type(kind)} has {', '.join(name for name, _ in fields)}")
        values[name] = form.read(tokens[:1], origin)
        del tokens[0]
    if tokens:
        raise ValueError(f"{tokens[0]!r} is too much; {Type(kind)} has {', '.join(name for name, _ in fields)}")
    return made(kind, values)


def data_of_fields(kind: int, table: dict[str, Any], origin: str | None = None) -> RData:
    """The data whose fields the table gives by name: numbers, texts as in `data_of`, and what else JSON can say.  ValueError."""
    layout = _layout(kind)
    if layout is None:
        return _fitting(kind, lambda data: data.from_dict(table))
    forms = dict(layout)
    values: dict[str, Any] = {}
    for name, value in table.items():
        as_text = name in forms and isinstance(value, str | list)
        values[name] = forms[name].read([value] if isinstance(value, str) else value, origin) if as_text else value
    return made(kind, values)


def made(kind: int, values: dict[str, Any]) -> RData:
    """Data of a type from values, which have to fit; ValueError."""
    return _fitting(kind, lambda data: data(**values))


def _fitting(kind: int, make: Callable[[type[RData]], RData]) -> RData:
    data = _class_of(kind)
    if data is None:
        raise ValueError(f"{Type(kind)} has no fields here; write {_UNKNOWN} LENGTH HEX (RFC 3597)")
    try:
        return data.parse(make(data).build())
    except (BuildError, ParseError) as error:
        raise ValueError(str(error)) from None
    except (TypeError, AttributeError) as error:
        raise ValueError(f"{error}; {Type(kind)} has the fields {', '.join(data.__struct_fields__)}") from None


def tokens_of(text: str) -> list[str]:
    """What stands between spaces, and between quotes; ValueError where a quote or an escape is not ended."""
    found: list[str] = []
    here, text = 0, text.strip()
    while here < len(text):
        token = _TOKEN.match(text, here)
        if token is None:
            raise ValueError(f"{text[here:].strip()!r}: a quote or an escape is not ended")
        found.append(token[1] if token[1] is not None else token[2])
        here = token.end()
    return found


def _generic(kind: int, tokens: Sequence[str]) -> RData:
    digits = "".join(tokens[1:])
    if not tokens or not tokens[0].isdigit():
        raise ValueError(f"after {_UNKNOWN} comes a number of bytes (RFC 3597, section 5)")
    wire = bytes.fromhex(digits)
    if len(wire) != int(tokens[0]):
        raise ValueError(f"{tokens[0]} bytes are announced, and {len(wire)} are there (RFC 3597, section 5)")
    whole = Message(id=0, answers=[Record(name=".", type=Type(kind), ttl=0, rdata=Opaque(data=wire))]).build()
    try:
        return Message.parse(whole).answers[0].rdata
    except ParseError as error:
        raise ValueError(f"{Type(kind)}: {error}") from None


@functools.cache
def _layout(kind: int) -> tuple[tuple[str, Form], ...] | None:
    """The fields that a type's text has, in order, each with its form."""
    layout = LAYOUTS.get(Type(kind))
    return None if layout is None else tuple((name, FORMS[form]) for name, _, form in (each.partition("=") for each in layout.split()))


def _class_of(kind: int) -> type[RData] | None:
    """The class of a type's data; arms may be added at any time."""
    found: type[RData] | None = vars(RData)["__bitwright_union__"].cases.get(kind)
    return found
