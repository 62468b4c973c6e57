"""What compiling made, kept on disk between processes, in a directory that belongs to the user alone.

Promise: what `load` gives is what a process of this user has stored under the same key, whole; anything else is as if it were not there.
Nothing here fails because of what the disk holds, or cannot hold.  An entry is code that will run, so it is only taken from
a directory and a file of which this user is the owner, and that nobody else can write; a checksum finds what is damaged.

`BITWRIGHT_CACHE` names the directory; empty or `off`, nothing is kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

VARIABLE: Final = "BITWRIGHT_CACHE"
MOST_BYTES: Final = 64 << 20  # of all entries together; beyond it the oldest go
_LARGEST: Final = 32 << 20  # bytes of one entry
_ROOM: Final = MOST_BYTES // 4  # bytes that are made free at once
_MAGIC: Final = b"bitwright cache 1\n"
_DIGEST: Final = hashlib.sha256().digest_size
_ENTRY: Final = re.compile(r"[0-9a-f]{64}\.[a-z]+")
_UNFINISHED: Final = ".writing-"
_DAY: Final = 86_400.0  # seconds
# No link is followed, and nothing that is no file is waited for.
_CAREFULLY: Final = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))


def directory() -> Path | None:
    """Where entries lie, whether or not it exists yet; None if nothing is to be kept."""
    wanted = os.environ.get(VARIABLE)
    if wanted is not None:
        return None if wanted.strip().lower() in ("", "off") else Path(wanted)
    try:
        return _of_the_user() / "bitwright"
    except RuntimeError:  # there is no home directory
        return None


def _of_the_user() -> Path:
    """Where the platform keeps what can be made again."""
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    return Path(chosen) if os.path.isabs(chosen) else Path.home() / ".cache"  # noqa: PTH117  # the specification ignores a relative one


def key_of(*parts: bytes | str) -> str:
    """A name for all these parts, in this order."""
    found = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        found.update(b"%d:" % len(raw))
        found.update(raw)
    return found.hexdigest()


def load(key: str, kind: str) -> bytes | None:
    """What is stored under a key; None if there is nothing, or nothing to be trusted."""
    place = directory()
    if place is None or not _is_private(place):
        return None
    path = place / f"{key}.{kind}"
    try:
        raw = _read(path)
    except (OSError, ValueError):
        return None
    content = raw[len(_MAGIC) + _DIGEST :]
    return content if raw == _MAGIC + _checksum(key, kind, content) + content else None


def _read(path: Path) -> bytes:
    """A file of this user; OSError for any other, and where there is none."""
    file = os.open(path, os.O_RDONLY | _CAREFULLY)
    with os.fdopen(file, "rb") as opened:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode) or not _is_ours(found) or found.st_size > _LARGEST:
            raise PermissionError(path)
        raw = opened.read(_LARGEST)
    if time.time() - found.st_mtime > _DAY:
        with contextlib.suppress(OSError):
            os.utime(path)  # it is in use: others go before it
    return raw


def store(key: str, kind: str, content: bytes) -> None:
    """Keep something under a key, if that is possible: at once whole, also if others write the same."""
    place = directory()
    if place is None or len(content) + len(_MAGIC) + _DIGEST > _LARGEST:
        return
    unfinished: Path | None = None
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_private(place):
            return
        file, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=place)  # which only its owner can read and write
        unfinished = Path(name)
        with os.fdopen(file, "wb") as opened:
            opened.write(_MAGIC + _checksum(key, kind, content) + content)
        unfinished.replace(place / f"{key}.{kind}")
        _make_room(place)
    except (OSError, ValueError):  # no such place, no right to write, no space: the code runs all the same
        if unfinished is not None:
            with contextlib.suppress(OSError):
                unfinished.unlink()


def _checksum(key: str, kind: str, content: bytes) -> bytes:
    return hashlib.sha256(f"{key}.{kind}\n".encode() + content).digest()


def _is_private(place: Path) -> bool:
    """Whether it is a directory into which nobody but this user can put anything."""
    try:
        found = place.stat()
    except (OSError, ValueError):
        return False
    return stat.S_ISDIR(found.st_mode) and _is_ours(found)


def _is_ours(found: os.stat_result) -> bool:
    """Whether this user is the owner, and nobody else can write; on Windows that is up to the directory."""
    if sys.platform == "win32":
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _make_room(place: Path) -> None:
    """Remove the entries that nobody has used for longest, and what was never finished; nothing else that lies there."""
    entries = []
    for path in place.iterdir():
        unfinished = path.name.startswith(_UNFINISHED)
        if unfinished or _ENTRY.fullmatch(path.name):
            with contextlib.suppress(OSError):  # somebody else has just removed it
                found = path.lstat()
                if not unfinished:
                    entries.append((found.st_mtime, found.st_size, path))
                elif time.time() - found.st_mtime > _DAY:
                    path.unlink()
    total = sum(size for _, size, _ in entries)
    if total > MOST_BYTES:
        for _, size, path in sorted(entries):
            with contextlib.suppress(OSError):
                path.unlink()
            total -= size
            if total <= MOST_BYTES - _ROOM:
                return
