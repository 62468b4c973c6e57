"""The recorded captures beside the project, and what is known of each."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import pytest

CAPTURES = Path(__file__).resolve().parents[3] / "shared" / "captures"
HOSTILE = "hostile-dev"


@dataclasses.dataclass(frozen=True)
class Entry:
    """A row of the inventory."""

    file: str
    split: str
    container: str
    link_types: str
    packets: int
    cut: int
    notes: str
    protocols: str

    @property
    def path(self) -> Path:
        return CAPTURES / self.file

    @property
    def hostile(self) -> bool:
        return self.split == HOSTILE

    def frames(self) -> dict[str, int]:
        """How often tshark saw each protocol."""
        counted = {}
        for item in self.protocols.split(" [")[0].split(","):
            name, _, count = item.partition(":")
            if count.isdigit():
                counted[name] = int(count)
        return counted


def entries() -> list[Entry]:
    """Every row; none where the captures are absent."""
    table = CAPTURES / "INVENTORY.tsv"
    if not table.is_file():
        return []
    with table.open(newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Entry(
                row["file"], row["split"], row["container"], row["linktype"], int(row["packets"]), int(row["packets_cut_by_snaplen"]),
                row["notes"], row["main_protocols(tshark 4.0.17 frames)"],
            )
            for row in rows
        ]  # fmt: skip


def needed() -> list[Entry]:
    """Every row; the test skips, and says so, where the captures are absent."""
    found = entries()
    if not found:
        pytest.skip(f"no captures beside the project at {CAPTURES.parent.name}/{CAPTURES.name}/: this test needs them")
    return found
