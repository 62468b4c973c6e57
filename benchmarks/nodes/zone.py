"""The zone that all servers answer from, in the words of each, and the questions that are asked of it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bitwright_specs.dns import Class, Message, Question, Type

ORIGIN: Final = "example."
HOSTS: Final = {f"h{number}": f"192.0.2.{number}" for number in range(1, 201)}
UNBOUND: Final = """\
server:
  interface: 127.0.0.1@{port}
  username: ""
  chroot: ""
  directory: "{home}"
  pidfile: "{home}/unbound.pid"
  use-syslog: no
  logfile: ""
  do-daemonize: no
  num-threads: 1
  module-config: "iterator"
remote-control:
  control-enable: no
auth-zone:
  name: "{origin}"
  zonefile: "{home}/zone"
  for-downstream: yes
  for-upstream: yes
"""


def write(home: Path) -> None:
    """`zone.toml` for ours, the master file `zone` for others, and `queries` for dnsperf."""
    toml = ['origin = "example."', "ttl = 300", "[soa]", 'mname = "ns"', 'rname = "hostmaster"', "serial = 1", "refresh = 7200"]
    toml += ["retry = 900", "expire = 1209600", "minimum = 300", '[records."@"]', 'NS = "ns"', "[records.ns]", 'A = "192.0.2.1"']
    master = ["$ORIGIN example.", "$TTL 300", "@ SOA ns hostmaster 1 7200 900 1209600 300", "@ NS ns", "ns A 192.0.2.1"]
    for name, address in HOSTS.items():
        toml += [f"[records.{name}]", f'A = "{address}"']
        master.append(f"{name} A {address}")
    for file, lines in (("zone.toml", toml), ("zone", master), ("queries", [f"{name}.{ORIGIN} A" for name in HOSTS])):
        (home / file).write_text("\n".join(lines) + "\n", encoding="utf-8")


def unbound(home: Path, port: int) -> Path:
    """Its configuration."""
    path = home / "unbound.conf"
    path.write_text(UNBOUND.format(home=home, port=port, origin=ORIGIN), encoding="utf-8")
    return path


def question(host: str) -> Question:
    """The question for the address of a host."""
    return Question(qname=f"{host}.{ORIGIN}", qtype=Type.A, qclass=Class.IN)


def right(host: str, reply: Message) -> bool:
    """Whether that is the address of the host, and nothing else."""
    return [str(getattr(record.rdata, "address", None)) for record in reply.answers] == [HOSTS[host]]
