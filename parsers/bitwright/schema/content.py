"""The vocabulary of content: bytes, text, payloads, addresses, domain names."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from bitwright.errors import declaration_error
from bitwright.field_codec import FieldCodec
from bitwright.schema import spec
from bitwright.schema.draft import (
    UNSET,
    Draft,
    check_yes_or_no,
    draft_of,
    field,
    inner_type,
    is_whole,
    length_prefix,
    one_delimiter,
    optional_node,
    some_bytes,
)  # fmt: skip
from bitwright.schema.expr import Const, Scope, call_site
from bitwright.values import UUID, Address, IPv4Address, IPv6Address, MACAddress, Name

T = TypeVar("T")


def raw(
    *, size: int = UNSET, prefix: int = UNSET, terminator: bytes = UNSET, pad: bytes = UNSET, default: bytes = UNSET, doc: str = ""
) -> bytes:
    r"""Bytes: of `size`, after a length `prefix`, up to a `terminator`, or to the end of the region.

    `raw(size=length - 8)`, `raw(prefix=u8())`, `raw(terminator=b"\0")` (not part of the value), `raw()`.
    An area that they need not fill: `raw(size=16, pad=b"\0")`, `raw(size=16, terminator=b"\0")`.
    """
    end, filler = _delimiters("raw()", 1, size, prefix, terminator, pad)

    def make(scope: Scope) -> spec.WireType:
        return spec.BytesType(optional_node(size, scope), length_prefix(prefix, scope), end, pad=filler)

    return field(make, default=default, doc=doc)  # type: ignore[no-any-return]  # a proxy at run time


def coded(
    codec: FieldCodec[T], inner: bytes = UNSET, /, *, size: int = UNSET, prefix: int = UNSET, terminator: bytes = UNSET,
    default: T = UNSET, doc: str = "",
) -> T:  # fmt: skip
    """What a codec written in Python makes of the bytes.

    They are delimited like `raw`, `coded(MyCodec(), size=n)` or `coded(Zlib(), raw(prefix=u16()))`; without any of these the
    codec itself says where they end.
    """
    if not isinstance(codec, FieldCodec):
        raise declaration_error(f"coded() takes a codec, an instance of a subclass of FieldCodec, not {codec!r}", call_site())
    one_delimiter("coded()", size=size, prefix=prefix, terminator=terminator)
    end = some_bytes("terminator", terminator)
    draft: Draft | None = None if inner is UNSET else draft_of(inner, "coded()")
    if draft is not None and any(value is not UNSET for value in (size, prefix, terminator)):
        raise declaration_error("coded() is delimited twice; keep raw(...), or size=, prefix= or terminator=", call_site())

    def make(scope: Scope) -> spec.WireType:
        if draft is None:
            made = spec.BytesType(optional_node(size, scope), length_prefix(prefix, scope), end)
            unsized = made == spec.BytesType()
        else:
            inside, unsized = inner_type(draft, scope, "coded()"), False
            if not isinstance(inside, spec.BytesType) or isinstance(inside, spec.CodedType) or inside.as_type is not bytes:
                raise scope.error("coded() takes bytes: raw(...) with a size=, a prefix= or a terminator=, or to the end")
            made = inside
        return spec.CodedType(made.size, made.prefix, made.terminator, pad=made.pad, codec=codec, unsized=unsized)

    return field(make, default=default, doc=doc)  # type: ignore[no-any-return]  # a proxy at run time


def payload(*, size: int = UNSET, default: bytes = b"", doc: str = "") -> bytes:
    """The bytes of the layer above: `size` bytes, or the rest of the region."""

    def make(scope: Scope) -> spec.WireType:
        return spec.BytesType(optional_node(size, scope), payload=True)

    return field(make, default=default, doc=doc)  # type: ignore[no-any-return]  # a proxy at run time


def text(
    *, size: int = UNSET, prefix: int = UNSET, terminator: bytes = UNSET, pad: bytes = UNSET, encoding: str = "utf-8",
    default: str = UNSET, doc: str = "",
) -> str:  # fmt: skip
    """Text in `encoding`, delimited like `raw`; invalid text is a ParseError.

    A terminator and a padding are looked for at whole units: every 2 bytes in UTF-16, every 4 in UTF-32.
    """
    try:
        unit = len("ab".encode(encoding)) - len("a".encode(encoding))
    except (LookupError, TypeError, ValueError):
        raise declaration_error(f'Python knows no text encoding {encoding!r}; write "utf-8", "ascii" or such', call_site()) from None
    end, filler = _delimiters("text()", unit, size, prefix, terminator, pad)
    if "".encode(encoding) and (is_whole(size) or filler is not None):
        raise declaration_error(
            f"{encoding} begins with a byte order mark when it is written and need not when it is read, so text that filled its {size} "
            f"bytes might not fit them again; name the order: {encoding}-le, {encoding}-be, or utf-8",
            call_site(),
        )

    def make(scope: Scope) -> spec.WireType:
        return spec.TextType(encoding, optional_node(size, scope), length_prefix(prefix, scope), end, filler, unit)

    return field(make, default=default, doc=doc)  # type: ignore[no-any-return]  # a proxy at run time


def _delimiters(what: str, unit: int, size: Any, prefix: Any, terminator: Any, pad: Any) -> tuple[bytes | None, bytes | None]:
    """The terminator, and what fills an area that its content does not."""
    end, filler = some_bytes("terminator", terminator), some_bytes("pad", pad)
    area = size is not UNSET and size is not None and (end is not None or filler is not None)
    one_delimiter(what, size=UNSET if area else size, prefix=prefix, terminator=terminator)
    if area and prefix is not UNSET:
        raise declaration_error(f"{what} ends in two ways, size= and prefix=; keep one", call_site())
    if filler is not None and not area:
        raise declaration_error("pad= fills an area that is larger than its content; say how large: size=16, pad=...", call_site())
    if end is not None and len(end) % unit:
        raise declaration_error(f"terminator={end!r} is not whole characters of the encoding: they have {unit} bytes", call_site())
    if filler is not None and len(filler) != unit:
        raise declaration_error(f"pad={filler!r}: give the {unit} byte{'s' if unit > 1 else ''} of one character", call_site())
    return end, bytes(unit) if area and filler is None else filler


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


def uuid(*, endian: Literal["big", "little"] = "big", default: UUID = UNSET, doc: str = "") -> UUID:
    """A UUID, 16 bytes (RFC 9562); `endian="little"`: the first three parts lie in little endian, as Microsoft has them."""
    if endian not in ("big", "little"):
        raise declaration_error(f'endian={endian!r}: a UUID is "big" (RFC 9562) or "little" (Microsoft)', call_site())
    wire = spec.BytesType(Const(UUID.SIZE), as_type=UUID, mixed=endian == "little")
    return field(lambda scope: wire, default=default, doc=doc)  # type: ignore[no-any-return]  # a proxy at run time


def domain_name(*, compress: bool = True, default: Name = UNSET, doc: str = "") -> Name:
    """A domain name (RFC 1035, 3.1 and 4.1.4), as absolute text in presentation form ("www.example.").

    Compressed names are read everywhere; `compress=False` writes it in full (RFC 3597, section 4,
    for types newer than RFC 1035).  Pointers count from the first byte of the nearest enclosing
    struct declared with `origin=True`, or of the outermost one.
    """
    check_yes_or_no(compress=compress)
    return field(lambda scope: spec.NameType(compress), default=default, doc=doc)  # type: ignore[no-any-return]  # a proxy
