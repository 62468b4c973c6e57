"""`bitwright serve`: a server of a protocol, until Ctrl-C or SIGTERM.  Which protocols there are, entry points say."""

from __future__ import annotations

import argparse
import signal
import sys
from typing import TYPE_CHECKING, Any, Final

from bitwright.cli.extensions import SERVICES, load, names_of, need, os_error
from bitwright.cli.failure import OK, UNREADABLE, USAGE, CommandError
from bitwright.cli.terminal import say

if TYPE_CHECKING:
    from bitwright.net import Server

HELP: Final = "serve a protocol over UDP and TCP"
DESCRIPTION: Final = """\
Serve a protocol over UDP and TCP until Ctrl-C or SIGTERM, which end it in order: nothing
new is taken, and what is in work is answered.  `bitwright commands` lists the services;
`bitwright serve SERVICE --help` says what one takes.  Other distributions add theirs
through the entry point group bitwright.services."""
EXAMPLES: Final = """\
examples:
  bitwright serve dns samples/example.zone.toml
  bitwright serve dns --help"""

LOOPS: Final = ("auto", "asyncio", "trio", "uvloop")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `serve`; those of a service are its own."""
    parser.add_argument("service", metavar="SERVICE", nargs="?", help="which service")
    parser.add_argument("rest", metavar="...", nargs=argparse.REMAINDER, help="what the service takes: bitwright serve SERVICE --help")


def run(arguments: argparse.Namespace) -> int:
    """Serve until a signal; the exit code."""
    from bitwright.cli.arguments import described_parser

    module: Any = load(arguments.service, need(names_of(SERVICES), "service", arguments.service), needs="server")
    parser = described_parser(f"bitwright serve {arguments.service}", module)
    parser.add_argument("--host", default="127.0.0.1", help="the address at which it is reached (default: 127.0.0.1)")
    parser.add_argument("--port", type=_port, default=module.PORT, help=f"by UDP and TCP; 0: any (default: {module.PORT})")
    parser.add_argument("--loop", choices=LOOPS, default="auto", help="the event loop (default: uvloop if it is installed, else asyncio)")
    parser.add_argument("-q", "--quiet", action="store_true", help="say nothing that is no complaint")
    module.add_arguments(parser)
    return serve(arguments.service, module, parser.parse_intermixed_args(arguments.rest))


def serve(name: str, module: Any, chosen: argparse.Namespace) -> int:
    """Run the server of a service; the exit code."""
    try:
        backend, options = _loop(chosen.loop)
        _anyio().run(_until_signal, name, module, chosen, backend=backend, backend_options=options)
    except OSError as error:
        raise os_error(f"{chosen.host} port {chosen.port}", error) from None
    return OK


async def _until_signal(name: str, module: Any, chosen: argparse.Namespace) -> None:
    import anyio

    from bitwright.net import Hooks

    server: Server[Any] = module.server(chosen, (chosen.host, chosen.port), Hooks())
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with server:
            if not chosen.quiet:
                info = server.info()
                at = [f"{how} {_text(address)}" for how in ("udp", "tcp", "tls") for address in getattr(info, how)]
                say(f"{name}: at {', '.join(at)}; Ctrl-C ends it")
            async for _ in signals:
                break
            await server.shutdown()
    if not chosen.quiet:
        counters = server.info().counters
        wrong = f"{counters.malformed} malformed, {counters.failures} failures"
        say(f"{name}: {counters.received} messages, {counters.answered} answers, {wrong}")


def _anyio() -> Any:
    """The package; CommandError if it is not installed."""
    try:
        import anyio
    except ModuleNotFoundError:
        raise CommandError("serve talks through anyio, which is not installed: pip install 'bitwright[net]'", UNREADABLE) from None
    return anyio


def _loop(wanted: str) -> tuple[str, dict[str, bool]]:
    """The event loop by its name in anyio, and its options; CommandError if it is not installed."""
    import importlib.util

    there = {name: importlib.util.find_spec(name) is not None for name in ("trio", "uvloop")}
    if not there.get(wanted, True):
        raise CommandError(f"{wanted} is not installed: pip install {wanted}", UNREADABLE)
    if wanted == "trio":
        return "trio", {}
    return "asyncio", {"use_uvloop": wanted == "uvloop" or (wanted == "auto" and there["uvloop"] and sys.platform != "win32")}


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise CommandError(f"--port {text!r}: no number from 0 to 65535", USAGE)
    return int(text)


def _text(address: tuple[str, int]) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
