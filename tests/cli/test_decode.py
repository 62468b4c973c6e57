"""`bitwright decode`: formats, options, the closing summary, and exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import cast

import pytest

from bitwright import capture
from bitwright.cli.output import Output
from bitwright.cli.row_jsonl import JsonLines
from bitwright.stack import Walker, load_standard
from tests.cli.running import QUERY, Run, pcap, udp_frame

SAMPLE = Path(__file__).parents[2] / "samples" / "dns.pcap"

LINE = (
    "     1  03:04:05.678901  192.0.2.1:40000 > 192.0.2.2:53  ethernet/ipv4/udp/dns  id=4660 rd; questions: www.example. A"
)


def test_text_is_one_line_a_packet(run: Run, one_query: Path) -> None:
    result = run("decode", one_query)
    assert result.code == 0
    assert result.lines == [LINE]
    assert result.err == "1 packet read: 1 ok, 0 cut, 0 malformed, 0 unknown\n"


def test_jsonl_is_as_documented(run: Run, one_query: Path) -> None:
    result = run("decode", "--format", "jsonl", one_query)
    (row,) = result.rows
    assert list(row) == ["number", "time_ns", "interface", "captured", "original", "status", "layers", "findings", "error"]
    assert (row["number"], row["time_ns"], row["interface"], row["status"]) == (1, 1577934245678901000, 0, "ok")
    assert row["captured"] == row["original"] == 14 + 20 + 8 + len(QUERY)
    assert [(layer["layer"], layer["offset"]) for layer in row["layers"]] == [("ethernet", 0), ("ipv4", 14), ("udp", 34), ("dns", 42)]
    assert row["findings"] == []
    assert row["error"] is None
    for layer in row["layers"][:3]:
        assert "payload" not in layer["fields"]
    assert row["layers"][1]["fields"]["src"] == "192.0.2.1"
    assert row["layers"][3]["fields"]["questions"] == [{"qname": "www.example.", "qtype": "A", "qclass": "IN"}]
    assert list(row["layers"][3]["fields"])[:5] == ["id", "qr", "opcode", "aa", "tc"]


def test_jsonl_keeps_a_payload_that_no_layer_explains(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap([udp_frame(b"\xde\xad", target=9), udp_frame(b"", target=9)]))
    rows = run("decode", "--format", "jsonl", path).rows
    assert rows[0]["layers"][-1]["fields"]["payload"] == "dead"
    assert "payload" not in rows[1]["layers"][-1]["fields"]


def test_jsonl_of_a_malformed_packet_has_the_place_and_what_came_before(run: Run, mixed: Path) -> None:
    row = run("decode", "--format", "jsonl", mixed).rows[1]
    assert row["status"] == "malformed"
    assert row["error"]["code"] == "bad-pointer"
    assert row["error"]["layer"] == "dns"
    assert row["error"]["path"] == "questions[0].qname"
    assert row["error"]["byte_offset"] == 42 + 12
    assert row["layers"][-1] == {"layer": "dns", "offset": 42, "fields": row["layers"][-1]["fields"]}
    assert row["layers"][-1]["fields"]["id"] == 0x1234
    assert row["layers"][-2]["fields"]["payload"].startswith("1234")  # nothing was decoded from it, so it is shown


def test_tree_names_every_field(run: Run, one_query: Path) -> None:
    text = run("decode", "--format", "tree", "--time", "date", one_query).out.decode()
    assert text.startswith("packet 1  2020-01-02 03:04:05.678901  192.0.2.1:40000 > 192.0.2.2:53  71 bytes  ok\n")
    for expected in ("ethernet: at byte 0", "ttl: 64 (0x40)", "src_port: 40000 (0x9c40)", "id: 4660 (0x1234)", "qname: www.example."):
        assert re.search(rf"[├└]── {re.escape(expected)}\n", text), expected
    assert "\x1b" not in text


def test_tree_of_what_went_wrong(run: Run, mixed: Path) -> None:
    text = run("decode", "--format", "tree", mixed).out.decode()
    assert "dns: at byte 42, read in part" in text
    assert re.search(r"error: dns\.questions\[0\]\.qname at byte 54: .* \[bad-pointer\]", text)


@pytest.mark.parametrize(
    ("kind", "shown"),
    [("clock", "03:04:06.678901"), ("date", "2020-01-02 03:04:06.678901"), ("relative", "1.000000"), ("epoch", "1577934246.678901")],
)
def test_times(run: Run, mixed: Path, kind: str, shown: str) -> None:
    assert run("decode", "--time", kind, mixed).lines[1].startswith(f"     2  {shown}  ")


def test_the_summary_adds_up_and_gives_reasons(run: Run, mixed: Path) -> None:
    result = run("decode", mixed)
    assert result.code == 1
    assert result.complaints[:3] == [
        "4 packets read: 2 ok, 1 cut, 1 malformed, 0 unknown",
        "  cut: 1 udp truncated",
        "  malformed: 1 dns bad-pointer",
    ]


def test_a_cut_packet_alone_is_no_failure(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "cut.pcap"
    path.write_bytes(pcap([udp_frame(QUERY)], snap_length=60))
    result = run("decode", path)
    assert (result.code, result.complaints[0]) == (0, "1 packet read: 0 ok, 1 cut, 0 malformed, 0 unknown")


def test_an_unknown_link_type_is_counted_and_shown(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "link.pcap"
    path.write_bytes(pcap([b"abc"], link_type=147))
    result = run("decode", path)
    assert result.lines == ["     1  03:04:05.678901  link type 147  unknown"]
    assert result.complaints == ["1 packet read: 0 ok, 0 cut, 0 malformed, 1 unknown", "  unknown: 1 link type 147"]
    assert run("decode", "--format", "tree", path).lines[1] == "└── link type: 147, which no layer is registered for"


def test_limit(run: Run, mixed: Path) -> None:
    result = run("decode", "--limit", "1", mixed)
    assert (result.code, result.lines) == (0, [LINE])
    assert run("decode", "--limit", "0", mixed).lines == []


def test_quiet(run: Run, mixed: Path) -> None:
    assert run("decode", "-q", mixed).err == ""


def test_stats(run: Run, mixed: Path) -> None:
    err = run("decode", "--stats", mixed).err
    assert "  packets with each layer: 4 ethernet, 4 ipv4, 4 udp, 3 dns\n" in err
    assert "    3  ethernet/ipv4/udp/dns\n    1  ethernet/ipv4/udp\n" in err
    assert re.search(r"\d+ bytes captured, [\d.]+ s, [\d,]+ packets/s\n", err)


def test_check_lists_findings(run: Run, one_query: Path) -> None:
    result = run("decode", "--check", "--format", "jsonl", one_query)
    assert [finding["code"] for finding in result.rows[0]["findings"]] == ["checksum"]  # the IPv4 header's is zero
    assert "  findings: 1 checksum" in result.complaints
    assert result.rows[0]["findings"][0]["bit_offset"] == 8 * (14 + 10)


def test_as_binds_a_port(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "port.pcap"
    path.write_bytes(pcap([udp_frame(QUERY, target=5300)]))
    assert run("decode", path).lines[0].endswith("ethernet/ipv4/udp  +29 bytes")
    assert run("decode", "--as", "udp.port=5300=dns", path).lines[0].endswith("www.example. A")
    assert run("decode", "--as", "udp.port=0x14b4=dns", path).lines[0].endswith("www.example. A")


def test_as_takes_a_class_of_ones_own_and_link_types(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_frames.py").write_text("from bitwright import Struct, u8\nclass Frame(Struct):\n    level: int = u8()\n")
    (tmp_path / "own.pcap").write_bytes(pcap([b"\x07"], link_type=147))
    monkeypatch.chdir(tmp_path)
    result = run("decode", "--format", "jsonl", "--as", "link=147=own_frames:Frame", "own.pcap")
    assert result.rows[0]["layers"] == [{"layer": "own_frames:Frame", "offset": 0, "fields": {"level": 7}}]


@pytest.mark.parametrize("backend", ["interp", "python", "auto"])
def test_backends_agree(run: Run, mixed: Path, backend: str) -> None:
    assert run("decode", "--format", "jsonl", "--backend", backend, mixed).out == run("decode", "--format", "jsonl", mixed).out


def test_output_goes_to_a_file(run: Run, one_query: Path, tmp_path: Path) -> None:
    result = run("decode", "-o", tmp_path / "out.txt", one_query)
    assert result.out == b""
    assert (tmp_path / "out.txt").read_text() == LINE + "\n"


def test_the_input_is_never_overwritten(run: Run, one_query: Path) -> None:
    before = one_query.read_bytes()
    result = run("decode", "-o", one_query, one_query)
    assert result.code == 2
    assert one_query.read_bytes() == before


def test_stdin(run: Run, one_query: Path) -> None:
    result = run("decode", "-", stdin=one_query.read_bytes())
    assert (result.code, result.lines) == (0, [LINE])


def test_the_sample_capture_is_decoded_whole(run: Run) -> None:
    result = run("decode", "--format", "jsonl", SAMPLE)
    assert result.code == 0
    assert [row["number"] for row in result.rows] == list(range(1, 121))
    assert result.complaints[0].startswith("120 packets read: 120 ok")
    assert len(run("decode", SAMPLE).lines) == 120


def test_jsonl_is_ascii_and_the_same_json_whatever_is_in_it(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "texts.py").write_text(
        "from bitwright import Struct, text\nclass Text(Struct):\n    said: str = text(encoding='latin-1')\n"
    )
    every_byte = bytes(range(256))
    (tmp_path / "texts.pcap").write_bytes(pcap([every_byte], link_type=147))
    monkeypatch.chdir(tmp_path)
    result = run("decode", "--format", "jsonl", "--as", "link=147=texts:Text", "texts.pcap")
    assert json.loads(result.out)["layers"][0]["fields"]["said"] == every_byte.decode("latin-1")
    assert set(result.out) <= {0x0A, *range(0x20, 0x7F)}


def test_rows_read_straight_to_plain_data_are_the_same_lines() -> None:
    class Lines(list[bytes]):
        write = list.append

    made = {}
    for plain in (True, False):
        walker, lines = Walker(load_standard(), plain=plain), Lines()
        writer = JsonLines(cast("Output", lines))
        with capture.open(SAMPLE) as packets:
            for packet in packets:
                writer.row(walker.decode(packet))
        made[plain] = lines
    assert len(made[True]) == 120
    assert made[True] == made[False]
