"""Bugs of other libraries that are known are found again, in an environment of its own with exactly the versions that have them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import msgspec
import pytest

ROOT = Path(__file__).parents[2]
VERSIONS = ("dpkt==1.9.8", "dnslib==0.9.26", "dnspython==2.8.0", "construct==2.10.70", f"msgspec=={msgspec.__version__}")
FORMATS = """
from construct import GreedyRange, Pass

endless = GreedyRange(Pass)
"""

# What is called, what it may raise, how many inputs it takes at most -> kind and bucket.
BUGS = {
    "dpkt": ("dpkt.dns:DNS", "dpkt:Error", 60, "exception", "UnicodeDecodeError in dpkt.dns:unpack_name, line 122"),
    "dnslib": ("dnslib:DNSRecord.parse", "dnslib:DNSError", 60, "exception", "RecursionError in dnslib.label:DNSBuffer.decode_name"),
    "dnspython": ("dns.message:from_wire", "dns.exception:DNSException", 90, "timeout", "timeout in dns.message:"),
    "construct": ("formats.py:endless.parse", "construct:ConstructError", 1, "timeout", "timeout in construct.core:GreedyRange._parse"),
}


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("versions")
    venv.create(folder, with_pip=True)
    found = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    command = [str(found), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", *VERSIONS]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if ended.returncode:
        pytest.skip(f"no package index has {', '.join(VERSIONS)}: {ended.stderr.strip().splitlines()[-1:]}")
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="workers are POSIX's")
@pytest.mark.parametrize("library", BUGS)
def test_a_known_bug_is_found(library: str, python: Path, tmp_path: Path) -> None:
    target, raises, runs, kind, bucket = BUGS[library]
    (tmp_path / "formats.py").write_text(FORMATS)
    command = [
        str(python), "-m", "bitwright", "fuzz", "bitwright_specs.dns:Message", "--target", target, "--raises", raises, "--seed", "1",
        "--runs", str(runs), "--timeout", "2", "--corpus", "found", "--format", "json", "-q",
    ]  # fmt: skip
    given = {**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / part) for part in ("parsers", "specs"))}
    ended = subprocess.run(command, cwd=tmp_path, env=given, capture_output=True, text=True, timeout=400, check=False)
    assert ended.returncode == 1, ended.stderr
    findings: list[dict[str, Any]] = json.loads(ended.stdout)["findings"]
    found = [one for one in findings if one["bucket"].startswith(bucket)]
    assert found, [one["bucket"] for one in findings]
    assert {one["kind"] for one in found} == {kind}
    assert list((tmp_path / "found").glob("test_*.py"))
