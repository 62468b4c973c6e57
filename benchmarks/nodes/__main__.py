"""`python -m benchmarks.nodes [--seconds N] [--only TEXT] [--record FILE]`: name servers under load; the exit code is 1 if ours fail it.

It fails where a server of ours lost a query, answered one wrongly, or grew.  `--shares` also holds how quick ours are beside the
others, which only a machine without other work can tell.  Ten minutes: `--seconds 600 --only "bitwright, uvloop" --record FILE`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from pathlib import Path

from benchmarks.nodes import zone
from benchmarks.nodes.contenders import contenders, program
from benchmarks.nodes.verdict import Turn, table, too_slow, turn


def main() -> int:
    """Let each take its turn, and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.nodes", description="Name servers under load.")
    parser.add_argument("--seconds", type=float, default=5.0, help="of load for each server (default: 5)")
    parser.add_argument("--only", metavar="TEXT", help="servers with this in their names")
    parser.add_argument("--shares", action="store_true", help="hold how quick ours are beside the others, too")
    parser.add_argument("--record", type=Path, metavar="FILE", help="write what was counted, as JSON")
    asked = parser.parse_args()
    if program("dnsperf") is None:
        print("dnsperf is not installed (apt-get install dnsperf): nothing is put under load")
        return 0
    turns = taken(asked.seconds, asked.only)
    print(*table(turns), sep="\n")
    wrong = [said for each in turns if each.contender.ours for said in each.wrong()] + (too_slow(turns) if asked.shares else [])
    if asked.record is not None:
        machine = f"{platform.machine()}, {os.cpu_count()} processors, {platform.system()}"
        told: dict[str, object] = {"machine": machine, "python": platform.python_version(), "seconds": asked.seconds, "wrong": wrong}
        told["turns"] = [each.kept() for each in turns]
        asked.record.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(*wrong or ["every query to ours was answered once and rightly; nothing grew"], sep="\n")
    return int(bool(wrong) or not any(each.contender.ours for each in turns))


def taken(seconds: float, only: str | None) -> list[Turn]:
    """The turns of those that are here, one after the other."""
    turns = []
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        zone.write(home)
        for contender in contenders():
            if only is not None and only not in contender.name:
                continue
            if contender.missing is not None:
                print(f"{contender.name}: not here ({contender.missing})")
                continue
            turns.append(turn(contender, home, seconds))
    return turns


if __name__ == "__main__":
    sys.exit(main())
