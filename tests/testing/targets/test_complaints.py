"""What sanitizers and run-time systems write: the same cause has the same name, without what differs from run to run."""

from __future__ import annotations

import pytest

from bitwright.testing.targets.complaints import LONGEST, complaint

ASAN = """\
==%d==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x60200000%04x at pc 0x55d2b1 bp 0x7ffe sp 0x7ffe
READ of size 1 at 0x602000000011 thread T0
    #0 0x55d2b1 in parse_name /build/src/dns.c:12:9
SUMMARY: AddressSanitizer: heap-buffer-overflow /build/src/dns.c:12:9 in parse_name
"""
SAYINGS = {
    ASAN % (17, 0x10): ("crash", "AddressSanitizer: heap-buffer-overflow, dns.c:12:9 parse_name"),
    "SUMMARY: AddressSanitizer: 120 byte(s) leaked in 3 allocation(s).\n": ("crash", "AddressSanitizer: leak"),
    "SUMMARY: AddressSanitizer: SEGV (/tmp/a.out+0x1234) (BuildId: 77aa)\n": ("crash", "AddressSanitizer: SEGV, a.out+N"),
    "SUMMARY: MemorySanitizer: use-of-uninitialized-value /x/y.cc:3:1 in main\n": (
        "crash", "MemorySanitizer: use-of-uninitialized-value, y.cc:3:1 main",
    ),
    "/src/len.c:5:7: runtime error: signed integer overflow: 2147483647 + 1 cannot be represented in type 'int'\n": (
        "crash", "undefined behaviour: signed integer overflow, len.c:5",
    ),
    "*** stack smashing detected ***: terminated\n": ("crash", "stack smashing detected"),
    "free(): invalid pointer\n": ("crash", "heap: free(): invalid pointer"),
    "malloc(): corrupted top size\n": ("crash", "heap: malloc(): corrupted top size"),
    "demo: /src/demo.c:40: read_record: Assertion `size <= left' failed.\n": ("crash", "assertion size <= left, demo.c:40"),
    "thread 'main' panicked at src/main.rs:7:21:\nindex out of bounds\n": ("exception", "panic , main.rs:7"),
    "thread 'main' panicked at 'attempt to subtract with overflow', src/main.rs:7:21\n": (
        "exception", "panic attempt to subtract with overflow, main.rs:7",
    ),
    "panic: runtime error: index out of range [5] with length 3\n\ngoroutine 1 [running]:\nmain.parse(...)\n\t/home/a/main.go:10 +0x1d\n": (
        "exception", "panic: runtime error: index out of range, main.go:10",
    ),
    'Exception in thread "main" java.lang.IllegalStateException\n\tat a.b.Parser.read(Parser.java:31)\n\tat a.b.Main.main(M.java:9)\n': (
        "exception", "java.lang.IllegalStateException in a.b.Parser.read, Parser.java:31",
    ),
    'Traceback (most recent call last):\n  File "/a/t.py", line 9, in g\n    f()\n  File "/a/t.py", line 4, in f\n    x\nos.Bad: 7\n': (
        "exception", "os.Bad in f, t.py:4",
    ),
    "tcpdump: truncated dump file; tried to read 24 file header bytes, only got 5\n": None,
    "an error: nothing to panic about\n": None,
    "": None,
}  # fmt: skip


@pytest.mark.parametrize("text", SAYINGS, ids=lambda text: text.strip()[:40])
def test_each_says_what_and_where(text: str) -> None:
    found = complaint(f"reading input\n{text}done\n")
    assert (None if found is None else tuple(found)) == SAYINGS[text]


def test_addresses_and_process_numbers_do_not_split_a_cause() -> None:
    assert complaint(ASAN % (17, 0x10)) == complaint(ASAN % (4711, 0xBEE0))


def test_of_several_tracebacks_the_last_counts() -> None:
    first = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    x\nKeyError: 1\n'
    text = f"{first}\nDuring handling of the above exception, another exception occurred:\n\n{first.replace('KeyError', 'TypeError')}"
    found = complaint(text)
    assert found is not None
    assert found.bucket == "TypeError in f, a.py:1"


def test_what_an_input_says_through_a_program_is_escaped_and_bounded() -> None:
    found = complaint(f"a.c:1: f: Assertion `\x1b[2J{'x' * 500}' failed.")
    assert found is not None
    assert found.bucket.isprintable()
    assert len(found.bucket) <= LONGEST
