"""A campaign's report as one page of HTML: no script, nothing loaded, light or dark as the reader has it.

Promise: everything that comes from inputs, or from what a target said of them, is escaped; the size is bounded, however many findings
there are and however long their inputs; the same report gives the same page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from bitwright.escaping import escaped, shortened
from bitwright.testing.report import Extreme, Finding, Report
from bitwright.testing.report_charts import outcome_bar, time_columns
from bitwright.testing.report_style import STYLE
from bitwright.testing.report_text import ENDS, kinds_text, label_text
from bitwright.testing.words import bytes_text, duration, share

MOST_DRAWN: Final = 50  # findings with a hexdump
OPEN: Final = 5  # of which so many are unfolded
_DETAIL: Final = 4_000  # characters
_HEX: Final = 256  # bytes, where there is no message to draw them by
_LONGEST: Final = 200
_ANSI: Final = re.compile(r"\x1b\[([0-9;]*)m")

Hexdump = Callable[[bytes], str]  # may have ANSI colours


def report_html(report: Report, hexdump: Hexdump | None = None) -> str:
    """The page."""
    title = escaped(f"{report.spec}: fuzzing report")
    body = "\n".join(_body(report, hexdump))
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
        f'<meta name="color-scheme" content="light dark">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n'
        "</body>\n</html>\n"
    )


def _body(report: Report, hexdump: Hexdump | None) -> Iterator[str]:
    yield f"<h1>{escaped(report.spec)}</h1>\n<p>{escaped(report.target)}</p>"
    yield f'<div class="tiles">{"".join(_tiles(report))}</div>'
    yield f"<p>{escaped(_sentence(report))}</p>"
    yield f"<h2>Findings</h2>\n{_findings(report, hexdump)}"
    yield f"<h2>Rules</h2>\n{_rules(report)}"
    if report.states:
        yield f"<h2>Answers</h2>\n{_states(report)}"
    if any(report.times):
        yield "<h2>Time</h2>\n<p>Inputs by the time that they took; heights are logarithmic.</p>"
        yield f'<div class="wide">{time_columns(report.times)}</div>'
    if report.slowest:
        yield f"<h2>Slowest inputs</h2>\n{_extremes(report.slowest, 'time', hexdump)}"
    if report.largest:
        yield f"<h2>Largest allocations</h2>\n{_extremes(report.largest, 'allocated', hexdump)}"
    yield f"<footer>{escaped(', '.join(f'{name} {version}' for name, version in report.versions.items()))}</footer>"


def _tiles(report: Report) -> Iterator[str]:
    count = len(report.findings) + report.uncounted
    yield _tile(f"{count:,}", "finding" if count == 1 else "findings", "bad" if count else "good")
    yield _tile(f"{report.inputs:,}", "inputs")
    yield _tile(f"{report.rate:,.0f}", "a second")
    yield _tile(share(report.expected_share), "with a known right outcome")
    if report.slowest:
        yield _tile(duration(report.slowest[0].seconds), "slowest input")
    if report.largest:
        yield _tile(bytes_text(report.largest[0].peak_bytes or 0), "largest allocation")


def _tile(number: str, words: str, kind: str = "") -> str:
    return f'<div class="tile {kind}"><b>{escaped(number)}</b><span>{words}</span></div>'


def _sentence(report: Report) -> str:
    begun = f"inputs {report.first:,} to {report.first + report.inputs - 1:,}, " if report.first and report.inputs else ""
    return f"Seed {report.seed}, {begun}{duration(report.seconds)}{ENDS[report.stopped]}: {kinds_text(report)}."


def _findings(report: Report, hexdump: Hexdump | None) -> str:
    if not report.findings:
        return "<p>None.</p>"
    cards = [_finding(index, finding, hexdump if index < MOST_DRAWN else None) for index, finding in enumerate(report.findings)]
    if report.uncounted:
        cards.append(f"<p>And {report.uncounted:,} findings in further buckets.</p>")
    return "\n".join(cards)


def _finding(index: int, finding: Finding, hexdump: Hexdump | None) -> str:
    data, whole = finding.smallest, len(finding.data) // 2
    times = "once" if finding.count == 1 else f"{finding.count:,} times"
    known = ", known from an earlier run" if finding.was_known else ""
    smaller = f", made smaller from {whole:,}" if finding.minimised is not None and len(data) < whole else ""
    place = f", <code>{escaped(finding.file)}</code>" if finding.file else ""
    label, detail = shortened(label_text(finding.label), _LONGEST), escaped_lines(finding.detail, _DETAIL)
    return (
        f'<details class="finding"{" open" if index < OPEN else ""}><summary><span class="kind">{finding.kind}</span> '
        f"<b>{escaped(shortened(finding.bucket, _LONGEST))}</b> <span>{times}</span></summary>\n"
        f"<p>First by input {finding.number:,} after {duration(finding.seconds)}{known}: {escaped(label)}</p>\n"
        + (f"<pre>{detail}</pre>\n" if detail else "")
        + f"<p>{len(data):,} bytes{smaller}{place}</p>\n<pre>{_dump(data, hexdump)}</pre></details>"
    )


def _rules(report: Report) -> str:
    rows = []
    for rule in report.rules:
        found = f'<td class="number{" bad" if rule.findings else ""}">{rule.findings:,}</td>'
        known = escaped(share(rule.expected / rule.inputs)) if rule.inputs else ""
        name = escaped(f"{rule.tier} {rule.rule}")
        counts = "".join(f'<td class="number">{count:,}</td>' for count in (rule.inputs, rule.values, rule.errors))
        rows.append(f'<tr><td>{name}</td><td>{outcome_bar(rule)}</td>{counts}{found}<td class="number">{known}</td></tr>')
    names = ("rule", "", "inputs", "values", "refused", "findings", "expected")
    heads = "".join(f"<th{'' if index < 2 else ' class=number'}>{name}</th>" for index, name in enumerate(names))
    legend = '<p class="legend"><i class="value"></i>values <i class="error"></i>refused <i class="finding"></i>findings</p>'
    return f'{legend}\n<div class="wide"><table><tr>{heads}</tr>\n{chr(10).join(rows)}\n</table></div>'


def _states(report: Report) -> str:
    rows = (f'<tr><td>{escaped(state)}</td><td class="number">{count:,}</td></tr>' for state, count in report.states.items())
    return f'<div class="wide"><table>{"".join(rows)}</table></div>'


def _extremes(extremes: list[Extreme], measure: str, hexdump: Hexdump | None) -> str:
    drawn = []
    for one in extremes:
        number = duration(one.seconds) if measure == "time" else bytes_text(one.peak_bytes or 0)
        data = bytes.fromhex(one.data)
        cut = f"\nthe first {len(data):,} bytes of {one.size:,}" if len(data) < one.size else ""
        label = escaped(shortened(label_text(one.label), _LONGEST))
        drawn.append(
            f"<details><summary><b>{number}</b> <span>{one.size:,} bytes, input {one.number:,}: {label}</span></summary>\n"
            f"<pre>{_dump(data, None if cut else hexdump)}{cut}</pre></details>"
        )
    return "\n".join(drawn)


def _dump(data: bytes, hexdump: Hexdump | None) -> str:
    if hexdump is None:
        shown = data[:_HEX].hex(" ")
        return f"{shown} ..." if len(data) > _HEX else shown
    return coloured(hexdump(data).rstrip("\n"))


def escaped_lines(text: str, most: int) -> str:
    """Lines of text, the last of them where they are too many: the end of a traceback says what happened."""
    text = text.strip("\n")
    if len(text) > most:
        text = "...\n" + text[-most:]
    return "\n".join(escaped(line) for line in text.split("\n"))


def coloured(text: str) -> str:
    """Text with ANSI colours as HTML, escaped."""
    parts, is_open = [], False
    for index, part in enumerate(_ANSI.split(text)):
        if index % 2 == 0:
            parts.append("\n".join(escaped(line) for line in part.split("\n")))
            continue
        parts.append("</span>" if is_open else "")
        is_open = part not in ("", "0")
        parts.append(f'<span class="{" ".join(f"a{code}" for code in part.split(";"))}">' if is_open else "")
    return "".join(parts) + ("</span>" if is_open else "")
