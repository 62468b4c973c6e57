"""Files that are written as a whole, at the end: until then, and whatever goes wrong, they are what they were.

Promise: `refuse` raises the OSError that writing would, before the work is done; `write` puts the new content in place of the old in one
step, where the folder takes new files, with the old permissions.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import tempfile
from pathlib import Path


def is_for(path: Path) -> bool:
    """Whether there is a file to be replaced, or none yet; devices and pipes are written as they are."""
    return path.is_file() or not path.exists()


def refuse(path: Path) -> None:
    """OSError if it cannot be written."""
    real = path.resolve()
    if real.exists():
        with real.open("r+b"):
            return
    with tempfile.TemporaryFile(dir=real.parent):
        return


def write(path: Path, data: bytes) -> None:
    """All of it, or nothing."""
    real = path.resolve()
    mode = stat.S_IMODE(real.stat().st_mode) if real.exists() else None
    new = real.with_name(f".{real.name[:100]}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except OSError:
        if mode is None:
            raise
        real.write_bytes(data)  # the folder takes no new file, but the old one can be written
        return
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        if mode is not None:
            new.chmod(mode)
        new.replace(real)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink()
        raise
