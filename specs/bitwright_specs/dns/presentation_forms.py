"""How the fields of records are written in master files: one form a kind of field, and which type has which, in order.

Promise: a form reads what it writes.  The layouts are those of the RFCs that define the types; a type that is not here has the
form of RFC 3597 alone.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime as dt
import ipaddress
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from bitwright_specs.dns.bitmap import types_of, windows_of
from bitwright_specs.dns.domains import absolute
from bitwright_specs.dns.enums import Type

_LONGEST: Final = 255  # bytes of a character string (RFC 1035, section 3.3)
_GENERIC_TYPE = re.compile(r"TYPE([0-9]{1,5})", re.IGNORECASE)
_ESCAPE = re.compile(rb"\\([0-9]{3}|.)", re.DOTALL)


@dataclasses.dataclass(frozen=True, slots=True)
class Form:
    """A kind of field: how it is written, and how its tokens are read; `rest`: it takes all tokens that are left."""

    write: Callable[[Any], str]
    read: Callable[[Sequence[str], str | None], Any]
    rest: bool = False


def quoted(text: bytes) -> str:
    """A character string (RFC 1035, section 5.1)."""
    return '"' + "".join(_QUOTED[c] for c in text) + '"'


_QUOTED = [f"\\{chr(c)}" if c in b'"\\' else chr(c) if 0x20 <= c < 0x7F else f"\\{c:03d}" for c in range(256)]


def unquoted(token: str) -> bytes:
    """The bytes of a token, its escapes resolved; ValueError where they mean nothing."""
    return _ESCAPE.sub(_unescaped, token.encode())


def _unescaped(found: re.Match[bytes]) -> bytes:
    what = found[1]
    return bytes([int(what)]) if len(what) == 3 else what  # ValueError above 255


def type_of(text: str) -> Type:
    """A record type by its mnemonic, hyphen or underscore, or as TYPE65280 (RFC 3597, section 5); ValueError."""
    generic = _GENERIC_TYPE.fullmatch(text)
    if generic and int(generic[1]) < 1 << 16:
        return Type(int(generic[1]))
    try:
        return Type[text.upper().replace("-", "_")]
    except KeyError:
        raise ValueError(f"{text!r} is no record type; one without a name is written as TYPE65280") from None


def type_text(kind: int) -> str:
    """The mnemonic of a type, or TYPE65280 (RFC 3597, section 5)."""
    name = Type(kind).name or f"TYPE{int(kind)}"
    return name.replace("_", "-")


def _number(tokens: Sequence[str], _: str | None) -> int:
    if not tokens[0].isascii() or not tokens[0].isdigit():
        raise ValueError(f"{tokens[0]!r} is no number")
    return int(tokens[0])


def _letters(text: str) -> str:
    if not (text.isascii() and text.isalnum()):
        raise ValueError(f"{text!r} has other characters than letters and digits")
    return text


def _one_of(tokens: Sequence[str], no: int, yes: int) -> bool:
    found = _number(tokens, None)
    if found not in (no, yes):
        raise ValueError(f"{found}: the flags are {no} or {yes}; others are written as bytes (RFC 3597)")
    return found == yes


def _name(tokens: Sequence[str], origin: str | None) -> str:
    return absolute(tokens[0], origin)


def _string(tokens: Sequence[str], _: str | None) -> bytes:
    found = unquoted(tokens[0])
    if len(found) > _LONGEST:
        raise ValueError(f"a string of {len(found)} bytes; one has at most {_LONGEST}")
    return found


def _hex(tokens: Sequence[str], _: str | None) -> bytes:
    try:
        return bytes.fromhex("".join(tokens))
    except ValueError:
        raise ValueError(f"{' '.join(tokens)!r} is no hexadecimal text") from None


def _base64(tokens: Sequence[str], _: str | None) -> bytes:
    try:
        return base64.b64decode("".join(tokens), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{' '.join(tokens)!r} is no base64 text") from None


def _base32(tokens: Sequence[str], _: str | None) -> bytes:
    text = tokens[0].upper()
    try:
        return base64.b32hexdecode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        raise ValueError(f"{tokens[0]!r} is no base32 text (RFC 4648, section 7)") from None


def _salt(tokens: Sequence[str], origin: str | None) -> bytes:
    return b"" if tokens[0] == "-" else _hex(tokens, origin)


def _time(tokens: Sequence[str], _: str | None) -> dt.datetime:
    try:
        return dt.datetime.strptime(tokens[0], "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)
    except ValueError:
        raise ValueError(f"{tokens[0]!r} is no time as in 20260131235959") from None


FORMS: Final = {
    "number": Form(lambda value: str(int(value)), _number),
    "name": Form(str, _name),
    "ipv4": Form(str, lambda tokens, _: ipaddress.IPv4Address(tokens[0])),
    "ipv6": Form(str, lambda tokens, _: ipaddress.IPv6Address(tokens[0])),
    "string": Form(quoted, _string),
    "strings": Form(lambda values: " ".join(map(quoted, values)), lambda tokens, _: [_string([one], None) for one in tokens], rest=True),
    "text": Form(quoted, lambda tokens, _: unquoted(tokens[0])),
    "hex": Form(lambda value: value.hex().upper(), _hex, rest=True),
    "base64": Form(lambda value: base64.b64encode(value).decode(), _base64, rest=True),
    "base32": Form(lambda value: base64.b32hexencode(value).decode().rstrip("="), _base32),
    "salt": Form(lambda value: value.hex().upper() or "-", _salt),
    "type": Form(type_text, lambda tokens, _: type_of(tokens[0])),
    "types": Form(
        lambda windows: " ".join(map(type_text, types_of(windows))), lambda tokens, _: windows_of(map(type_of, tokens)), rest=True
    ),
    "time": Form(lambda value: value.datetime().strftime("%Y%m%d%H%M%S"), _time),
    "critical": Form(lambda value: "128" if value else "0", lambda tokens, _: _one_of(tokens, 0, 128)),
    "opt_out": Form(lambda value: str(int(value)), lambda tokens, _: _one_of(tokens, 0, 1)),
    "letters": Form(lambda value: _letters(value.decode("ascii")), lambda tokens, _: _letters(tokens[0]).encode("ascii")),
    "octets": Form(lambda value: value.hex("-"), lambda tokens, _: bytes.fromhex(tokens[0].replace("-", ""))),
    "words": Form(lambda value: value.hex(":", 2), lambda tokens, _: bytes.fromhex(tokens[0].replace(":", ""))),
}  # fmt: skip

_PREFERENCE = "preference=number "
_DIGEST = "key_tag=number algorithm=number digest_type=number digest=hex"
_KEY = "flags=number protocol=number algorithm=number public_key=base64"
_SIGNATURE = (
    "type_covered=type algorithm=number labels=number original_ttl=number expiration=time inception=time key_tag=number "
    "signer_name=name signature=base64"
)
_CERTIFICATE = "usage=number selector=number matching_type=number data=hex"

LAYOUTS: Final[dict[Type, str]] = {
    Type.A: "address=ipv4",
    Type.AAAA: "address=ipv6",
    Type.NS: "nsdname=name",
    Type.CNAME: "cname=name",
    Type.PTR: "ptrdname=name",
    Type.DNAME: "target=name",
    Type.MB: "madname=name",
    Type.MG: "mgmname=name",
    Type.MR: "newname=name",
    Type.MINFO: "rmailbx=name emailbx=name",
    Type.MX: _PREFERENCE + "exchange=name",
    Type.SOA: "mname=name rname=name serial=number refresh=number retry=number expire=number minimum=number",
    Type.TXT: "strings=strings",
    Type.SPF: "strings=strings",
    Type.AVC: "strings=strings",
    Type.NINFO: "strings=strings",
    Type.RESINFO: "strings=strings",
    Type.WALLET: "strings=strings",
    Type.HINFO: "cpu=string os=string",
    Type.X25: "psdn_address=string",
    Type.GPOS: "longitude=string latitude=string altitude=string",
    Type.RP: "mbox=name txt=name",
    Type.AFSDB: "subtype=number hostname=name",
    Type.RT: _PREFERENCE + "intermediate_host=name",
    Type.KX: _PREFERENCE + "exchanger=name",
    Type.PX: _PREFERENCE + "map822=name mapx400=name",
    Type.LP: _PREFERENCE + "fqdn=name",
    Type.L32: _PREFERENCE + "locator32=ipv4",
    Type.L64: _PREFERENCE + "locator64=words",
    Type.NID: _PREFERENCE + "node_id=words",
    Type.EUI48: "address=octets",
    Type.EUI64: "address=octets",
    Type.SRV: "priority=number weight=number port=number target=name",
    Type.NAPTR: "order=number preference=number flags=string services=string regexp=string replacement=name",
    Type.URI: "priority=number weight=number target=text",
    Type.CAA: "critical=critical tag=letters value=text",
    Type.DS: _DIGEST,
    Type.CDS: _DIGEST,
    Type.DLV: _DIGEST,
    Type.TA: _DIGEST,
    Type.DNSKEY: _KEY,
    Type.CDNSKEY: _KEY,
    Type.KEY: _KEY,
    Type.RRSIG: _SIGNATURE,
    Type.NSEC: "next_domain_name=name type_bitmaps=types",
    Type.NSEC3: "hash_algorithm=number opt_out=opt_out iterations=number salt=salt next_hashed_owner_name=base32 type_bitmaps=types",
    Type.NSEC3PARAM: "hash_algorithm=number flags=number iterations=number salt=salt",
    Type.CSYNC: "soa_serial=number flags=number type_bitmaps=types",
    Type.TLSA: _CERTIFICATE,
    Type.SMIMEA: _CERTIFICATE,
    Type.SSHFP: "algorithm=number fingerprint_type=number fingerprint=hex",
    Type.CERT: "certificate_type=number key_tag=number algorithm=number certificate_or_crl=base64",
    Type.OPENPGPKEY: "public_key=base64",
    Type.ZONEMD: "serial=number scheme=number hash_algorithm=number digest=hex",
}
