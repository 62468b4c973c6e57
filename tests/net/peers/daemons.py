"""Name servers of Debian, each with the same zone, on loopback and ports that were free.

They are ready when their log says so, and have ended when the block is left.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from bitwright.net.network import Address

ZONE = "bitwright.example."
HOSTS = 300

_ZONE_FILE = f"""\
$ORIGIN {ZONE}
$TTL 3600
@ IN SOA ns hostmaster 1 7200 3600 1209600 300
@ IN NS ns
ns IN A 127.0.0.1
alias IN CNAME host7
many IN TXT {" ".join('"' + chr(97 + n % 26) * 200 + '"' for n in range(20))}
""" + "".join(f"host{n} IN A 192.0.2.{n % 256}\nhost{n} IN AAAA 2001:db8::{n:x}\n" for n in range(HOSTS))

_CONFIGURATIONS = {
    "nsd": """\
server:
  ip-address: 127.0.0.1@{port}
  username: ""
  chroot: ""
  zonesdir: "{home}"
  database: ""
  pidfile: "{home}/nsd.pid"
  xfrdfile: "{home}/xfrd.state"
  zonelistfile: "{home}/zone.list"
  cookie-secret-file: ""
remote-control:
  control-enable: no
zone:
  name: "{zone}"
  zonefile: "zone"
""",
    "knot": """\
server:
  listen: 127.0.0.1@{port}
  rundir: "{home}"
  automatic-acl: off
database:
  storage: "{home}"
log:
  - target: stderr
    any: info
zone:
  - domain: "{zone}"
    file: "{home}/zone"
""",
    "unbound": """\
server:
  interface: 127.0.0.1@{port}
  username: ""
  chroot: ""
  directory: "{home}"
  pidfile: "{home}/unbound.pid"
  use-syslog: no
  logfile: ""
  verbosity: 1
  do-daemonize: no
  module-config: "iterator"
remote-control:
  control-enable: no
auth-zone:
  name: "{zone}"
  zonefile: "{home}/zone"
  for-downstream: yes
  for-upstream: yes
""",
}
_COMMANDS = {
    "nsd": (["nsd", "-d", "-c", "{home}/configuration"], "nsd started"),
    "knot": (["knotd", "-c", "{home}/configuration"], "server started"),
    "unbound": (["unbound", "-d", "-p", "-c", "{home}/configuration"], "start of service"),
}
_PACKAGES = {"nsd": "nsd", "knotd": "knot", "unbound": "unbound"}
NAMES = sorted(_COMMANDS)


class Daemon:
    """A name server that runs; `kill` takes its processes away as a crash would, `start` brings it back."""

    def __init__(self, name: str, home: Path, address: Address, zone: str = ZONE, text: str = _ZONE_FILE) -> None:
        self.name, self.address = name, address
        command, self._ready = _COMMANDS[name]
        self._command = [word.format(home=home) for word in command]
        found = shutil.which(self._command[0]) or shutil.which(self._command[0], path="/usr/sbin:/usr/local/sbin")
        if found is None:
            pytest.skip(f"{self._command[0]} is not installed: apt install {_PACKAGES[self._command[0]]}")
        self._command[0] = found
        (home / "zone").write_text(text)
        (home / "configuration").write_text(_CONFIGURATIONS[name].format(home=home, port=address[1], zone=zone))
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Return when it says that it serves."""
        process = self._process = subprocess.Popen(
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        assert process.stderr is not None
        said: list[str] = []
        for line in process.stderr:
            said.append(line)
            if re.search(self._ready, line):
                break
        else:
            raise AssertionError(f"{self.name} did not start:\n" + "".join(said))
        self._reader = threading.Thread(target=_read_to_the_end, args=(process.stderr,))  # so that it never waits for us to read its log
        self._reader.start()

    def kill(self) -> None:
        """End all its processes, and return when they have ended."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            self._reader.join()


def _read_to_the_end(log: IO[str]) -> None:
    with log:
        log.read()


@contextlib.contextmanager
def running(name: str, home: Path, zone: str = ZONE, text: str = _ZONE_FILE) -> Iterator[Daemon]:
    """A name server by its name in `NAMES`, with a zone, whose master file is `text`."""
    daemon = Daemon(name, home, ("127.0.0.1", _free_port()), zone, text)
    try:
        daemon.start()
        yield daemon
    finally:
        daemon.kill()


def _free_port() -> int:
    """One that is free for both transports."""
    while True:
        with socket.socket(type=socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.bind(("127.0.0.1", 0))
            try:
                tcp.bind(udp.getsockname())
            except OSError:
                continue
            return int(udp.getsockname()[1])
