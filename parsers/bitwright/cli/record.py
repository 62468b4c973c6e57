"""`bitwright record`: a relay on loopback that writes down a conversation by UDP or TCP, and decodes it meanwhile."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any, Final

from bitwright.cli.failure import OK, UNREADABLE, USAGE, CommandError
from bitwright.cli.output import Output
from bitwright.cli.quantities import count_of, seconds
from bitwright.cli.terminal import say
from bitwright.cli.walking import row_writer, walker_of

if TYPE_CHECKING:
    import anyio

    from bitwright.capture import Packet
    from bitwright.net.network import Address
    from bitwright.net.relay import Relay
    from bitwright.net.relay.recording import Recorder

HELP: Final = "record and decode what clients and a server say"
DESCRIPTION: Final = """\
Stand between clients and a server, write what they say to a pcapng file, and show it
decoded.  PORT is that of a server on this machine; clients then talk to the port that
is said at the start.  With --to, the server is there, and clients talk to PORT.  Only
programs on this machine can connect.  Ctrl-C ends."""
EXAMPLES: Final = """\
examples:
  bitwright record udp:53 -o dns.pcapng                a server on this machine
  bitwright record udp:5353 --to 192.0.2.1:53 -o dns.pcapng
  bitwright record tcp:5300 --decode dns --format tree -o dns.pcapng
  bitwright record udp:53 -o - | tshark -r -"""

FORMATS: Final = ("text", "tree", "jsonl")
TIMES: Final = ("clock", "date", "relative", "epoch")
_HOST: Final = "127.0.0.1"
_ENDPOINT: Final = re.compile(r"(udp|tcp):(\d{1,5})", re.ASCII)
_TO: Final = re.compile(r"(?:\[([^\]]+)\]|([^:\[\]]+)):(\d{1,5})", re.ASCII)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `record`."""
    parser.add_argument("endpoint", metavar="udp|tcp:PORT", type=_endpoint, help="the server's port; with --to, where clients come")
    parser.add_argument("-o", "--output", metavar="OUT", required=True, help="the pcapng file; - is stdout, and nothing is shown then")
    parser.add_argument("--to", metavar="HOST:PORT", type=_server, help="the server; an IPv6 address in brackets")
    parser.add_argument("--decode", metavar="SPEC", help="what is spoken, where the port does not say: a spec's name, or module:Class")
    parser.add_argument("--format", choices=FORMATS, default="text", help="how it is shown: one line a packet, trees, or JSON lines")
    parser.add_argument("--time", choices=TIMES, default="clock", help="times as UTC clock (the default), UTC date, or seconds")
    parser.add_argument("--limit", metavar="N", type=count_of("packets"), help="stop after N packets")
    parser.add_argument("--seconds", metavar="S", type=seconds(), help="stop after so long")
    parser.add_argument("-q", "--quiet", action="store_true", help="show nothing")


def run(arguments: argparse.Namespace) -> int:
    """Record until it is enough; the exit code."""
    try:
        import anyio
    except ModuleNotFoundError:
        raise CommandError("record talks through anyio, which is not installed: pip install 'bitwright[net]'", UNREADABLE) from None
    shows = not arguments.quiet and arguments.output != "-"
    try:
        with Output(None, live=True) as output:  # also where nothing is shown: a stdout that is closed is told
            anyio.run(_record, arguments, _Display(arguments, output) if shows else None)
    except KeyboardInterrupt:  # where a signal cannot be waited for
        pass
    except BaseExceptionGroup as group:
        raise _first(group) from None
    return OK


class _Display:
    """Shows packets as they come."""

    def __init__(self, arguments: argparse.Namespace, output: Output) -> None:
        self._walker = walker_of(_as_of_decode(arguments))
        self._writer = row_writer(arguments, output)

    def __call__(self, packet: Packet) -> None:
        self._writer.row(self._walker.decode(packet))


def _as_of_decode(arguments: argparse.Namespace) -> argparse.Namespace:
    """What `decode` would have been told: the server's port is bound to the format that is spoken."""
    transport, port = arguments.endpoint
    spec = arguments.decode
    if spec is not None and transport == "tcp" and f"{spec}_tcp" in _specs():
        spec = f"{spec}_tcp"
    arguments.bindings = [] if spec is None else [f"{transport}.port={arguments.to[1] if arguments.to else port}={spec}"]
    arguments.backend, arguments.check, arguments.at_once = None, False, False
    return arguments


def _specs() -> Any:
    from bitwright.stack import spec_entries

    return spec_entries()


async def _record(arguments: argparse.Namespace, display: _Display | None) -> None:
    import anyio

    from bitwright.net.relay import Relay

    transport, port = arguments.endpoint
    server = await _resolved(arguments.to or (_HOST, port), transport)
    here = (_HOST, port if arguments.to else 0)
    enough = anyio.CancelScope()
    recorder = _recorder(arguments, display, enough)
    try:
        relay = Relay(to=server, tap=recorder, udp=here if transport == "udp" else None, tcp=here if transport == "tcp" else None)
        async with anyio.create_task_group() as group:
            with enough:
                try:
                    await group.start(relay.run)
                except OSError as error:
                    raise CommandError(f"{transport}:{here[1]}: cannot be listened at: {error.strerror or error}", UNREADABLE) from None
                if arguments.seconds is not None:
                    enough.deadline = anyio.current_time() + arguments.seconds
                _say_where(relay, transport, server)
                await _until_told()
            group.cancel_scope.cancel()
    finally:
        recorder.close()
        say(f"{recorder.writer.packets_written} packets in {arguments.output}")


def _say_where(relay: Relay, transport: str, server: Address) -> None:
    host, port = (relay.udp_address if transport == "udp" else relay.tcp_address) or ("", 0)
    where = f"[{server[0]}]" if ":" in server[0] else server[0]
    say(f"talk {transport} to {host}:{port} instead of {where}:{server[1]}; Ctrl-C ends")


def _recorder(arguments: argparse.Namespace, display: _Display | None, enough: anyio.CancelScope) -> Recorder:
    """Writes to the file; CommandError if it cannot be opened, or nothing makes packets."""
    import sys

    from bitwright import __version__
    from bitwright.net.relay.recording import Recorder, installed_encapsulation

    def watch(packet: Packet) -> None:
        if display is not None:
            display(packet)
        if packet.number == arguments.limit:
            recorder.stop()
            enough.cancel()

    target: Any = sys.stdout.buffer if arguments.output == "-" else arguments.output
    try:
        recorder = Recorder(target, installed_encapsulation(), application=f"bitwright {__version__}", name="relay", watch=watch)
    except OSError as error:
        raise CommandError(f"{arguments.output}: cannot be written: {error.strerror}", UNREADABLE) from None
    except LookupError as error:
        raise CommandError(str(error), UNREADABLE) from None
    return recorder


async def _until_told() -> None:
    """Return when a signal asks for the end."""
    import signal

    import anyio

    try:
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for _ in signals:
                return
    except NotImplementedError:  # Windows: Ctrl-C raises KeyboardInterrupt
        await anyio.sleep_forever()


async def _resolved(address: Address, transport: str) -> Address:
    """With the host's address instead of its name, which a packet has no room for."""
    import socket

    import anyio

    try:
        found = await anyio.getaddrinfo(*address, type=socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise CommandError(f"{address[0]!r} is no address: {getattr(error, 'strerror', None) or error}", USAGE) from None
    host, port, *_ = found[0][4]
    return str(host), int(port)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The exception that ended all the others."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
        return CommandError(f"the recording cannot be written: {error.strerror or error}", UNREADABLE)
    return error


def _endpoint(text: str) -> tuple[str, int]:
    found = _ENDPOINT.fullmatch(text)
    if found is None or not 0 < int(found[2]) < 65_536:
        raise argparse.ArgumentTypeError(f"{text!r}: write udp:PORT or tcp:PORT, with a port from 1 to 65535")
    return found[1], int(found[2])


def _server(text: str) -> tuple[str, int]:
    found = _TO.fullmatch(text)
    if found is None or not 0 < int(found[3]) < 65_536:
        raise argparse.ArgumentTypeError(f"{text!r}: write HOST:PORT, an IPv6 address in brackets")
    return found[1] or found[2], int(found[3])
