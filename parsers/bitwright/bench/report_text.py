"""A report as text: one table an operation.

Promise: names and notes are escaped; it reads the same without colour, and is no wider than 100 columns unless names are long.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bitwright.bench.profile_text import profile_lines
from bitwright.bench.report import Operation, Report, Row
from bitwright.bench.words import Paint, nanoseconds, plain
from bitwright.escaping import printable
from bitwright.testing.words import bytes_text

SHARED: Final = 0.9  # of the time; below that it is said that others had the processor too


def report_text(report: Report, paint: Paint = plain) -> str:
    """The whole report."""
    lines = [_head(report, paint)]
    for operation in report.operations:
        lines += ["", *_operation(operation, paint)]
    for profile in report.profiles:
        lines += ["", *profile_lines(profile, paint)]
    versions = ", ".join(f"{name} {version}" for name, version in report.versions.items())
    lines += ["", paint("faint", printable(f"{versions}; {report.machine}"))]
    return "\n".join(lines) + "\n"


def _head(report: Report, paint: Paint) -> str:
    count = f"{report.messages:,} {'message' if report.messages == 1 else 'messages'}"
    mean = f", {report.bytes / report.messages:.0f} bytes on average" if report.messages > 1 else f" of {report.bytes:,} bytes"
    source = f", {report.source}" if report.source else ""
    return f"{paint('strong', printable(report.spec))}  {printable(f'{count}{mean}{source}')}"


def _operation(operation: Operation, paint: Paint) -> Iterator[str]:
    if not operation.rows:
        yield paint("strong", operation.name)
    else:
        width = max(24, *(len(printable(row.contender)) for row in operation.rows))
        titles = f"{operation.name:<{width}}{'ns':>9}{'spread':>8}{'messages/s':>13}{'MB/s':>9}{'blocks':>8}{'bytes':>9}{'times':>8}"
        yield paint("strong", titles)
        for row in operation.rows:
            yield _row(row, width, paint)
    share = operation.processor_share
    if share is not None and share < SHARED:
        yield paint("warn", f"  others used the processor: it was ours {100 * share:.0f} % of the time, so times are too long")
    for note in operation.notes:
        yield paint("faint", printable(f"  {note}"))


def _row(row: Row, width: int, paint: Paint) -> str:
    name = printable(row.contender)
    spread = f"{100 * (row.upper - row.lower) / row.median:.0f} %"
    return (
        f"{paint('name', name)}{' ' * (width - len(name))}{nanoseconds(row.seconds):>9}{spread:>8}{row.messages_per_second:>13,.0f}"
        f"{row.bytes_per_second / 1e6:>9.1f}{row.allocated_blocks:>8.1f}{bytes_text(round(row.allocated_bytes)):>9}{row.relative:>8.2f}"
    )
