"""Kaitai Struct: `kaitai/*.ksy`, compiled to Python by its own compiler when they are first asked for."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.declared import dns_message as plain
from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.dns_header import of_attributes
from benchmarks.declared.dns_message import seen
from benchmarks.peers import node_modules

FOLDER = Path(__file__).parent / "kaitai"


def header() -> Declarations:
    """A DNS header."""
    return {"kaitaistruct": Declared(compiled()["dns_header"].DnsHeader.from_bytes, of_attributes)}


@cache
def compiled() -> dict[str, Any]:
    """The modules that the compiler makes of the files, by name."""
    environment = {**os.environ, "NODE_PATH": os.pathsep.join(map(str, node_modules()))}
    files = sorted(FOLDER.glob("*.ksy"))
    with tempfile.TemporaryDirectory() as target:
        command = ["node", str(FOLDER / "compile.js"), target, *map(str, files)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
        if done.returncode:
            raise RuntimeError(f"kaitai-struct-compiler: {done.stderr.strip()}")
        sys.path.insert(0, target)  # the modules import each other by their bare names
        try:
            return {file.stem: importlib.import_module(file.stem) for file in files}
        finally:
            sys.path.remove(target)


def message() -> Declarations:
    """Whole messages of the commoner record types; their names are joined to text, for Kaitai reads what a pointer leads to only then."""
    layout = compiled()["dns_message"].DnsMessage

    def parse(data: bytes) -> Any:
        message = layout.from_bytes(data)
        for question in message.questions:
            question.name = _text(question.name)
        for section in (message.answers, message.authorities, message.additionals):
            for record in section:
                record.name = _text(record.name)
                _join_data(record)
        return message

    return {"kaitaistruct, names joined": Declared(parse, lambda message: seen(message, vars(message.header), _strings))}


def _text(name: Any) -> str:
    return ".".join(_text(one.target) if one.is_pointer else one.text for one in name.labels if one.length)


def _join_data(record: Any) -> None:
    kind, data = record.type, record.data
    if not record.rdlength:
        return
    if kind in plain.NAMED:
        record.data = _text(data)
    elif kind == plain.MX:
        data.exchange = _text(data.exchange)
    elif kind == plain.SOA:
        data.mname, data.rname = _text(data.mname), _text(data.rname)


def _strings(data: Any) -> tuple[bytes, ...]:
    return tuple(one.text for one in data.strings)
