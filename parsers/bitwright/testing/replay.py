"""Cases given to their targets again: right is what is no finding any more.

Promise: `replay` is the outcome of the one input in a target made as the case says; `check` raises a `CaseFailed` that tells what it is,
escaped, so that it can be printed.  A `TargetError` says that the target cannot be used here.
"""

from __future__ import annotations

from bitwright.escaping import printable
from bitwright.stack import find_spec
from bitwright.testing.outcome import Outcome, Target
from bitwright.testing.regress import ENGINES, Case
from bitwright.testing.targets.errors import TargetError


class CaseFailed(AssertionError):  # noqa: N818  # as tests fail
    """A finding that is still there."""


def target_of(case: Case) -> Target:
    """What a case's input is given to."""
    if case.target == ENGINES:
        from bitwright.testing.engines import LARGEST, SLOWEST, EngineTarget

        return EngineTarget(find_spec(case.spec), strict=case.strict, slowest=SLOWEST, largest=LARGEST)
    kind, _, rest = case.target.partition(":")
    if kind == "exec":
        from bitwright.testing.targets.program import ProgramTarget

        return ProgramTarget(rest, timeout=case.timeout)
    if kind == "connect":
        raise TargetError(f"{case.name}: no server is started for a test; give its input to one with bitwright fuzz --connect {rest}")
    from bitwright.testing.targets.callable import CallableTarget

    expects = case.kind == "unexpected"
    return CallableTarget(case.target, raises=case.raises, timeout=case.timeout, expect=expects)


def replay(case: Case) -> Outcome:
    """What comes of it now."""
    target = target_of(case)
    try:
        return target.run(case.data, case.label)
    finally:
        target.close()


def check(case: Case) -> None:
    """CaseFailed if it is still a finding."""
    outcome = replay(case)
    if outcome.is_finding:
        raise CaseFailed(told(case, outcome))


def told(case: Case, outcome: Outcome) -> str:
    """What is wrong, in lines that a terminal can show."""
    lines = [f"{case.name}: {outcome.kind}: {outcome.bucket}", f"target {case.target}", f"{len(case.data):,} bytes, {case.label}"]
    if outcome.bucket != case.bucket and case.bucket:
        lines.append(f"when it was found: {case.bucket}")
    return "\n".join(map(printable, [*lines, *outcome.detail.splitlines()]))
