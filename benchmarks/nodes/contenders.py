"""Who is measured: the command of each server, what it needs, and how one is started, watched and ended."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from benchmarks.nodes import zone
from bitwright_specs.dns import Message

SBIN: Final = "/usr/sbin:/usr/local/sbin"  # where servers lie, which is not in everybody's PATH
PATIENCE: Final = 30.0  # seconds that a server may take until it answers


@dataclasses.dataclass(frozen=True)
class Contender:
    """A server; `ours` is held to what a server of ours promises, `resolves` says that it answers questions and no mere echo."""

    name: str
    command: Callable[[Path, int], list[str]]
    missing: str | None = None  # the command that installs it, where it is not here
    ours: bool = False
    resolves: bool = True


@dataclasses.dataclass(frozen=True)
class Size:
    """What a process has, memory in bytes and open descriptors, and has used: seconds of a processor; 0 where the system does not tell."""

    memory: int
    descriptors: int
    seconds: float = 0.0


def program(name: str) -> str | None:
    """Where a program lies."""
    return shutil.which(name) or shutil.which(name, path=SBIN)


def contenders() -> list[Contender]:
    """All of them, also those that are not here."""
    python, unbound = sys.executable, program("unbound")
    loops = ["asyncio", *(["uvloop"] if importlib.util.find_spec("uvloop") else []), "trio"]
    return [
        Contender("unbound", lambda home, port: [str(unbound), "-d", "-c", str(zone.unbound(home, port))],
                  None if unbound else "apt-get install unbound"),
        Contender("echo, asyncio", lambda home, port: [python, "-m", "benchmarks.nodes.others", "echo", str(port)], resolves=False),
        *(Contender(f"bitwright, {loop}", ours(loop), _missing("anyio", "bitwright[net]"), ours=True) for loop in loops),
        Contender("dnslib", lambda home, port: [python, "-m", "benchmarks.nodes.others", "dnslib", str(port)],
                  _missing("dnslib", "dnslib")),
    ]  # fmt: skip


def _missing(module: str, package: str) -> str | None:
    return None if importlib.util.find_spec(module) else f"pip install '{package}'"


def ours(loop: str) -> Callable[[Path, int], list[str]]:
    """`bitwright serve dns` on an event loop."""

    def command(home: Path, port: int) -> list[str]:
        return [sys.executable, "-m", "bitwright", "serve", "dns", str(home / "zone.toml"), "--port", str(port), "--loop", loop, "--quiet"]

    return command


@contextlib.contextmanager
def running(contender: Contender, home: Path) -> Iterator[tuple[int, int]]:
    """Its port and process id, once it answers; it is ended afterwards.  RuntimeError, with what it said, where it does not answer."""
    port = free_port()
    log = home / "server.log"
    with log.open("w", encoding="utf-8") as said:
        process = subprocess.Popen(contender.command(home, port), stdout=said, stderr=said, stdin=subprocess.DEVNULL)
        try:
            pinned(process.pid, 0)
            if not answers(contender, port, process):
                raise RuntimeError(f"{contender.name} does not answer:\n{log.read_text(encoding='utf-8')}")
            yield port, process.pid
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """One that is free by UDP and by TCP, below those that systems give to clients: nobody takes it until the server does."""
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with socket.socket(type=socket.SOCK_DGRAM) as datagrams, socket.socket() as streams, contextlib.suppress(OSError):
            datagrams.bind(("127.0.0.1", port))
            streams.bind(("127.0.0.1", port))
            return port


def pinned(pid: int, processor: int) -> None:
    """Keep a process on a processor, where there are two and the system can."""
    if hasattr(os, "sched_setaffinity") and len(there := sorted(os.sched_getaffinity(0))) > processor and len(there) > 1:
        os.sched_setaffinity(pid, {there[processor]})


def answers(contender: Contender, port: int, process: subprocess.Popen[bytes]) -> bool:
    """Whether it answers within the time it may take, and rightly."""
    query = Message(id=4711, rd=True, questions=[zone.question("h7")]).build()
    end = time.monotonic() + PATIENCE
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.connect(("127.0.0.1", port))
        asking.settimeout(0.2)
        while time.monotonic() < end and process.poll() is None:
            try:
                asking.send(query)
                reply = asking.recv(65535)
            except OSError:  # nobody is there yet, or too slow
                time.sleep(0.05)
                continue
            return reply == query if not contender.resolves else zone.right("h7", Message.parse(reply))
    return False


def size_of(pid: int) -> Size:
    """What a process has now."""
    place = Path(f"/proc/{pid}")
    if not place.exists():
        return Size(0, 0)
    status = (place / "status").read_text(encoding="ascii", errors="replace")
    resident = next((int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmRSS")), 0)
    fields = (place / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()  # the name may have blanks
    ticks = int(fields[11]) + int(fields[12])  # its own, and the kernel's for it: fields 14 and 15 of proc(5)
    return Size(resident, len(os.listdir(place / "fd")), ticks / os.sysconf("SC_CLK_TCK"))  # noqa: PTH208
