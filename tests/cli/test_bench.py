"""`bench`: what is measured of which messages, functions beside the engines, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bitwright.backends.llvm import is_available
from tests.cli.running import QUERY, Run, pcap, udp_frame

QUICK = ("--seconds", "0.01", "--quiet")
ENGINES = ["llvm", "python"] if is_available() else ["python"]

RIVALS = """
import struct

CALLS = []

def header(data):
    CALLS.append(data)
    return {"id": struct.unpack_from(">H", data)[0], "answers": []}

def wrong(data):
    return {"id": 1}

def positional(data):
    return struct.unpack(">HHHH", data[:8]) + (data[8:],)

def silent(data):
    return None

def raises(data):
    raise ValueError("what is this?")

def ends(data):
    raise SystemExit(3)

async def later(data):
    return {"id": 1}

def piecemeal(data):
    yield {"id": 1}

def picky(data):
    if data[0] % 2:
        raise ValueError("odd")
    return {"id": struct.unpack_from(">H", data)[0]}

def parse(data):
    return data

def build(data):
    return data

def swapped(data):
    return bytes([data[1], data[0], *data[2:]])
"""


@pytest.fixture
def rivals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    path = tmp_path / "rivals_of_bench.py"
    path.write_text(RIVALS)
    return str(path)


def measured(run: Run, *arguments: str | Path) -> Any:
    result = run("bench", *arguments, *QUICK, "--json")
    assert result.code == 0, result.err
    return json.loads(result.out)


def test_messages_are_made_where_none_are_given(run: Run) -> None:
    report = measured(run, "dns", "--messages", "20")
    assert (report["messages"], report["source"]) == (20, "made from the declaration (seed 1)")
    assert [operation["name"] for operation in report["operations"]] == ["parse", "build", "push"]
    for operation in report["operations"]:
        assert [row["engine"] for row in operation["rows"]] == ENGINES
        for row in operation["rows"]:
            assert 0 < row["seconds"] <= row["median"], row
            assert row["lower"] <= row["median"] <= row["upper"]
            assert row["rounds"] >= 7
            assert row["messages_per_second"] == pytest.approx(1 / row["seconds"])
    assert measured(run, "dns", "--messages", "20", "--operation", "parse")["bytes"] == report["bytes"]


def test_messages_of_a_capture(run: Run, one_query: Path) -> None:
    report = measured(run, "dns", "--input", one_query, "--operation", "parse", "--backend", "python")
    assert (report["messages"], report["bytes"]) == (1, len(QUERY))
    (operation,) = report["operations"]
    (row,) = operation["rows"]
    assert row["bytes_per_second"] == pytest.approx(len(QUERY) / row["seconds"])


def test_messages_of_a_file_one_after_the_other(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "three.bin"
    path.write_bytes(3 * QUERY)
    report = measured(run, "dns", "--input", path, "--operation", "push", "--backend", "python")
    assert (report["messages"], report["bytes"]) == (3, 3 * len(QUERY))


def test_no_more_messages_than_asked_for_and_of_the_whole_input(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "many.pcap"
    path.write_bytes(pcap(udp_frame(bytes([number]) + QUERY[1:]) for number in range(50)))
    report = measured(run, "dns", "--input", path, "--operation", "parse", "--backend", "python", "--messages", "10")
    assert report["messages"] == 10
    assert report["source"] == f"of the 50 of {path}"


def test_the_table(run: Run) -> None:
    result = run("bench", "udp", "--messages", "5", *QUICK, "--backend", "python,interp")
    assert result.code == 0, result.err
    assert "bitwright_specs.udp:UDP  5 messages" in result.lines[0]
    assert [line.split()[0] for line in result.lines if line and line[0] != " "][1:5] == ["parse", "python", "interp", "build"]
    assert "not measured: " in result.out.decode()  # of a stream: a datagram has no end of its own
    assert not result.err


def test_auto_says_which_engine_serves(run: Run) -> None:
    if not is_available():
        pytest.skip("needs llvmlite")
    report = measured(run, "udp", "--messages", "5", "--backend", "auto", "--operation", "parse")
    assert [row["contender"] for row in report["operations"][0]["rows"]] == ["auto: llvm"]


def test_a_function_beside_the_engines(run: Run, one_query: Path, rivals: str) -> None:
    report = measured(run, "dns", "--input", one_query, "--operation", "parse", "--against", f"{rivals}:header")
    operation = report["operations"][0]
    assert [row["engine"] for row in operation["rows"]] == [*ENGINES, None]
    assert operation["rows"][-1]["fields"] == ["id", "answers"]
    assert operation["notes"] == [f"{rivals}:header: compared in 2 fields: id, answers"]


def test_results_by_position(run: Run, rivals: str) -> None:
    report = measured(run, "udp", "--messages", "5", "--operation", "parse", "--against", f"{rivals}:positional")
    assert report["operations"][0]["rows"][-1]["fields"] == ["src_port", "dst_port", "length", "checksum", "payload"]


def test_nothing_to_compare_is_said(run: Run, rivals: str) -> None:
    report = measured(run, "udp", "--messages", "5", "--operation", "parse", "--against", f"{rivals}:silent")
    assert report["operations"][0]["notes"] == [f"{rivals}:silent: its results name no field of UDP, so nothing in them was compared"]


def test_building_takes_what_the_function_for_parsing_made(run: Run, rivals: str) -> None:
    against = ("--against", f"{rivals}:parse", "--against", f"build={rivals}:build")
    report = measured(run, "udp", "--messages", "5", "--operation", "parse,build", *against)
    assert report["operations"][1]["notes"] == [f"{rivals}:build: builds the same bytes"]


@pytest.mark.parametrize(
    ("against", "complaint"),
    [
        ("wrong", "disagrees about message 1 of 1 (123401"),
        ("raises", "refuses message 1 of 1 (123401"),
        ("ends", "refuses message 1 of 1 (123401"),
        ("later", "gives a coroutine, which has done nothing yet; write a function that does the work"),
        ("piecemeal", "gives a generator, which has done nothing yet; write a function that does the work"),
    ],
)
def test_a_function_that_is_no_match_is_refused(run: Run, one_query: Path, rivals: str, against: str, complaint: str) -> None:
    result = run("bench", "dns", "--input", one_query, *QUICK, "--against", f"{rivals}:{against}")
    assert (result.code, result.out) == (1, b"")
    (line,) = result.complaints
    assert line.startswith(f"bitwright: parse: {rivals}:{against} {complaint}")


def test_what_is_built_otherwise_is_refused(run: Run, rivals: str) -> None:
    against = ("--against", f"{rivals}:parse", "--against", f"build={rivals}:swapped")
    result = run("bench", "udp", "--messages", "5", *QUICK, *against)
    assert result.code == 1
    assert f"build: {rivals}:swapped makes of message 1 of 5 (" in result.err


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (("nonesuch",), 2, "no spec is named 'nonesuch'"),
        (("udp", "--backend", "fast"), 2, "'fast' is no engine; there are: auto, interp, llvm, python"),
        (("udp", "--operation", "walk"), 2, "'walk' is no operation; there are: parse, build, push"),
        (("udp", "--operation", "push"), 1, "push: "),
        (("udp", "--messages", "0"), 2, "write a number of messages, at least 1"),
        (("udp", "--seconds", "0"), 2, "write a number of seconds above 0"),
        (("udp", "--against", "walk=a:b"), 2, "'walk' is no operation"),
        (("udp", "--against", "push=a:b", "--operation", "parse"), 2, "push is not measured"),
        (("udp", "--against", "nonesuch:f"), 2, "No module named 'nonesuch'"),
        (("udp", "--input", "nonesuch.pcap"), 3, "nonesuch.pcap: No such file"),
    ],
    ids=str,
)
def test_refusals(run: Run, arguments: tuple[str, ...], code: int, complaint: str) -> None:
    result = run("bench", *arguments, *QUICK)
    assert (result.code, result.out) == (code, b"")
    (line,) = result.complaints
    assert complaint in line


def test_a_file_that_is_no_message_is_named(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "short.bin"
    path.write_bytes(QUERY + b"\x01")
    result = run("bench", "dns", "--input", path, *QUICK)
    assert result.code == 1
    assert result.err.startswith(f"bitwright: {path}: is no Message, from byte {len(QUERY)} on: ")


def test_a_file_of_a_folder_that_is_no_message_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(QUERY)
    (tmp_path / "b.bin").write_bytes(b"\x01")
    result = run("bench", "dns", "--input", tmp_path, *QUICK)
    assert result.code == 1
    assert result.err.startswith(f"bitwright: {tmp_path / 'b.bin'}: is no Message: ")


def test_a_damaged_capture_gives_what_comes_before_and_says_so(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "cut.pcap"
    path.write_bytes(pcap([udp_frame(QUERY), udp_frame(QUERY)])[:-1])
    result = run("bench", "dns", "--input", path, "--operation", "parse", "--backend", "python", *QUICK, "--json")
    assert (result.code, json.loads(result.out)["messages"]) == (0, 1)
    assert result.err.startswith(f"{path}: the file ends inside")
    assert "only what comes before that is taken" in result.err


def test_a_profile_of_fields(run: Run, one_query: Path) -> None:
    arguments = ("bench", "dns", "--input", one_query, "--operation", "parse", "--backend", "python", "--profile", *QUICK)
    (profile,) = json.loads(run(*arguments, "--json").out)["profiles"]
    assert (profile["operation"], profile["engine"]) == ("parse", "python")
    costs = {cost["path"]: cost for cost in profile["costs"]}
    assert (costs["id"]["bytes"], costs["qr"]["bytes"], costs["questions"]["bytes"]) == (2, 0.125, len(QUERY) - 12)
    assert costs["questions"]["ops"] > costs["id"]["ops"] > 0
    table = run(*arguments)
    assert table.code == 0, table.err
    begin = next(index for index, line in enumerate(table.lines) if line.startswith("fields in parsing"))
    assert table.lines[begin + 1].split()[0] == "id"
    assert [line for line in table.lines if line.startswith("a message")]


def test_a_profile_of_what_has_none_is_refused_before_anything_is_measured(run: Run) -> None:
    result = run("bench", "dns", "--messages", "5", *QUICK, "--profile", "--operation", "push")
    assert (result.code, result.err) == (1, "bitwright: a profile is of parse or build\n")
    result = run("bench", "dns", "--messages", "5", *QUICK, "--profile", "--backend", "interp,python")
    assert (result.code, result.err) == (1, "bitwright: a profile takes times of compiled code: name another engine than interp\n")


def test_a_capture_without_the_format_is_named(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "other.pcap"
    path.write_bytes(pcap([udp_frame(b"\x01\x02", source=1, target=2)]))
    result = run("bench", "dns", "--input", path, *QUICK)
    assert (result.code, result.err) == (3, f"bitwright: {path}: is a capture that holds no Message\n")


def test_what_a_function_refuses_can_be_left_out(run: Run, tmp_path: Path, rivals: str) -> None:
    path = tmp_path / "many.pcap"
    path.write_bytes(pcap(udp_frame(bytes([number]) + QUERY[1:]) for number in range(5)))
    arguments = ("dns", "--input", path, "--operation", "parse", "--backend", "python", "--against", f"{rivals}:picky")
    assert run("bench", *arguments, *QUICK).code == 1
    report = measured(run, *arguments, "--skip-unequal")
    assert (report["messages"], report["source"]) == (3, f"of {path}; 2 left out, with which a function does something else")
    assert [row["fields"] for row in report["operations"][0]["rows"]] == [None, ["id"]]
    nothing = run("bench", "dns", "--input", path, *QUICK, "--against", f"{rivals}:raises", "--skip-unequal")
    assert nothing.code == 1
    assert nothing.err == "bitwright: each of the 5 messages is refused, or read otherwise, by a function beside the engines\n"
