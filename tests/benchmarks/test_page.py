"""The page and the charts are what the record gives, and say what was and what was not measured."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest

from benchmarks import charts, compare, headline, page, record, report
from benchmarks.measure import Timing
from benchmarks.targets import Later, Ratio, Within

DOCS = Path(__file__).resolve().parents[2] / "docs"
MACHINE = record.Machine("Processor <1>", 2, "Linux 6.1", "x86_64")


def timing(seconds: float) -> Timing:
    return Timing(seconds, seconds * 1.1, seconds * 1.2, seconds * 1.5, 101)


def run_of(**seconds: float) -> record.Run:
    contenders = {name.replace("_", ", "): timing(one) for name, one in seconds.items()}
    group = record.GroupRun(
        "A & B", "Some", "message", contenders, "messages <of> two bytes", ("dpkt",), {"construct": "has no push parsing"},
    )  # fmt: skip
    curves = (
        record.Curve("walk", "Growth", "records", "seconds", ((10.0, 1e-3), (100.0, 1.1e-2), (1000.0, 0.9)), 1.47, 1.2),
        record.Curve("walk", "Growth", "records", "bytes", ((10.0, 1000.0), (100.0, 1010.0), (1000.0, 1012.0)), 0.01, 0.1),
    )
    start = record.TimeRun("start", "Some", timing(0.2))
    return record.Run("2026-01-02", 90.0, MACHINE, "CPython 3.11.7", "0.1.0", {"dnslib": "0.9.26"}, (group,), (start,), curves)


def test_the_page_and_charts_of_the_repository_are_what_its_record_gives() -> None:
    made = page.files(record.read(report.RECORD))
    assert {name: (DOCS / name).read_text(encoding="utf-8") for name in made} == made
    assert {f"benchmarks/{found.name}" for found in (DOCS / "benchmarks").iterdir()} == made.keys() - {page.PAGE}


def test_the_table_of_the_readme_is_what_the_record_gives() -> None:
    text = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert headline.readme(record.read(report.RECORD), text) == text


def test_the_readme_has_a_row_for_each_headline_that_was_measured() -> None:
    run = run_of(bitwright=1e-7, bitwright_python=4e-7, dnslib=3.2e-6)
    group = msgspec.structs.replace(run.groups[0], name=headline.ROWS[0])
    made = headline.readme(msgspec.structs.replace(run, groups=(group,)), f"a\n{headline.BEGIN}\nold\n{headline.END}\nb\n")
    assert made.startswith(f"a\n{headline.BEGIN}\n")
    assert made.endswith(f"\n{headline.END}\nb\n")
    assert "old" not in made
    assert [line for line in made.splitlines() if line.startswith("| DNS")] == [
        "| DNS header to object | 100 ns | 400 ns | dnslib 32.0 x |"
    ]


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    run = run_of(bitwright=1e-7, dnslib=3.21e-6)
    record.write(run, tmp_path / "run.json")
    read = record.read(tmp_path / "run.json")
    assert read.groups[0].contenders["dnslib"].best == 3.21e-6
    assert (read.machine, read.curves, read.groups[0].skipped) == (run.machine, run.curves, ("dpkt",))
    record.write(read, tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "run.json").read_bytes()


def test_a_machine_is_not_named_by_its_host() -> None:
    found = record.this_machine()
    assert re.fullmatch(r"[A-Z][A-Za-z]+( [\d.]+)?", found.system)
    assert found.cores >= 1
    assert found.cpu


def test_the_page_says_ratios_who_is_missing_and_who_cannot() -> None:
    made = page.files(run_of(bitwright=1e-7, bitwright_python=4e-7, dnslib=3.2e-6))
    text = made[page.PAGE]
    assert "| dnslib | 3.20 µs | 32.0 x | 312 k | 3.52 µs to 4.80 µs |" in text
    assert "| **bitwright, python** | 400 ns | 4.00 x |" in text
    assert "construct: has no push parsing." in text
    assert "dpkt was not installed (`pip install dpkt`)." in text
    assert "| start | 240 ms | 220 ms to 300 ms |" in text
    assert "| walk | 10 | 1,000 records | 900 ms | **1.47**, at most 1.20 | 1012 bytes | 0.01 |" in text
    assert set(re.findall(r'src="([^"]+)"', text)) == made.keys() - {page.PAGE} == {"benchmarks/a-b.svg", "benchmarks/growth.svg"}


def test_charts_are_xml_whose_bars_are_as_long_as_the_logarithm_of_a_time() -> None:
    group = run_of(bitwright=1e-7, by_hand=1e-6, dnslib=1e-5).groups[0]
    drawn = ET.fromstring(charts.bars(group))
    space = "{http://www.w3.org/2000/svg}"
    bars = [one for one in drawn.iter(f"{space}rect") if one.get("class") != "back"]
    assert [one.get("class") for one in bars] == ["ours", "peer", "peer"]
    widths = [float(one.attrib["width"].removesuffix("%")) for one in bars]
    assert widths[2] - widths[1] == pytest.approx(widths[1] - widths[0], abs=0.02)
    assert drawn.find(f"{space}title") is not None
    assert {float(one.attrib["x"].removesuffix("%")) for one in bars} == {2.0}
    assert all(0 < width <= 96 for width in widths)


def test_a_strip_holds_its_points_and_rises_where_each_costs_more() -> None:
    drawn = ET.fromstring(charts.growth("Growth", run_of(bitwright=1e-7).curves))
    places = [(float(one.attrib["cx"].removesuffix("%")), float(one.attrib["cy"])) for one in drawn.iter("{http://www.w3.org/2000/svg}circle")]
    assert [x for x, _ in places] == [2, 50, 98]
    heights = [y for _, y in places]
    assert all(0 <= y <= float(drawn.attrib["height"]) for y in heights)
    assert heights[0] >= heights[1] > heights[2]  # a tenth of a millisecond each, then nine times as much


def test_charts_show_what_is_declared_as_text() -> None:
    assert "A &amp; B" in charts.bars(run_of(bitwright=1e-7).groups[0])


@pytest.mark.parametrize(("theirs", "reached", "found"), [(1e-5, True, "100 x as fast"), (4e-6, False, "40.0 x as fast")])
def test_a_ratio_that_is_missed_says_why(theirs: float, reached: bool, found: str) -> None:
    verdict = Ratio("A & B", "bitwright", "dnslib", 1 / 50, "because").verdict(run_of(bitwright=1e-7, dnslib=theirs))
    assert (verdict.wanted, verdict.found, verdict.reached) == ("50 x as fast as dnslib", found, reached)
    assert verdict.said == ("" if reached else "because")


def test_what_was_not_measured_is_neither_reached_nor_missed() -> None:
    run = run_of(bitwright=1e-7)
    ratios = (Ratio("A & B", "bitwright", "dpkt", 1), Ratio("C", "bitwright", "dpkt", 1))
    for target in (*ratios, Within("elsewhere", 1)):
        verdict = target.verdict(run)
        assert (verdict.reached, verdict.found) == (None, "not measured")
    later = Later("a", "b", "c").verdict(run)
    assert (later.reached, later.found, later.said) == (None, "comes later", "c")


def test_a_time_is_held_by_its_median() -> None:
    run = run_of(bitwright=1e-7)
    assert [Within("start", most).verdict(run).reached for most in (0.23, 0.25)] == [False, True]


def test_ratios_that_differ_by_more_than_a_quarter_are_told_and_times_are_not_compared() -> None:
    recorded = run_of(bitwright=1e-7, dnslib=1e-6, dpkt=1e-6)
    same = compare.compare(recorded, run_of(bitwright=3e-7, dnslib=3.6e-6, scapy=1e-6))
    assert [(one.contender, one.beyond) for one in same] == [("bitwright", False), ("dnslib", False), ("dpkt", False), ("scapy", False)]
    assert [str(one) for one in same[2:]] == ["A & B: dpkt is only in the record", "A & B: scapy is only in this run"]
    other = [one for one in compare.compare(recorded, run_of(bitwright=1e-7, dnslib=1.3e-6, dpkt=0.7e-6)) if one.beyond]
    assert [str(one) for one in other] == [
        "A & B: dnslib takes 13.0 x of bitwright's time, in the record 10.0 x",
        "A & B: dpkt takes 7.00 x of bitwright's time, in the record 10.0 x",
    ]
