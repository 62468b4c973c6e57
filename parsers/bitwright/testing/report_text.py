"""A campaign's report as text for a terminal.

Promise: what comes from inputs, or from what a target said of them, is escaped; it reads the same without colour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from bitwright.escaping import printable, shortened
from bitwright.testing.labels import Label
from bitwright.testing.report import Extreme, Finding, Report
from bitwright.testing.words import bytes_text, duration, share

_LONGEST = 100
_DETAIL_LINES = 12
_DUMP_LINES = 40
_HEX = 64  # bytes of an input that a line shows

ENDS: Final = {"inputs": "", "seconds": "", "interrupted": ", interrupted", "dead": ", ended because the server no longer answers"}

Paint: TypeAlias = Callable[[str, str], str]  # a kind of text (bad, warn, name, faint, strong), and the text


def plain(kind: str, text: str) -> str:
    """No colours."""
    return text


def report_text(report: Report, paint: Paint = plain, hexdump: Callable[[bytes], str] | None = None) -> str:
    """The whole report; `hexdump` draws the input of a finding, if there is a message to draw it by."""
    lines = [*_head(report, paint), "", *_rules(report, paint)]
    if report.states:
        lines += ["", paint("strong", "answers"), *(f"{count:>12,}  {printable(state)}" for state, count in report.states.items())]
    for index, finding in enumerate(report.findings, 1):
        lines += ["", *_finding(index, finding, paint, hexdump)]
    if report.uncounted:
        lines += ["", f"and {report.uncounted:,} findings in further buckets"]
    if report.slowest:
        lines += ["", paint("strong", "slowest"), *(_extreme(one, duration(one.seconds), paint) for one in report.slowest)]
    if report.largest:
        lines += ["", paint("strong", "most allocated")]
        lines += [_extreme(one, bytes_text(one.peak_bytes or 0), paint) for one in report.largest]
    lines += ["", paint("faint", ", ".join(f"{name} {version}" for name, version in report.versions.items()))]
    return "\n".join(lines) + "\n"


def summary(report: Report) -> str:
    """One line: `100,000 inputs in 12.3 s (8,130 a second): 2 findings`."""
    count = len(report.findings)
    found = "no finding" if not count else f"{count} {'finding' if count == 1 else 'findings'}"
    return f"{report.inputs:,} inputs in {duration(report.seconds)} ({report.rate:,.0f} a second){ENDS[report.stopped]}: {found}"


def kinds_text(report: Report) -> str:
    """How many inputs had which outcome, the most frequent first: `263 accepted, 37 refused, 2 crash`."""
    names = {"value": "accepted", "error": "refused"}
    return ", ".join(f"{count:,} {names.get(kind, kind)}" for kind, count in sorted(report.kinds.items(), key=lambda pair: -pair[1]))


def label_text(label: Label) -> str:
    """What was done to make an input, in words."""
    return "a message to begin with, as it is" if label.tier == "seed" else str(label)


def _head(report: Report, paint: Paint) -> Iterator[str]:
    yield f"{paint('strong', printable(report.spec))}  {printable(report.target)}"
    yield paint("bad" if report.findings else "strong", summary(report))
    begun = f", inputs {report.first:,} to {report.first + report.inputs - 1:,}" if report.first and report.inputs else ""
    yield f"seed {report.seed}{begun}; of {share(report.expected_share)} the declaration says what is right"
    yield kinds_text(report)


def _rules(report: Report, paint: Paint) -> Iterator[str]:
    width = max([len("rule"), *(len(rule.tier) + 1 + len(rule.rule) for rule in report.rules)])
    yield paint("faint", f"{'rule':<{width}}  {'inputs':>10}  {'values':>10}  {'refused':>10}  {'findings':>10}  expected")
    for rule in report.rules:
        found = f"{rule.findings:>10,}"
        known = share(rule.expected / rule.inputs) if rule.inputs else ""
        name = f"{rule.tier} {rule.rule}"
        yield (
            f"{name:<{width}}  {rule.inputs:>10,}  {rule.values:>10,}  {rule.errors:>10,}  "
            f"{paint('bad', found) if rule.findings else found}  {known:>8}"
        )


def _finding(index: int, finding: Finding, paint: Paint, hexdump: Callable[[bytes], str] | None) -> Iterator[str]:
    yield f"{paint('bad', f'finding {index}: {finding.kind}')}  {paint('strong', printable(shortened(finding.bucket, _LONGEST)))}"
    times = "once" if finding.count == 1 else f"{finding.count:,} times"
    known = ", known from an earlier run" if finding.was_known else ""
    yield f"  {times}, first by input {finding.number:,} after {duration(finding.seconds)}{known}: {printable(label_text(finding.label))}"
    lines = finding.detail.splitlines()
    for line in lines if len(lines) <= _DETAIL_LINES else ["...", *lines[-_DETAIL_LINES:]]:
        yield "  | " + printable(shortened(line, 2 * _LONGEST))
    data = finding.smallest
    size, whole = len(data), len(finding.data) // 2
    smaller = f", made smaller from {whole:,}" if finding.minimised is not None and size < whole else ""
    place = f" in {printable(finding.file)}" if finding.file else ""
    yield f"  input: {size:,} bytes{smaller}{place}"
    if hexdump is not None:
        drawn = hexdump(data).splitlines()
        yield from (f"  {line}" for line in drawn[:_DUMP_LINES])
        if len(drawn) > _DUMP_LINES:
            yield f"  ... {len(drawn) - _DUMP_LINES:,} more lines"
    else:
        yield f"  {data[:_HEX].hex()}{'...' if size > _HEX else ''}"


def _extreme(one: Extreme, measure: str, paint: Paint) -> str:
    label = printable(shortened(label_text(one.label), _LONGEST))
    return f"  {measure:>10}  {one.size:>6,} bytes  {paint('faint', f'input {one.number:,}')}  {label}"
