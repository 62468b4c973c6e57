"""Who is measured beside us: what each peer is called, whether it is here, in which version, and the command that installs it.

A group asks `available`, leaves out what is not here, and names it in `Group.skipped` (`missing` gives those names); the report
prints the command that installs each.  Nothing of a peer is imported before a group asks for its `module`.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.metadata
import re
import shutil
import subprocess
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any


@dataclasses.dataclass(frozen=True)
class Peer:
    """One peer; `version` gives None where it is not installed."""

    key: str
    install: str
    version: Callable[[], str | None]


def available(key: str) -> bool:
    """Whether a peer of the table is installed."""
    return version(key) is not None


@cache
def version(key: str) -> str | None:
    """The version of a peer that is installed."""
    return PEERS[key].version()


def missing(*keys: str) -> tuple[str, ...]:
    """Those of these peers that are not installed: for `Group.skipped`."""
    return tuple(key for key in keys if not available(key))


def module(name: str) -> Any:
    """A module of a peer; most have no types, and none is needed to type-check the benchmarks."""
    return importlib.import_module(name)


def _distribution(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _said_by(*command: str) -> str | None:
    """What a program says first."""
    if shutil.which(command[0]) is None:
        return None
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    lines = (done.stdout or done.stderr).strip().splitlines()
    return lines[0].strip() if lines else command[0]


def _erlang() -> str | None:
    """Erlang's compiler and its virtual machine: `erl` says no version by itself."""
    if shutil.which("erlc") is None:
        return None
    asked = 'io:format("OTP ~s, ~s", [erlang:system_info(otp_release), erlang:system_info(emu_flavor)]), halt().'
    return _said_by("erl", "-noshell", "-eval", asked)


def _npm(name: str) -> str | None:
    """A package of node's that is installed for the machine, or in the folder from which the benchmarks run."""
    for folder in node_modules():
        if (folder / name / "package.json").exists():
            return _said_by("node", "-p", f"require({str(folder / name / 'package.json')!r}).version")
    return None


@cache
def node_modules() -> tuple[Path, ...]:
    """The folders where packages of node's are; none without node."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return ()
    told = _said_by("npm", "root", "--global")
    return (Path.cwd() / "node_modules", *((Path(told),) if told else ()))


def _python(name: str) -> Peer:
    return Peer(name, f"pip install {name}", partial(_distribution, name))


def _node(name: str) -> Peer:
    return Peer(name, f"npm install --global {name}", partial(_npm, name))


def _debian(key: str, package: str, *command: str) -> Peer:
    return Peer(key, f"apt-get install {package}", partial(_numbered, *command))


def _numbered(*command: str) -> str | None:
    """The version in what a program says first."""
    told = _said_by(*command)
    found = re.search(r"\d+(\.\d+)+", told or "")
    return found[0] if found else told


_PYTHON = (
    "construct", "bitstring", "bitstruct", "cbitstruct", "kaitaistruct", "dissect.cstruct", "caterpillar-py", "scapy", "dpkt", "dnslib",
    "dnspython", "llvmlite",
)  # fmt: skip
PEERS: dict[str, Peer] = {
    peer.key: peer
    for peer in (
        *map(_python, _PYTHON),
        _node("kaitai-struct-compiler"),
        _node("js-yaml"),  # with which the compiler's files are read
        Peer("erlang", "apt-get install erlang-base", _erlang),
        _debian("tshark", "tshark", "tshark", "--version"),
        _debian("cc", "gcc", "cc", "--version"),
    )
}
