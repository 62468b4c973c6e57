"""Writing names: as short as can be, and, where a length was given, as long as it says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bitwright.wire.compression import NameMemo, choose_sizes, fit_region


def write(memo: NameMemo, out: bytearray, *names: bytes) -> None:
    for name in names:
        memo.write(name.split(b"."), out, 0, compress=True)


def test_a_suffix_met_before_becomes_a_pointer() -> None:
    memo, out = NameMemo(), bytearray()
    write(memo, out, b"www.example", b"ftp.example")
    assert bytes(out) == b"\3www\7example\0\3ftp\xc0\4"


def test_a_name_in_full_is_no_target() -> None:
    memo, out = NameMemo(), bytearray()
    memo.write([b"a", b"b"], out, 0, compress=False)
    memo.write([b"a", b"b"], out, 0, compress=True)
    assert bytes(out) == b"\1a\1b\0\1a\1b\0"


def test_offsets_count_from_the_origin() -> None:
    memo, out = NameMemo(), bytearray(b"....")
    memo.write([b"a"], out, 4, compress=True)
    memo.write([b"a"], out, 4, compress=True)
    assert bytes(out[4:]) == b"\1a\0\xc0\0"


def test_no_pointer_beyond_14_bits() -> None:
    memo, out = NameMemo(), bytearray(0x4000)
    write(memo, out, b"a", b"a")
    assert bytes(out[0x4000:]) == b"\1a\0\1a\0"


def test_a_given_length_is_met_by_writing_names_longer() -> None:
    memo, out = NameMemo(), bytearray()
    write(memo, out, b"www.example")
    begin = len(out)
    write(memo, out, b"www.example", b"www.example")  # 2 + 2 bytes
    assert fit_region(out, memo, 0, begin, 2 + 13)
    write(memo, out, b"www.example", b"www.example")
    assert len(out) - begin == 15
    assert not fit_region(out, memo, 0, begin, 15)


def test_a_length_that_no_choice_meets_is_left_as_the_lie_it_is() -> None:
    memo, out = NameMemo(), bytearray()
    write(memo, out, b"www.example")
    begin = len(out)
    write(memo, out, b"www.example")
    assert not fit_region(out, memo, 0, begin, 7)
    assert len(out) - begin == 2


def test_a_settled_region_keeps_its_size_when_the_one_around_it_is_fitted() -> None:
    memo, out = NameMemo(), bytearray()
    write(memo, out, b"a.b")

    def outer() -> None:
        write(memo, out, b"a.b")
        inner = len(out)
        write(memo, out, b"a.b")
        if fit_region(out, memo, 0, inner, 5):
            write(memo, out, b"a.b")
            assert not fit_region(out, memo, 0, inner, 5)
        assert len(out) - inner == 5

    begin = len(out)
    outer()
    assert fit_region(out, memo, 0, begin, 10)
    outer()
    assert len(out) - begin == 10
    assert not fit_region(out, memo, 0, begin, 10)


@given(st.lists(st.lists(st.integers(2, 60), min_size=1, max_size=4), min_size=1, max_size=8), st.data())
def test_a_choice_that_exists_is_found(sizes: list[list[int]], data: st.DataObject) -> None:
    chosen = [data.draw(st.sampled_from(s)) for s in sizes]
    names = [(s[0], s) for s in sizes]
    found = choose_sizes(names, sum(chosen) - sum(s[0] for s in sizes))
    assert found is not None
    assert sum(found) == sum(chosen)


def test_the_search_is_bounded() -> None:
    names = [(2, [2, 4, 6, 8])] * 64
    assert choose_sizes(names, 1) is None  # every sum is even; trying all would take 4**64 steps
