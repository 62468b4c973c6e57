"""The vocabulary of content: bytes, text, payloads, addresses, domain names."""

from __future__ import annotations

from typing import Any

from bitwright.errors import declaration_error
from bitwright.schema import spec
from bitwright.schema.draft import UNSET, check_yes_or_no, field, length_prefix, one_delimiter, optional_node
from bitwright.schema.expr import Const, Scope, call_site
from bitwright.values import Address, IPv4Address, IPv6Address, MACAddress, Name


def raw(*, size: int = UNSET, prefix: int = UNSET, terminator: bytes = UNSET, default: bytes = UNSET, doc: str = "") -> bytes:
    r"""Bytes: of `size`, after a length `prefix`, up to a `terminator`, or to the end of the region.

    `raw(size=length - 8)`, `raw(prefix=u8())`, `raw(terminator=b"\0")` (not part of the value), `raw()`.
    """
    one_delimiter("raw()", size=size, prefix=prefix, terminator=terminator)
    end = _terminator(terminator)

    def make(scope: Scope) -> spec.WireType:
        return spec.BytesType(optional_node(size, scope), length_prefix(prefix, scope), end)

    return field(make, default=default, doc=doc)  # type: ignore[no-any-return]  # a proxy at run time


def payload(*, size: int = UNSET, default: bytes = b"", doc: str = "") -> bytes:
    """The bytes of the layer above: `size` bytes, or the rest of the region."""

    def make(scope: Scope) -> spec.WireType:
        return spec.BytesType(optional_node(size, scope), payload=True)

    return field(make, default=default, doc=doc)  # type: ignore[no-any-return]  # a proxy at run time


def text(
    *, size: int = UNSET, prefix: int = UNSET, terminator: bytes = UNSET, encoding: str = "utf-8", default: str = UNSET, doc: str = ""
) -> str:
    """Text in `encoding`, delimited like `raw`; invalid text is a ParseError."""
    one_delimiter("text()", size=size, prefix=prefix, terminator=terminator)
    end = _terminator(terminator)
    try:
        unit = len("ab".encode(encoding)) - len("a".encode(encoding))
    except (LookupError, TypeError):
        raise declaration_error(f'Python knows no text encoding {encoding!r}; write "utf-8", "ascii" or such', call_site()) from None
    if unit > 1 and end is not None:
        raise declaration_error(f"a terminator could be found inside a character of {encoding}; write size= or prefix=", call_site())

    def make(scope: Scope) -> spec.WireType:
        return spec.TextType(encoding, optional_node(size, scope), length_prefix(prefix, scope), end)

    return field(make, default=default, doc=doc)  # type: ignore[no-any-return]  # a proxy at run time


def _terminator(value: Any) -> bytes | None:
    if value is UNSET or value is None:
        return None
    if isinstance(value, bytes) and value:
        return value
    raise declaration_error(f"terminator={value!r}: give one or more bytes, such as b'\\0'", call_site())


def _address(as_type: type[Address], default: Any, doc: str) -> Any:
    return field(lambda scope: spec.BytesType(Const(as_type.SIZE), as_type=as_type), default=default, doc=doc)


def ipv4(*, default: IPv4Address = UNSET, doc: str = "") -> IPv4Address:
    """An IPv4 address, 4 bytes."""
    return _address(IPv4Address, default, doc)  # type: ignore[no-any-return]  # a proxy at run time


def ipv6(*, default: IPv6Address = UNSET, doc: str = "") -> IPv6Address:
    """An IPv6 address, 16 bytes."""
    return _address(IPv6Address, default, doc)  # type: ignore[no-any-return]  # a proxy at run time


def mac(*, default: MACAddress = UNSET, doc: str = "") -> MACAddress:
    """A 48-bit hardware address, 6 bytes."""
    return _address(MACAddress, default, doc)  # type: ignore[no-any-return]  # a proxy at run time


def domain_name(*, compress: bool = True, default: Name = UNSET, doc: str = "") -> Name:
    """A domain name (RFC 1035, 3.1 and 4.1.4), as absolute text in presentation form ("www.example.").

    Compressed names are read everywhere; `compress=False` writes it in full (RFC 3597, section 4,
    for types newer than RFC 1035).  Pointers count from the first byte of the nearest enclosing
    struct declared with `origin=True`, or of the outermost one.
    """
    check_yes_or_no(compress=compress)
    return field(lambda scope: spec.NameType(compress), default=default, doc=doc)  # type: ignore[no-any-return]  # a proxy
