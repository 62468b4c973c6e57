"""`bitwright fuzz SPEC --target module:function`: a Python function that takes bytes."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from bitwright.cli.fuzz_target import Plan

if TYPE_CHECKING:
    from bitwright.cli.fuzz_target import Setup

BESIDE: Final = ("raises", "in_process", "expect")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this target."""
    parser.add_argument("--target", metavar="M:F", help="a Python function that takes bytes, module:function; it runs in another process")
    parser.add_argument("--raises", metavar="M:E,..", help="with --target: exceptions by which it refuses, module:class")
    parser.add_argument("--in-process", action="store_true", help="with --target: call it in this process: faster; a crash ends it")
    parser.add_argument("--expect", action="store_true", help="with --target: it has to accept and refuse what the declaration does")


def make(setup: Setup) -> Plan:
    """A worker process, or calls in this one."""
    from bitwright.cli.lookup import look_here
    from bitwright.testing.regress import Case
    from bitwright.testing.targets.callable import CallableTarget

    look_here()
    asked = setup.arguments
    raises = tuple(name for name in (asked.raises or "").split(",") if name)
    isolated = not (asked.in_process or asked.engine == "atheris")  # whose coverage is counted in this process
    target = CallableTarget(asked.target, raises=raises, timeout=asked.timeout, isolated=isolated, expect=asked.expect)
    like = Case(name="like", data=b"", spec=setup.spec, target=asked.target, raises=raises, timeout=asked.timeout)
    return Plan(target, like, packages=(asked.target.partition(":")[0].partition(".")[0],))
