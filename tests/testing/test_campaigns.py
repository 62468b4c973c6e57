"""Campaigns: what is counted, what is kept, where they end and go on."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from bitwright import Struct, auto, raw, u8, u16
from bitwright.stack import find_spec
from bitwright.testing.campaign import DEAD_IN_A_ROW, MOST_BUCKETS, Campaign
from bitwright.testing.corpus import Corpus
from bitwright.testing.generate import examples
from bitwright.testing.inputs import BLOCK, inputs, key_of
from bitwright.testing.labels import ACCEPTED, SEED, Expected, Label
from bitwright.testing.outcome import Outcome
from bitwright.testing.regress import STATE, Case, CaseError, read_folder
from bitwright.testing.report import TIME_EDGES_US, Report
from tests.testing.scripted import Scripted, first_byte

LIE = Label("lie", "length", "size", "+1", Expected(False, "truncated", "body"))
VALUE = Label("value", "leaf", "size", "", ACCEPTED)


class Sized(Struct):
    """A body behind its length."""

    kind: int = u8(default=0)
    size: int = auto(u16())
    body: bytes = raw(size=size)


def numbered(count: int, seed: int = 1) -> list[tuple[bytes, Label]]:
    chance = random.Random(seed)
    return [(chance.randbytes(chance.randint(1, 40)), (LIE, VALUE, SEED)[number % 3]) for number in range(count)]


def campaign(pairs: list[tuple[bytes, Label]], folder: Path | Corpus | None = None, first: int = 0) -> Report:
    return Campaign(iter(pairs), Scripted(first_byte), corpus=folder, seed=5, first=first, name="sized").run()


def test_everything_is_counted_once() -> None:
    pairs = numbered(3000)
    report = campaign(pairs)
    assert (report.inputs, report.first, report.stopped, report.seed, report.spec) == (3000, 0, "inputs", 5, "sized")
    bytes_ = [data[0] for data, _ in pairs]
    assert report.kinds == {
        "error": sum(10 <= byte < 100 for byte in bytes_), "exception": sum(byte < 10 for byte in bytes_),
        "value": sum(byte >= 100 for byte in bytes_),
    }  # fmt: skip
    assert [(rule.tier, rule.rule, rule.inputs, rule.expected) for rule in report.rules] == [
        ("seed", "none", 1000, 0), ("value", "leaf", 1000, 1000), ("lie", "length", 1000, 1000),
    ]  # fmt: skip
    assert all(rule.values + rule.errors + rule.findings == rule.inputs for rule in report.rules)
    assert report.expected_share == pytest.approx(2 / 3)
    assert sum(report.times) == sum(byte > 0 for byte in bytes_)
    assert report.times[0] == sum(0 < byte <= TIME_EDGES_US[0] for byte in bytes_)
    assert sum(finding.count for finding in report.findings) == report.kinds["exception"]
    assert [one.size for one in report.largest] == [40] * 5
    assert [round(one.seconds * 1e6) for one in report.slowest] == [255] * 5
    firsts = [number for number, (data, _) in enumerate(pairs) if len(data) == 40][:5]
    assert sorted(one.number for one in report.largest) == firsts, "of equal ones the first"


def test_one_example_of_a_bucket_is_the_first() -> None:
    pairs = numbered(3000)
    report = campaign(pairs)
    assert {finding.bucket for finding in report.findings} == {f"Error{byte}" for byte in range(10)}
    for finding in report.findings:
        byte = int(finding.bucket[5:])
        number = next(number for number, (data, _) in enumerate(pairs) if data[0] == byte)
        data, label = pairs[number]
        assert (finding.number, finding.data, finding.label) == (number, data.hex(), label)
        assert finding.count == sum(data[0] == byte for data, _ in pairs)
    assert [finding.number for finding in report.findings] == sorted(finding.number for finding in report.findings)


def test_reports_survive_json_and_are_ascii() -> None:
    target = Scripted(lambda data, label: Outcome("crash", "boom \x1b[31m\u202e", "\x07", 0.001))
    report = Campaign(iter(numbered(3)), target, name="sized").run()
    text = report.json()
    assert text.isascii()
    assert "\x1b" not in text
    assert msgspec.json.decode(text, type=Report) == report


def test_buckets_that_are_kept_are_bounded() -> None:
    numbers = itertools.count()
    target = Scripted(lambda data, label: Outcome("exception", f"E{next(numbers)}"))
    report = Campaign(iter(numbered(MOST_BUCKETS + 25)), target).run()
    assert (len(report.findings), report.uncounted) == (MOST_BUCKETS, 25)


def test_a_campaign_ends_after_its_inputs() -> None:
    target = Scripted(first_byte)
    report = Campaign(inputs(Sized, [Sized(body=b"abc").build()], 1), target, runs=123).run()
    assert report.inputs == len(target.given) == 123


def test_a_campaign_ends_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count()
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(clock)))
    report = Campaign(inputs(Sized, [b"\x00\x00\x00"], 1), Scripted(lambda data, label: Outcome("value")), seconds=50.0).run()
    assert report.stopped == "seconds"
    assert report.inputs == 50


def test_ctrl_c_still_gives_a_report(tmp_path: Path) -> None:
    def interrupted() -> Iterator[tuple[bytes, Label]]:
        yield from numbered(10)
        raise KeyboardInterrupt

    report = Campaign(interrupted(), Scripted(first_byte), corpus=tmp_path).run()
    assert (report.stopped, report.inputs) == ("interrupted", 10)
    assert Corpus(tmp_path, "").resume() == 10


def test_a_server_that_stays_dead_ends_it() -> None:
    kinds = iter(["dead", "dead", "value", *["dead"] * DEAD_IN_A_ROW])
    target = Scripted(lambda data, label: Outcome("value") if next_is(kinds, "value") else Outcome("dead", "dead"))
    report = Campaign(iter(numbered(100)), target).run()
    assert (report.stopped, report.inputs) == ("dead", 3 + DEAD_IN_A_ROW)


def next_is(kinds: Iterator[str], kind: str) -> bool:
    return next(kinds) == kind


def test_progress_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from bitwright.testing import campaign as module

    told = []
    monkeypatch.setattr(module, "PROGRESS_SECONDS", 0.0)
    Campaign(iter(numbered(5)), Scripted(first_byte), on_progress=lambda tally: told.append(tally.inputs)).run()
    assert told == [1, 2, 3, 4, 5]


# --- corpus ------------------------------------------------------------------------------------


def test_each_bucket_is_a_case_that_can_be_replayed(tmp_path: Path) -> None:
    like = Case(name="like", data=b"", spec="sized", target="module:function", raises=("builtins:ValueError",), timeout=2.0)
    report = campaign(numbered(3000), Corpus(tmp_path / "new" / "folder", "key", like))
    cases = {case.bucket: case for case in read_folder(tmp_path / "new" / "folder")}
    assert len(cases) == len(report.findings) == 10
    for finding in report.findings:
        case = cases[finding.bucket]
        assert (case.data.hex(), case.label, case.kind, case.detail) == (finding.data, finding.label, "exception", finding.detail)
        assert (case.spec, case.target, case.raises, case.timeout) == ("sized", "module:function", ("builtins:ValueError",), 2.0)
        assert finding.file == f"{case.name}.bin"
        assert not finding.was_known


def test_what_is_known_is_not_written_again(tmp_path: Path) -> None:
    campaign(numbered(3000), tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.name != STATE}
    report = campaign(numbered(3000, seed=2), tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.name != STATE} == before
    assert all(finding.was_known and (tmp_path / str(finding.file)).exists() for finding in report.findings)


def test_what_is_made_smaller_replaces_the_first_input(tmp_path: Path) -> None:
    def shortest(data: bytes, is_same: object) -> bytes:
        assert callable(is_same)
        assert is_same(data[:1])
        assert not is_same(b"\xff")
        return data[:1]

    report = Campaign(iter(numbered(3000)), Scripted(first_byte), corpus=tmp_path, minimise=shortest).run()
    assert {finding.minimised for finding in report.findings} == {f"{byte:02x}" for byte in range(10)}
    assert {case.data for case in read_folder(tmp_path)} == {bytes([byte]) for byte in range(10)}
    assert report.inputs == 3000, "trials are no inputs"


def test_a_campaign_goes_on_where_it_ended(tmp_path: Path) -> None:
    seeds = [Sized(body=bytes(count)).build() for count in range(5)]
    whole = [data for data, _ in itertools.islice(inputs(Sized, seeds, 7), BLOCK * 2 + 500)]
    given = []
    for runs in (3, 700, 1, BLOCK, 796):
        corpus = Corpus(tmp_path, key_of("sized", seeds, 7, ("raw",)))
        target, first = Scripted(lambda data, label: Outcome("value")), corpus.resume()
        Campaign(inputs(Sized, seeds, 7, first=first), target, corpus=corpus, runs=runs, first=first).run()
        given += target.given
    assert given == whole


@pytest.mark.parametrize("name", ["dns", "ipv4", "icmpv6"])
def test_input_n_is_the_same_wherever_a_campaign_begins(name: str) -> None:
    message = find_spec(name)
    seeds = [data for data, _ in itertools.islice(examples(message, random.Random(3)), 3)]
    whole = list(itertools.islice(inputs(message, seeds, 1), 3 * BLOCK))
    assert {label.tier for _, label in whole} >= {"seed", "lie", "raw"}
    for first in (2, BLOCK + 3, 2 * BLOCK + 345):
        assert list(itertools.islice(inputs(message, seeds, 1, first=first), 3 * BLOCK - first)) == whole[first:]


def test_other_campaigns_in_the_folder_begin_at_the_beginning(tmp_path: Path) -> None:
    campaign(numbered(10), Corpus(tmp_path, 'one "quoted" \\ \x1b'))
    campaign(numbered(20), Corpus(tmp_path, "two"))
    assert Corpus(tmp_path, "three").resume() == 0
    assert Corpus(tmp_path, "two").resume() == 20
    assert Corpus(tmp_path, 'one "quoted" \\ \x1b').resume() == 10
    assert "\x1b" not in (tmp_path / STATE).read_text()


@pytest.mark.parametrize("text", ["[inputs]\nx = 'many'", "nothing = 1", "[[", "inputs = 3"])
def test_a_broken_state_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / STATE).write_text(text)
    with pytest.raises(CaseError, match=r"state\.toml: is no state of a campaign"):
        Corpus(tmp_path, "")


def test_keys_tell_campaigns_apart() -> None:
    keys = {
        key_of("sized", [b"a", b"b"], 1, ("raw",)), key_of("sized", [b"ab"], 1, ("raw",)), key_of("sized", [b"a", b"b"], 2, ("raw",)),
        key_of("sized", [b"a", b"b"], 1, ("lie", "raw")), key_of("other", [b"a", b"b"], 1, ("raw",)),
    }  # fmt: skip
    assert len(keys) == 5
