"""Print the table of ratios: `python -m benchmarks.report [--quick] [--no-capture] [--only TEXT]`.

The contenders of a group take turns, round by round; a ratio is therefore of figures taken side by side.  What counts is the
first decile of a contender's turns: whatever else the machine does only makes a turn slower.  The exit code is 1 if a target was missed.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks import processes
from benchmarks.catalogue import chosen
from benchmarks.groups import COMPILE_TARGET_SECONDS, TARGETS, Group
from benchmarks.measure import GROUP_SECONDS, QUICK_SECONDS, measure
from benchmarks.messages import real_messages
from benchmarks.patterns import compile_steps
from benchmarks.starting import report_starting


def verdict(ratio: float, most: float) -> str:
    """Whether a target is met, in words."""
    need = f"at most {most:.2f}" if most >= 1 / 3 else f"at most 1/{1 / most:.0f}"
    return f"{need}: {'met' if ratio <= most else 'MISSED'}"


def print_group(group: Group, times: dict[str, float]) -> bool:
    """One group's rows; False if a target was missed."""
    ours = times["bitwright"]
    targets = {t.peer: t for t in TARGETS if t.group == group.name and t.contender == "bitwright"}
    print(f"\n{group.name}\n{'':24}{'ns':>10}  {'bitwright takes':>16}")
    met = True
    for name, seconds in sorted(times.items(), key=lambda item: item[1]):
        ratio = ours / seconds
        share = "" if name == "bitwright" else f"{ratio:.2f} x" if ratio >= 1 / 3 else f"1/{1 / ratio:.1f}"
        target = targets.get(name)
        met = met and (target is None or ratio <= target.most)
        print(f"{name:24}{seconds * 1e9:10.0f}  {share:>16}  {verdict(ratio, target.most) if target else ''}".rstrip())
    for target in TARGETS:
        if target.group == group.name and target.contender != "bitwright" and {target.contender, target.peer} <= times.keys():
            ratio = times[target.contender] / times[target.peer]
            met = met and ratio <= target.most
            share = f"{ratio:.2f} x" if ratio >= 1 / 3 else f"1/{1 / ratio:.0f}"
            print(f"{target.contender} takes {share} of {target.peer}: {verdict(ratio, target.most)}")
    return met


def report_processes(*, with_capture: bool) -> bool:
    """Start-up and the capture; False if a target was missed."""
    imported, helped = processes.import_seconds(), processes.help_seconds()
    met = imported <= processes.IMPORT_TARGET_SECONDS and helped <= processes.HELP_TARGET_SECONDS
    print(f"\nimport bitwright: {imported * 1e3:.0f} ms (at most {processes.IMPORT_TARGET_SECONDS * 1e3:.0f})")
    print(f"bitwright --help: {helped * 1e3:.0f} ms (at most {processes.HELP_TARGET_SECONDS * 1e3:.0f})")
    wall = processes.jsonl_against_tshark() if with_capture else None
    if wall is None:
        print("decode --format jsonl: not measured (needs tshark)" if with_capture else "decode --format jsonl: left out")
        return met
    ours, theirs = wall.seconds["bitwright"], wall.seconds["tshark -T ek"]
    print(
        f"decode --format jsonl, {wall.packets} packets: {ours:.2f} s, tshark -T ek {theirs:.2f} s: {theirs / ours:.2f} times as fast"
        f" (at least {processes.JSONL_TARGET:.0f})"
    )
    return met and theirs / ours >= processes.JSONL_TARGET


def report_compiling() -> bool:
    """What a pattern takes from its text to a function; False if a target was missed."""
    met = True
    for name, steps in compile_steps().items():
        total = sum(steps.values())
        told = ", ".join(f"{step} {seconds * 1e6:.0f}" for step, seconds in steps.items())
        print(f"compiling {name}: {total * 1e3:.2f} ms (at most {COMPILE_TARGET_SECONDS * 1e3:.0f}), in microseconds: {told}")
        met = met and total <= COMPILE_TARGET_SECONDS
    return met


def describe_mix(*peers: str) -> None:
    """Say what the messages beside these peers are like."""
    messages, left_out = real_messages(*peers)
    size = sum(map(len, messages)) / len(messages)
    records = sum(int.from_bytes(m[i : i + 2], "big") for m in messages for i in (6, 8, 10)) / len(messages)
    refused = f"; {left_out} more are left out because one refuses them" if left_out else ""
    print(f"beside {' and '.join(peers)}: {len(messages)} messages, {size:.0f} bytes and {records:.1f} records each on average{refused}")


def main() -> int:
    """Measure everything, print it."""
    parser = argparse.ArgumentParser(prog="benchmarks.report", description="Ratios beside the peers.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--only", metavar="TEXT", help="just groups with this in the name of their module or function")
    parser.add_argument("--no-capture", action="store_true", help="leave the 100,000-packet capture out")
    asked = parser.parse_args()
    describe_mix("dnspython", "dnslib")
    describe_mix("dpkt")
    met = True
    for _, make in chosen(asked.only):
        group = make()
        timings = measure(group, QUICK_SECONDS if asked.quick else GROUP_SECONDS)
        met = print_group(group, {name: one.best for name, one in timings.items()}) and met
    if asked.only:
        return 0 if met else 1
    met = report_compiling() and met
    met = report_starting(3 if asked.quick else 7) and met
    met = report_processes(with_capture=not asked.no_capture) and met
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
