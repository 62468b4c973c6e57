"""What is kept on disk: whole or not at all, from nobody else, wherever it lies; and that it spares the work it is there for."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bitwright.backends.llvm import cache, jit
from bitwright.backends.llvm.emit import emit_program
from bitwright.backends.python.runtime import FAILURES, Fail
from bitwright.codec import codec_of
from bitwright_specs.dns import Header

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "parsers", ROOT / "specs", ROOT)))}
KEY = cache.key_of("what", "it is")
CONTENT = b"made\0of bytes\n"
HEADER = bytes.fromhex("1a2b8583000100020003000a")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that the cache makes when it needs it; the routines are not looked for there."""
    jit.address_of_routine("bw_read_name")
    found = tmp_path / "not" / "yet there"
    monkeypatch.setenv(cache.VARIABLE, str(found))
    return found


@pytest.fixture
def entry(place: Path) -> Path:
    """The file of something that was kept."""
    cache.store(KEY, "code", CONTENT)
    return place / f"{KEY}.code"


def test_what_is_stored_is_found_under_its_key_and_kind_alone(place: Path) -> None:
    assert cache.load(KEY, "code") is None
    cache.store(KEY, "code", CONTENT)
    assert cache.load(KEY, "code") == CONTENT
    assert cache.load(KEY, "plan") is None
    assert cache.load(cache.key_of("what", "it was"), "code") is None
    cache.store(KEY, "code", b"")
    assert cache.load(KEY, "code") == b""
    assert [path.name for path in place.iterdir()] == [f"{KEY}.code"]


@pytest.mark.parametrize("parts", [("whati", "t is"), ("whatit is",), ("what", "it is", ""), ("", "what", "it is"), ("it is", "what")])
def test_a_key_is_of_its_parts_in_their_order(parts: tuple[str, ...]) -> None:
    assert cache.key_of(*parts) != KEY


@pytest.mark.skipif(sys.platform == "win32", reason="rights as POSIX has them")
def test_nobody_else_can_look_into_it(entry: Path) -> None:
    assert entry.parent.stat().st_mode & 0o777 == 0o700
    assert entry.stat().st_mode & 0o777 == 0o600


# --- damage --------------------------------------------------------------------------------------


def test_whatever_byte_is_changed_or_missing_nothing_is_found(entry: Path) -> None:
    whole = entry.read_bytes()
    damaged = [whole[:size] for size in range(len(whole))] + [whole + b"\0", b"\0" * len(whole), CONTENT, whole + whole]
    damaged += [whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :] for at in range(len(whole)) for bit in range(8)]
    for raw in damaged:
        entry.write_bytes(raw)
        assert cache.load(KEY, "code") is None, raw
    cache.store(KEY, "code", CONTENT)
    assert cache.load(KEY, "code") == CONTENT


def test_an_entry_under_the_name_of_another_is_none(entry: Path) -> None:
    other = cache.key_of("another")
    entry.rename(entry.with_name(f"{other}.code"))
    assert cache.load(other, "code") is None


def _a_link(path: Path) -> None:
    path.rename(path.with_name("aside"))
    path.symlink_to(path.with_name("aside"))


def _a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


@pytest.mark.skipif(sys.platform == "win32", reason="links, pipes and rights as POSIX has them")
@pytest.mark.parametrize("make", [_a_link, _a_directory, _a_pipe])
def test_only_a_file_is_read(entry: Path, make: Callable[[Path], None]) -> None:
    make(entry)
    assert cache.load(KEY, "code") is None
    cache.store(KEY, "code", CONTENT)
    assert (cache.load(KEY, "code") == CONTENT) is (make is not _a_directory)


# --- who may have written it ---------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="owners and rights as POSIX has them")
@pytest.mark.parametrize("mode", [0o777, 0o770, 0o720, 0o702])
def test_a_directory_that_others_can_write_is_not_used(entry: Path, mode: int) -> None:
    entry.parent.chmod(mode)
    assert cache.load(KEY, "code") is None
    entry.unlink()
    cache.store(KEY, "code", CONTENT)
    assert list(entry.parent.iterdir()) == []
    entry.parent.chmod(0o700)
    cache.store(KEY, "code", CONTENT)
    assert cache.load(KEY, "code") == CONTENT


@pytest.mark.skipif(sys.platform == "win32", reason="owners and rights as POSIX has them")
@pytest.mark.parametrize("mode", [0o666, 0o620, 0o602])
def test_a_file_that_others_can_write_is_not_read(entry: Path, mode: int) -> None:
    entry.chmod(mode)
    assert cache.load(KEY, "code") is None
    cache.store(KEY, "code", CONTENT)
    assert cache.load(KEY, "code") == CONTENT


@pytest.mark.skipif(sys.platform == "win32", reason="owners as POSIX has them")
def test_what_belongs_to_another_user_is_neither_read_nor_written(entry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = entry.stat()
    monkeypatch.setattr(os, "geteuid", lambda: before.st_uid + 1)
    assert cache.load(KEY, "code") is None
    cache.store(KEY, "code", b"of somebody else")
    monkeypatch.undo()
    assert (entry.stat().st_ino, entry.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert [path.name for path in entry.parent.iterdir()] == [entry.name]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_in_our_directory_is_not_read(entry: Path) -> None:
    os.chown(entry, 12345, 12345)
    assert cache.load(KEY, "code") is None


# --- where it lies -------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["", "off", "OFF", " off "])
def test_switched_off_it_keeps_nothing(place: Path, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.store(KEY, "code", CONTENT)
    monkeypatch.setenv(cache.VARIABLE, value)
    assert cache.directory() is None
    assert cache.load(KEY, "code") is None
    cache.store(cache.key_of("more"), "code", CONTENT)
    assert len(list(place.iterdir())) == 1


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"HOME": "/home/me"}, "/home/me/.cache/bitwright"),
        ("linux", {"HOME": "/home/me", "XDG_CACHE_HOME": "/var/mine"}, "/var/mine/bitwright"),
        ("linux", {"HOME": "/home/me", "XDG_CACHE_HOME": "relative"}, "/home/me/.cache/bitwright"),
        ("darwin", {"HOME": "/Users/me", "XDG_CACHE_HOME": "/var/mine"}, "/Users/me/Library/Caches/bitwright"),
        ("win32", {"HOME": "/c/me", "LOCALAPPDATA": "/c/me/local"}, "/c/me/local/bitwright"),
        ("win32", {"HOME": "/c/me"}, "/c/me/AppData/Local/bitwright"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="Path.home() asks other variables there")
def test_each_platform_has_a_place_for_it(
    platform: str, variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (cache.VARIABLE, "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert cache.directory() == Path(expected)


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    for name in (str(tmp_path / "file"), str(tmp_path / "file" / "below"), "\0", "x" * 5000, "/proc/nothing/of the kind"):
        monkeypatch.setattr(cache, "directory", lambda name=name: Path(name))
        cache.store(KEY, "code", CONTENT)
        assert cache.load(KEY, "code") is None
    assert (tmp_path / "file").read_bytes() == b""


@pytest.mark.parametrize("failing", ["replace", "mkdir"])
def test_a_full_disk_is_no_error_and_leaves_nothing(place: Path, failing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "no space")

    place.mkdir(0o700, parents=True)
    monkeypatch.setattr(Path, failing, refuse)
    cache.store(KEY, "code", CONTENT)
    assert list(place.iterdir()) == []


# --- how much ------------------------------------------------------------------------------------


def test_the_oldest_go_first_and_nothing_that_is_not_ours(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_BYTES", 10_000)
    monkeypatch.setattr(cache, "_ROOM", 2_500)
    cache.store(KEY, "code", CONTENT)
    others = [place / name for name in ("of somebody", f"{KEY}.code.bak", "0123.code")]
    for path in others:
        path.write_bytes(b"x" * 50_000)
        os.utime(path, (1, 1))
    keys = [cache.key_of(str(number)) for number in range(20)]
    for age, key in enumerate(keys):
        cache.store(key, "code", bytes(900))
        path = place / f"{key}.code"
        if path.exists():
            os.utime(path, (1_000_000 + age, 1_000_000 + age))
        mine = [one for one in place.iterdir() if one not in others]
        assert sum(one.stat().st_size for one in mine) <= 10_000
    assert cache.load(KEY, "code") == CONTENT  # the newest by its time
    kept = [key for key in keys if cache.load(key, "code") is not None]
    assert kept == keys[-len(kept) :]
    assert 6 <= len(kept) <= 10
    assert all(path.exists() for path in others)


def test_what_is_used_is_not_old(entry: Path) -> None:
    os.utime(entry, (1, 1))
    assert cache.load(KEY, "code") == CONTENT
    assert time.time() - entry.stat().st_mtime < 3600


def test_what_a_killed_process_left_is_removed_after_a_day(place: Path) -> None:
    place.mkdir(0o700, parents=True)
    old, new = place / ".writing-old", place / ".writing-new"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    cache.store(KEY, "code", CONTENT)
    assert (old.exists(), new.exists()) == (False, True)


def test_one_entry_cannot_be_larger_than_is_read_back(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_LARGEST", 1000)
    cache.store(KEY, "code", bytes(1000))
    assert not place.exists()
    head = 50  # of an entry, before its content
    cache.store(KEY, "code", bytes(1000 - head))
    assert cache.load(KEY, "code") == bytes(1000 - head)


# --- several at once -----------------------------------------------------------------------------

WRITER = """
import sys
from bitwright.backends.llvm import cache
cache.MOST_BYTES, cache._ROOM = 60_000, 20_000
me = int(sys.argv[1])
keys = [cache.key_of(str(number)) for number in range(8)]
found = 0
for turn in range(150):
    key = keys[(turn * 7 + me) % len(keys)]
    raw = cache.load(key, "code")
    if raw is not None:
        found += 1
        assert raw == key.encode() * (1 + raw.count(b"+")) + b"+" * raw.count(b"+"), raw
    cache.store(key, "code", key.encode() * (1 + turn + me) + b"+" * (turn + me))
print(found)
"""


def test_processes_that_write_the_same_read_it_whole(place: Path) -> None:
    environment = {**ENVIRONMENT, cache.VARIABLE: str(place)}
    running = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(me)], env=environment, stdout=subprocess.PIPE, text=True) for me in range(4)
    ]
    outputs = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0] * 4
    assert all(int(output) > 10 for output in outputs)
    assert not [path for path in place.iterdir() if path.name.startswith(".")]


# --- the object code of a module -----------------------------------------------------------------


@pytest.fixture
def compilations(place: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that LLVM is asked to compile."""
    asked: list[str] = []
    compiled = jit.compiled

    def counting(text: str) -> bytes:
        asked.append(text)
        return compiled(text)

    monkeypatch.setattr(jit, "compiled", counting)
    return asked


def loaded() -> Any:
    """`parse` of a DNS header as machine code, made anew."""
    codec = codec_of(Header, "llvm")
    return jit.Loaded(emit_program(codec.optimized(), FAILURES, Fail, codec.explaining_parse), "Header").functions()["parse"]


def test_code_is_compiled_once(compilations: list[str], place: Path) -> None:
    first, second = loaded(), loaded()
    assert len(compilations) == 1
    assert first(HEADER) == second(HEADER) == Header.parse(HEADER)
    assert [path.suffix for path in place.iterdir()] == [".code"]


def test_code_that_is_damaged_is_compiled_again(compilations: list[str], place: Path) -> None:
    loaded()
    (path,) = place.iterdir()
    whole = path.read_bytes()
    for raw in (b"", whole[:-1], whole[:100] + b"\xcc" + whole[101:]):
        path.write_bytes(raw)
        compilations.clear()
        assert loaded()(HEADER) == Header.parse(HEADER)
        assert len(compilations) == 1
        assert path.read_bytes() == whole


def test_code_is_for_one_machine_and_one_compiler(compilations: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    names = jit.machine_names()
    loaded()
    for at in range(len(names)):
        other = (*names[:at], names[at] + "+", *names[at + 1 :])
        monkeypatch.setattr(jit, "machine_names", lambda other=other: other)
        compilations.clear()
        loaded()
        assert len(compilations) == 1
    monkeypatch.setattr(jit, "machine_names", lambda: names)
    compilations.clear()
    loaded()
    assert compilations == []


def test_without_a_cache_code_is_compiled_each_time(compilations: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.VARIABLE, "off")
    loaded()
    loaded()
    assert len(compilations) == 2
