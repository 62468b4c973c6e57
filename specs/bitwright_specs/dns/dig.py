"""`bitwright dig`: one question to a name server, and what it answers."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bitwright.commands import OK, UNREADABLE, USAGE, CommandError, Output, message_tree, pretty_json

if TYPE_CHECKING:
    from bitwright_specs.dns.enums import Class, Type
    from bitwright_specs.dns.resolver import Resolution

HELP: Final = "ask a name server (DNS)"
DESCRIPTION: Final = """\
Ask a name server for the records of a name, by UDP with EDNS, and by TCP what does not fit.
Words may come in any order, and some of dig's are understood: +tcp, +short, +norecurse,
+dnssec, +noedns, +bufsize=N, +time=N, +tries=N, -x ADDRESS.  The exit code is 0 when an
answer came, whatever it says, and 3 when none did."""
EXAMPLES: Final = """\
examples:
  bitwright dig www.example A @127.0.0.1 -p 5300
  bitwright dig example.com MX @9.9.9.9 --format tree
  bitwright dig -x 192.0.2.1 @127.0.0.1 +short
  bitwright dig example AXFR @127.0.0.1 -p 5300"""

FORMATS: Final = ("text", "short", "tree", "json")
_RESOLV_CONF: Final = Path("/etc/resolv.conf")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `dig`."""
    parser.add_argument("words", metavar="NAME|TYPE|CLASS|@SERVER", nargs="*", help="what to ask whom (default: A, the system's server)")
    parser.add_argument("-x", metavar="ADDRESS", dest="reverse", help="the name of an address: PTR below in-addr.arpa or ip6.arpa")
    parser.add_argument("-p", "--port", type=int, default=53, help="of the server (default: 53)")
    parser.add_argument("--tcp", action="store_true", help="by TCP from the first")
    parser.add_argument("--timeout", type=float, default=3.0, metavar="SECONDS", help="for an answer, each time (default: 3)")
    parser.add_argument("--tries", type=int, default=3, metavar="N", help="how often to ask by UDP (default: 3)")
    parser.add_argument("--payload", type=int, default=1232, metavar="BYTES", help="of a datagram that can be taken (default: 1232)")
    parser.add_argument("--no-edns", action="store_true", help="as before 1999: datagrams of 512 bytes")
    parser.add_argument("--dnssec", action="store_true", help="ask for DNSSEC records (DO)")
    parser.add_argument("--no-recursion", action="store_true", help="ask for what the server itself knows")
    parser.add_argument("--format", choices=FORMATS, default="text", help="text (the default), data alone, a tree, or JSON for `build`")
    parser.add_argument("-o", "--output", metavar="OUT", help="write there instead of stdout")


# Words of dig: what they set, and to what; those with "=" take a number.
_PLUS: Final[dict[str, tuple[str, object]]] = {
    "tcp": ("tcp", True), "vc": ("tcp", True), "notcp": ("tcp", False), "short": ("format", "short"), "norecurse": ("no_recursion", True),
    "norec": ("no_recursion", True), "dnssec": ("dnssec", True), "noedns": ("no_edns", True), "bufsize=": ("payload", int),
    "time=": ("timeout", float), "timeout=": ("timeout", float), "tries=": ("tries", int),
}  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Ask and show; the exit code."""
    try:
        import anyio
    except ModuleNotFoundError:
        raise CommandError("dig talks through anyio, which is not installed: pip install 'bitwright[net]'", UNREADABLE) from None
    from bitwright.net import NetError
    from bitwright_specs.dns.enums import Type

    wanted = _wanted(arguments)
    at = f"{wanted.server}, port {arguments.port}"
    try:
        with Output(arguments.output) as output:
            if wanted.kind == Type.AXFR:
                anyio.run(_transfer, wanted, arguments, output)
            else:
                _show(anyio.run(_ask, wanted, arguments), arguments, output)
    except NetError as error:
        raise CommandError(f"{at}: {error}", UNREADABLE) from None
    except OSError as error:
        raise CommandError(f"{at}: {error.strerror or error}", UNREADABLE) from None
    return OK


@dataclasses.dataclass(slots=True)
class Wanted:
    """What the words ask for."""

    name: str
    kind: Type
    rclass: Class
    server: str


def _wanted(arguments: argparse.Namespace) -> Wanted:
    """The question, of which `arguments` gets what words with a plus say; CommandError where they mean nothing."""
    from bitwright_specs.dns.domains import absolute
    from bitwright_specs.dns.enums import Class, Type
    from bitwright_specs.dns.presentation_forms import type_of
    from bitwright_specs.dns.resolver import reverse_name

    server, names, kinds, classes = "", list[str](), list[Type](), list[Class]()
    for word in arguments.words:
        if word.startswith("@"):
            server = word[1:]
        elif word.startswith("+"):
            _set(arguments, word[1:])
        elif (found := _or_none(type_of, word)) is not None and not kinds:
            kinds.append(found)
        elif word.upper() in ("IN", "CH", "HS") and not classes:
            classes.append(Class[word.upper()])
        else:
            names.append(word)
    if len(names) + bool(arguments.reverse) != 1:
        there = f"{', '.join(names)} are {len(names)}" if len(names) > 1 else f"-x and {names[0]} are two" if names else "there is none"
        raise CommandError(f"one name is asked for, {there}; see bitwright dig --help", USAGE)
    try:
        asked = names[0] if names else reverse_name(arguments.reverse)
        name = absolute(asked if asked.isascii() else asked.encode("idna").decode(), ".")
    except ValueError as error:
        raise CommandError(f"{error}; see bitwright dig --help", USAGE) from None
    _check(arguments)
    kind = kinds[0] if kinds else Type.PTR if arguments.reverse else Type.A
    return Wanted(name, kind, classes[0] if classes else Class.IN, server or _usual_server())


def _or_none(read: Callable[[str], Type], word: str) -> Type | None:
    try:
        return read(word)
    except ValueError:
        return None


def _set(arguments: argparse.Namespace, word: str) -> None:
    name, equals, value = word.partition("=")
    if (known := _PLUS.get(name + equals)) is None:
        words = " ".join(f"+{each}" for each in _PLUS)
        raise CommandError(f"+{word}: means nothing here; there are {words}", USAGE)
    attribute, meaning = known
    try:
        setattr(arguments, attribute, meaning(value) if isinstance(meaning, type) else meaning)
    except ValueError:
        raise CommandError(f"+{word}: {value!r} is no number", USAGE) from None


def _check(arguments: argparse.Namespace) -> None:
    for what, value, least, most in (
        ("port", arguments.port, 1, 65535), ("number of tries", arguments.tries, 1, 100),
        ("number of seconds", arguments.timeout, 0.001, 3600),
        ("payload", arguments.payload, 0, 65535),
    ):  # fmt: skip
        if not least <= value <= most:
            raise CommandError(f"{value} is no {what}: from {least} to {most}", USAGE)


def _usual_server() -> str:
    """The first name server of the system; CommandError if it names none."""
    try:
        lines = _RESOLV_CONF.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise CommandError(f"{_RESOLV_CONF}: cannot be read: {error.strerror}; name a server: @127.0.0.1", UNREADABLE) from None
    for line in lines:
        words = line.split()
        if words[:1] == ["nameserver"] and len(words) > 1:
            return words[1]
    raise CommandError(f"{_RESOLV_CONF}: names no nameserver; name one: @127.0.0.1", USAGE)


async def _ask(wanted: Wanted, arguments: argparse.Namespace) -> Resolution:
    from bitwright_specs.dns.edns import DNSSEC_OK, Edns
    from bitwright_specs.dns.message import Message
    from bitwright_specs.dns.resolver import Asking, question, resolve

    edns = Edns(udp_payload_size=arguments.payload, flags=DNSSEC_OK if arguments.dnssec else 0)
    asking = Asking(
        timeout=arguments.timeout, tries=arguments.tries, tcp=arguments.tcp, recursion=not arguments.no_recursion,
        edns=None if arguments.no_edns else edns,
    )  # fmt: skip
    asked = question(wanted.name, wanted.kind, wanted.rclass, asking)
    Message.parse(asked.build())  # what is made with the first message is not the server's time
    return await resolve(wanted.name, wanted.kind, (wanted.server, arguments.port), rclass=wanted.rclass, asking=asking)


async def _transfer(wanted: Wanted, arguments: argparse.Namespace, output: Output) -> None:
    from bitwright_specs.dns.master import record_text
    from bitwright_specs.dns.resolver import transfer

    async for record in transfer(wanted.name, (wanted.server, arguments.port), timeout=arguments.timeout):
        output.line(record_text(record))


def _show(found: Resolution, arguments: argparse.Namespace, output: Output) -> None:
    from bitwright.plain import plain_value
    from bitwright_specs.dns.dig_text import message_text
    from bitwright_specs.dns.presentation import data_text

    note = f"{found.transport.upper()}, {found.server[0]} port {found.server[1]}, {found.seconds * 1000:.0f} ms"
    if arguments.format == "json":
        output.line(pretty_json(plain_value(found.reply)))
    elif arguments.format == "tree":
        output.line(message_tree(found.reply, output, note))
    elif arguments.format == "short":
        for record in found.reply.answers:
            output.line(data_text(record.type, record.rdata))
    else:
        for line in message_text(found.reply):
            output.line(line)
        output.line("")
        output.line(f";; {note}")
