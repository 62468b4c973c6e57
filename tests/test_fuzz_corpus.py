"""Every input of the fuzz corpora holds its target's invariant; so do its cuts, and a seeded sample of mutants."""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable

import pytest

from bitwright.stack.registry import load_standard
from bitwright.testing.raw import RawMutator
from fuzz import (
    engines,
    fuzz_capture,
    fuzz_cli,
    fuzz_containers,
    fuzz_dns,
    fuzz_engines,
    fuzz_pattern,
    make_corpus,
    make_dictionaries,
    target_corpora,
)
from fuzz.driver import corpus_of
from fuzz.pattern_corpus import pattern_corpus

TARGETS: dict[str, Callable[[bytes], str]] = {
    "dns": fuzz_dns.target, "capture": fuzz_capture.target, "pattern": fuzz_pattern.target, "engines": fuzz_engines.target,
    "containers": fuzz_containers.target, "cli": fuzz_cli.target,
}  # fmt: skip
CUTS = {"engines": 8, "containers": 25, "cli": 4}  # of an input; 100 of what is not named
CASES = [(name, title) for name in TARGETS for title in corpus_of(name)]
MUTANTS = 300


@pytest.mark.parametrize(("name", "title"), CASES, ids=[f"{name}-{title}" for name, title in CASES])
def test_the_corpus_holds_the_invariant(name: str, title: str) -> None:
    TARGETS[name](corpus_of(name)[title])


@pytest.mark.parametrize(("name", "title"), CASES, ids=[f"{name}-{title}" for name, title in CASES])
def test_every_cut_of_the_corpus_holds_it(name: str, title: str) -> None:
    data = corpus_of(name)[title]
    step = max(1, len(data) // CUTS.get(name, 100))
    for end in range(0, len(data), step):
        TARGETS[name](data[:end])


@pytest.mark.parametrize("name", TARGETS)
def test_mutants_hold_it(name: str) -> None:
    mutate = RawMutator(list(corpus_of(name).values()), random.Random(20_240_101), largest=2048)
    outcomes = Counter(TARGETS[name](mutate()) for _ in range(MUTANTS))
    assert len(outcomes) > 1, f"all mutants end alike: {outcomes}"


def test_engines_agree_on_what_lies_in_captures() -> None:
    """The long run of this is `python -m fuzz.engines`."""
    found = engines.messages(engines.SAMPLES, load_standard())
    chance = random.Random(1)
    pairs = itertools.islice(engines.inputs(found, chance), 400)
    outcomes = Counter(engines.compare(struct, data, "parse_prefix", chance.random() < 0.25) for struct, data in pairs)
    assert set(outcomes) == {"value", "error"}
    assert len(found) >= 4


def test_the_mutator_repeats_itself() -> None:
    corpus = list(corpus_of("dns").values())
    first, second, other = (RawMutator(corpus, random.Random(seed), 512) for seed in (1, 1, 2))
    made = [first() for _ in range(200)]
    assert made == [second() for _ in range(200)]
    assert made != [other() for _ in range(200)]
    assert max(map(len, made)) <= 512


CORPORA: list[tuple[str, Callable[[], dict[str, bytes]]]] = [
    ("dns", make_corpus.dns_corpus),
    ("capture", make_corpus.capture_corpus),
    ("pattern", pattern_corpus),
    ("engines", target_corpora.engines_corpus),
    ("containers", target_corpora.containers_corpus),
    ("cli", target_corpora.cli_corpus),
]


@pytest.mark.parametrize(("name", "inputs"), CORPORA)
def test_the_corpus_is_what_its_script_makes(name: str, inputs: Callable[[], dict[str, bytes]]) -> None:
    kept = corpus_of(name)
    for title, data in inputs().items():
        assert kept[f"{title}.bin"] == data, f"{title}: run python -m fuzz.make_corpus"


def test_a_broken_invariant_is_noticed() -> None:
    """The handmade inputs are refused or read as their names say: the corpus tests something."""
    outcomes = {title: fuzz_dns.target(data) for title, data in corpus_of("dns").items()}
    accepted = {title for title, outcome in outcomes.items() if outcome == "value"}
    readable = ("header-only", "https-params", "nsec-bitmap", "type-unknown", "rare-types", "options-malformed", "update")
    assert {f"handmade-{t}.bin" for t in readable} <= accepted
    refused = [t for t in make_corpus.HANDMADE if t.startswith(("count", "label-type", "pointer-to"))]
    assert len(refused) > 3
    assert all(outcomes[f"handmade-{t}.bin"] == "error" for t in refused)


def test_the_pattern_corpus_is_read_as_it_is_meant() -> None:
    outcomes = {title.removesuffix(".bin"): fuzz_pattern.target(data) for title, data in corpus_of("pattern").items()}
    refused = {"empty", "unknown-word", "conflict", "not-last", "open", "surrogate", "bidirectional", "huge-unit"}
    assert {title for title, outcome in outcomes.items() if outcome == "refused"} >= refused
    matched = {title for title, outcome in outcomes.items() if outcome == "match"}
    expected = {"nothing", "dns", "integers", "text", "escapes", "sizes", "nested",
                "comment", "erlang-dns", "ragged", "extended-middle"}  # fmt: skip
    assert expected <= matched


def test_every_struct_has_messages_that_are_read() -> None:
    outcomes: dict[int, Counter[str]] = {}
    for data in corpus_of("engines").values():
        outcomes.setdefault(data[0], Counter())[fuzz_engines.target(data)] += 1
    assert set(outcomes) == set(range(len(fuzz_engines.STRUCTS)))
    assert all(counted["value"] for counted in outcomes.values()), outcomes


def test_the_container_corpus_shows_every_code() -> None:
    ends = {fuzz_containers.target(data).split(" after ")[0] for data in corpus_of("containers").values()}
    codes = ("truncated", "record-length", "block-length", "packet-length", "interface", "byte-order", "inflate", "unsupported")
    assert ends >= {"whole", *codes}


def test_the_command_line_corpus_ends_in_every_way() -> None:
    outcomes = {fuzz_cli.target(data) for data in corpus_of("cli").values()}
    assert {outcome.rpartition(" ")[2] for outcome in outcomes} - {"tried"} == {"0", "1", "2", "3"}
    assert {outcome.partition(" ")[0] for outcome in outcomes} >= {"decode", "parse", "build", "match", "show"}


HARMFUL = ["decode -qoX -", "decode --output=x -", "show this:Zen", "lint this", "parse dns @/dev/zero", "fuzz dns"]


@pytest.mark.parametrize("line", HARMFUL)
def test_fuzzing_the_command_line_does_no_harm(line: str) -> None:
    assert not fuzz_cli.is_harmless(line.split())


def test_dictionaries_are_what_their_script_makes() -> None:
    # In a process of its own: other tests add arms to open unions, and these would be in what is made here.
    script = "import json; from fuzz import make_dictionaries; print(json.dumps(make_dictionaries.dictionaries()))"
    root = make_dictionaries.FOLDER.parent.parent
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(str(root / folder) for folder in ("parsers", "specs", "."))}
    done = subprocess.run([sys.executable, "-c", script], cwd=root, env=environment, capture_output=True, check=True, timeout=300)
    made = json.loads(done.stdout)
    for title, text in made.items():
        kept = (make_dictionaries.FOLDER / f"{title}.dict").read_text(encoding="ascii")
        assert kept == text, f"{title}: run python -m fuzz.make_dictionaries"
    assert set(made) == set(TARGETS)
