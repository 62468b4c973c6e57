"""Bitwright as it was at a commit, in a folder of its own, so that its instructions can be counted by the same interpreter."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from benchmarks.packets import ROOT

_FILTER: Final[dict[str, Any]] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # not in 3.11.2; it is our own archive


class NoSuchCommit(Exception):  # noqa: N818  # says what is the case
    """Git does not give that commit."""


@contextmanager
def source_at(commit: str) -> Iterator[Path]:
    """A folder with `parsers` and `specs` of the commit."""
    command = ["git", "archive", "--format=tar", commit, "--", "parsers", "specs"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
    if done.returncode:
        raise NoSuchCommit(f"git does not give {commit!r}: {done.stderr.decode(errors='replace').strip()}")
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(folder, **_FILTER)
        yield Path(folder)
