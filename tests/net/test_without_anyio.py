"""Where anyio is not installed: what does no I/O works, everything else says what to install, and so do the commands in one line."""

from __future__ import annotations

import subprocess
import sys

import pytest

INSTALL = "anyio, which is not installed: pip install 'bitwright[net]'"


def python(*words: str) -> subprocess.CompletedProcess[str]:
    """A Python of its own, in which importing anyio fails."""
    program = f"import sys\nsys.modules['anyio'] = None\n{words[0]}"
    return subprocess.run([sys.executable, "-c", program, *words[1:]], capture_output=True, text=True, timeout=60, check=False)


LIBRARY = """
import bitwright.net as net
from bitwright import Struct, u8
from bitwright.errors import MissingPackage
from bitwright.net import backoff, statem
from bitwright.net.framing import LengthPrefix

class Note(Struct):
    number: int = u8()

framing = LengthPrefix(limit=9)
assert framing.framer().feed(framing.frame(b"hello")) == [b"hello"]
assert net.Protocol(Note).framing().framer().feed(b"ab") == [b"a", b"b"]
pending = net.Pending(Note)
call = pending.open(Note(number=1))
pending.sending(call)
assert pending.settle(Note(number=2)) is call
assert statem.Machine("up", lambda state, event: None, 0.0).state == "up"
assert backoff.Waits(net.Backoff()).next() > 0
assert net.tree() == ""
missing = set()
for name in net.__all__:
    try:
        getattr(net, name)
    except MissingPackage as error:
        assert "pip install 'bitwright[net]'" in str(error)
        missing.add(name)
print(*sorted(missing))
"""


def test_what_does_no_io_works_and_the_rest_says_what_to_install() -> None:
    done = python(LIBRARY)
    assert done.returncode == 0, done.stderr
    talks = {"Client", "Connection", "DatagramClient", "DynamicSupervisor", "Relay", "Server", "Supervisor", "connect", "serve"}
    assert talks <= set(done.stdout.split())
    assert not {"Backoff", "Pending", "Protocol", "Hooks", "NetError", "Received", "tree"} & set(done.stdout.split())


@pytest.mark.parametrize("words", ["dig example.org @127.0.0.1", "serve dns zone.toml", "record udp:5300 -o -"])
def test_the_commands_say_it_in_one_line(words: str) -> None:
    done = python("from bitwright.cli import main; sys.exit(main())", *words.split())
    assert (done.returncode, done.stdout, done.stderr) == (3, "", f"bitwright: {words.partition(' ')[0]} talks through {INSTALL}\n")


def test_the_help_needs_none_of_it() -> None:
    done = python("from bitwright.cli import main; sys.exit(main())", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert {"serve", "record"} <= set(done.stdout.split())
