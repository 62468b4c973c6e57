"""Reports as text and as a page: everything is in them, nothing from inputs gets out of them."""

from __future__ import annotations

import html.parser
import re
from typing import Any

import pytest

from bitwright.seeing.hexdump import Paper, hexdump
from bitwright.stack import find_spec
from bitwright.testing.campaign import Campaign
from bitwright.testing.labels import Expected, Label
from bitwright.testing.outcome import Outcome
from bitwright.testing.report import TIME_EDGES_US, Report, RuleCount
from bitwright.testing.report_charts import outcome_bar, time_columns
from bitwright.testing.report_html import MOST_DRAWN, coloured, report_html
from bitwright.testing.report_text import report_text, summary
from bitwright.testing.words import bytes_text, duration, share
from tests.testing.scripted import Scripted

EVIL = "\x1b[31m\x07\u202e<script>alert(1)</script>\"'&\r\x9b2J"
LABEL = Label("lie", "length", f"a.{EVIL}", EVIL, Expected(False, "truncated", "b"))
VOID = {"meta", "rect", "link", "br"}


def report_of(outcomes: list[Outcome], data: bytes = b"\x1b[31m<b>\xff") -> Report:
    given = iter(outcomes)
    return Campaign(iter([(data, LABEL)] * len(outcomes)), Scripted(lambda data, label: next(given)), name=f"spec{EVIL}").run()


def hostile() -> Report:
    return report_of([Outcome("crash", f"bucket {EVIL}", f"line {EVIL}\n{EVIL}", 0.002, 5_000), Outcome("value", "", "", 0.1, 1)])


class Page(html.parser.HTMLParser):
    """A page that is well formed: every element is closed by its own end."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.words: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def is_harmless(text: str) -> bool:
    """No character that a terminal would obey."""
    return all(c.isprintable() or c == "\n" for c in text)


def test_a_page_is_whole_and_nothing_escapes() -> None:
    text = report_html(hostile(), lambda data: hexdump(find_spec("dns"), data, Paper(color=True)))
    page = Page(text)
    assert not page.seen & {"script", "img", "link", "iframe", "b\x1b"}
    assert not {name for name in page.attributes if name.startswith("on") or name in ("src", "href")}
    assert is_harmless(text)
    assert "alert(1)" in "".join(page.words), "shown as text"


def test_a_page_loads_nothing() -> None:
    text = report_html(hostile())
    assert not re.search(r"url\(|@import|https?:", text)
    assert "prefers-color-scheme:dark" in text


def test_a_report_in_text_is_harmless() -> None:
    text = report_text(hostile(), hexdump=lambda data: hexdump(find_spec("dns"), data, Paper()))
    assert is_harmless(text)
    assert "1 finding" in text.splitlines()[1]
    assert "finding 1: crash" in text
    assert "crash 1" not in text
    assert "once, first by input 0 after" in text


def test_the_whole_page_and_text_say_the_same_numbers() -> None:
    accepted, refused = Outcome("value", "", "", 15e-6, 700), Outcome("error", "", "", 1e-3, 900)
    report = report_of([accepted] * 70 + [refused] * 29 + [Outcome("timeout", "slow", "", 5.0)])
    for text in (report_text(report), "".join(Page(report_html(report)).words)):
        assert "70 accepted, 29 refused, 1 timeout" in text
        assert "900 B" in text
        assert "5 s" in text


def test_a_report_of_nothing() -> None:
    report = report_of([])
    assert "no finding" in summary(report)
    assert "None." in report_html(report)
    assert "most allocated" not in report_text(report)


def test_a_page_is_bounded() -> None:
    outcomes = [Outcome("exception", f"bucket {number} {'x' * 5_000}", "y" * 100_000, 1e-3, 5) for number in range(3 * MOST_DRAWN)]
    drawn = []

    def dump(data: bytes) -> str:
        drawn.append(data)
        return "dump"

    text = report_html(report_of(outcomes, bytes(60_000)), dump)
    assert len(drawn) == MOST_DRAWN
    assert len(text) < 1_500_000
    Page(text)


def test_the_same_report_gives_the_same_page() -> None:
    report = hostile()
    assert report_html(report) == report_html(report)


def test_colours_of_a_hexdump_become_classes() -> None:
    assert coloured("\x1b[1;31m<a>\x1b[0m b\x07") == '<span class="a1 a31">&lt;a&gt;</span> b\\x07'
    assert coloured("\x1b[36mx") == '<span class="a36">x</span>'


@pytest.mark.parametrize("counts", [(1_000_000, 1, 1), (0, 0, 5), (1, 0, 0), (0, 0, 0), (3, 3, 3)])
def test_bars_fill_their_width_and_show_what_is_rare(counts: tuple[int, int, int]) -> None:
    bar = outcome_bar(RuleCount("lie", "cut", sum(counts), *counts))
    widths = [float(width) for width in re.findall(r'width="([0-9.]+)"', bar)]
    assert len(widths) == sum(count > 0 for count in counts)
    assert all(width >= 2.9 for width in widths)
    assert not widths or abs(sum(widths) - 240) < 0.5
    Page(bar)


def test_columns_of_times() -> None:
    times = [0] * (len(TIME_EDGES_US) + 1)
    times[1], times[3], times[-1] = 1_000_000, 12_345, 1
    Page(columns := time_columns(times))
    assert columns.count("<rect") == len(times) - 1, "from the first class with inputs to the last"
    heights = [float(height) for height in re.findall(r'rect [^>]*height="([0-9.]+)"', columns)]
    assert heights[0] == max(heights) == 120
    assert min(height for height in heights if height) == heights[-1] > 5


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(8.3e-5, "83 us"), (1.25e-3, "1.25 ms"),
     (0.9999, "1 s"), (0.9996e-3, "1 ms"), (59.97, "1 min 0 s"), (12.34, "12.3 s"), (185.2, "3 min 5 s")],
)
def test_durations(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 B"), (999, "999 B"), (1_250, "1.25 kB"), (3_100_000, "3.1 MB"), (999_700, "1 MB"), (2_500_000_000, "2.5 GB")],
)
def test_sizes(number: int, said: str) -> None:
    assert bytes_text(number) == said


@pytest.mark.parametrize(("part", "said"), [(0.0, "0 %"), (1e-6, "<1 %"), (0.5, "50 %"), (0.9999, ">99 %"), (1.0, "100 %")])
def test_shares(part: float, said: str) -> None:
    assert share(part) == said
