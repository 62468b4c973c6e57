"""Patterns among threads, processes and many others: made once, found whole, and let go."""

from __future__ import annotations

import gc
import linecache
import os
import signal
import threading
from typing import Any

import pytest

import bitwright
from bitwright.patterns.pattern import _known


def test_threads_that_want_the_same_pattern_at_once_all_get_it(engine: Any) -> None:
    data = b"\x02ab\x3f\x80\x00\x00rest"
    wanted: dict[str, Any] = {"n": 2, "body": b"ab", "f": 1.0, "rest": b"rest"}
    start, wrong = threading.Barrier(8), list[str]()

    def work() -> None:
        pattern = bitwright.pattern(f"<<n, body::binary-size(n), f::float-32, rest::bits>> # {engine}").on(engine)
        start.wait()
        if pattern.match(data) != wanted or pattern.match_prefix(data) != (wanted, b"") or pattern.build(**wanted) != data:
            wrong.append("wrong")
        if bitwright.Clauses(["<<1>>", pattern]).match(data) != (1, wanted):
            wrong.append("clauses")

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_child_compiles_though_another_thread_was_compiling_when_it_was_made() -> None:
    stop = threading.Event()

    def compile_on() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            bitwright.pattern(f"<<a::{number % 60 + 1}, rest::bits>> # among {number}").match(b"abcdefgh")

    busy = threading.Thread(target=compile_on)
    busy.start()
    try:
        codes = [_code_of_a_child(number) for number in range(8)]
    finally:
        stop.set()
        busy.join()
    assert codes == [0] * 8


def _code_of_a_child(number: int) -> int:
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    code = 3
    try:
        signal.alarm(20)  # ends a child that waits for ever
        code = 0 if bitwright.pattern(f"<<child::{number + 1}, rest::bits>>").match(b"abcdefgh") else 2
    finally:
        os._exit(code)


def test_patterns_that_nobody_has_any_more_leave_nothing_behind() -> None:
    def used(number: int) -> None:
        pattern = bitwright.Pattern(f"<<{number}, n, rest::binary-size(n)>>")
        assert pattern.match(bytes([number, 1, 7])) == {"n": 1, "rest": b"\x07"}
        assert pattern.build(n=1, rest=b"\x07") == bytes([number, 1, 7])

    gc.collect()
    before = len(linecache.cache)
    for number in range(20):
        used(number)
    gc.collect()
    assert len(linecache.cache) <= before
    limit = _known.cache_info().maxsize
    assert limit is not None
    assert limit <= 1024
