"""What a program says on stderr when something is wrong with it: sanitizers, assertions, panics, tracebacks.

Promise: `complaint` finds the first such text and names its cause the same way each time: the kind of fault and its place (a file's name
without its folders, line, function), without addresses, process numbers or values.  Text that is none of these gives
None, in a time that grows with its length alone: stretches between the parts of a form are bounded.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from bitwright.escaping import printable, shortened

LONGEST: Final = 160  # characters of a bucket


class Complaint(NamedTuple):
    """What was said: "crash" where memory or the process is at stake, "exception" where the language caught it."""

    kind: Literal["crash", "exception"]
    bucket: str


def complaint(text: str) -> Complaint | None:
    """The first that there is in what was written to stderr."""
    for expression, kind, form in _FORMS:
        found = expression.search(text)
        if found is not None:
            said = form.format(**{name: _plain(value or "") for name, value in found.groupdict().items()})
            return Complaint(kind, shortened(printable(re.sub(r"[ ,:]+$", "", " ".join(said.split()))), LONGEST))
    return _traceback(text)


def _plain(text: str) -> str:
    """Without folders, addresses and long numbers."""
    text = re.sub(r"(?:[\w.+-]*/)+(?=[\w.+-])", "", text)
    text = re.sub(r"0x[0-9a-fA-F]+|\b\d{5,}\b", "N", text)
    return text.strip()


_FORMS: Final[tuple[tuple[re.Pattern[str], Literal["crash", "exception"], str], ...]] = (
    (re.compile(r"SUMMARY: (?P<who>\w+Sanitizer): \d+ byte\(s\) leaked"), "crash", "{who}: leak"),
    (
        re.compile(r"SUMMARY: (?P<who>\w+Sanitizer): (?P<what>[^\s(]+)(?: \(?(?P<place>[^\s)]+)\)?)?(?: in (?P<function>\S+))?"),
        "crash",
        "{who}: {what}, {place} {function}",
    ),
    (
        re.compile(r"^(?P<place>\S+?:\d+)(?::\d+)?: runtime error: (?P<what>[^:\n]+)", re.MULTILINE),
        "crash",
        "undefined behaviour: {what}, {place}",
    ),
    (re.compile(r"\*\*\* (?P<what>stack smashing detected|buffer overflow detected) \*\*\*"), "crash", "{what}"),
    (
        re.compile(
            r"^(?P<what>(?:malloc|free|realloc|calloc|munmap_chunk|corrupted|double free)[^\n]{0,60}"
            r"(?:corrupt|invalid|mismatch|unaligned|assertion)[^\n]{0,60})$",
            re.MULTILINE,
        ),
        "crash",
        "heap: {what}",
    ),
    (
        re.compile(r"(?<![^\s:])(?P<place>[^\s:]+:\d+): (?P<function>[^\n:]*): Assertion [`'](?P<what>[^\n]{0,1000}?)' failed"),
        "crash",
        "assertion {what}, {place}",
    ),
    (re.compile(r"panicked at (?:'(?P<what>[^'\n]*)', )?(?P<place>[^\s:]+:\d+)"), "exception", "panic {what}, {place}"),
    (
        re.compile(r"^panic: (?P<what>[^\n\[]*).{0,1000}?^goroutine .{0,1000}?^\t(?P<place>[^\s:]+:\d+)", re.MULTILINE | re.DOTALL),
        "exception",
        "panic: {what}, {place}",
    ),
    (
        re.compile(
            r'^Exception in thread "[^"]*" (?P<what>[\w.$]+).{0,1000}?^\tat (?P<function>[\w.$<>]+)\((?P<place>[^)\n]*)\)',
            re.MULTILINE | re.DOTALL,
        ),
        "exception",
        "{what} in {function}, {place}",
    ),
)

_FRAME: Final = re.compile(r'^ {2}File "(?P<file>[^"\n]*)", line (?P<line>\d+), in (?P<function>\S+)', re.MULTILINE)
_RAISED: Final = re.compile(r"^(?P<type>[A-Za-z_][\w.]*)(?::|$)", re.MULTILINE)


def _traceback(text: str) -> Complaint | None:
    """Python's: the type of the last exception, and the innermost frame."""
    begin = text.rfind("Traceback (most recent call last):")
    if begin < 0:
        return None
    shown = text[begin:]
    frames = list(_FRAME.finditer(shown))
    raised = _RAISED.search(shown, frames[-1].end() if frames else len("Traceback"))
    place = f" in {frames[-1]['function']}, {_plain(frames[-1]['file'])}:{frames[-1]['line']}" if frames else ""
    return Complaint("exception", shortened(printable(f"{raised['type'] if raised else 'an exception'}{place}"), LONGEST))
