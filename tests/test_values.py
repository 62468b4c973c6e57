"""Addresses: bytes that read as people write them."""

from __future__ import annotations

import copy
import pickle

import pytest

from bitwright import IPv4Address, IPv6Address, MACAddress
from bitwright.values import Address

FORMS = [
    (IPv4Address, "192.0.2.1", "c0000201", "192.0.2.1"),
    (IPv4Address, "0.0.0.0", "00000000", "0.0.0.0"),
    (IPv4Address, "255.255.255.255", "ffffffff", "255.255.255.255"),
    (IPv6Address, "2001:DB8::1", "20010db8000000000000000000000001", "2001:db8::1"),
    (IPv6Address, "::", "00000000000000000000000000000000", "::"),
    (IPv6Address, "2001:db8:0:0:1:0:0:1", "20010db8000000000001000000000001", "2001:db8::1:0:0:1"),
    (IPv6Address, "::ffff:192.0.2.1", "00000000000000000000ffffc0000201", "::ffff:192.0.2.1"),
    (MACAddress, "00:00:5E:00:53:01", "00005e005301", "00:00:5e:00:53:01"),
    (MACAddress, "00-00-5e-00-53-01", "00005e005301", "00:00:5e:00:53:01"),
]


@pytest.mark.parametrize(("kind", "text", "content", "shown"), FORMS)
def test_text_and_bytes(kind: type[Address], text: str, content: str, shown: str) -> None:
    raw = bytes.fromhex(content)
    address = kind(text)
    assert address == raw == kind(raw) == kind(bytearray(raw)) == kind(memoryview(raw)) == kind(shown)
    assert str(address) == format(address) == shown
    assert repr(address) == f"{kind.__name__}({shown!r})"
    assert kind.text_function()(raw) == shown
    assert hash(address) == hash(raw)
    assert isinstance(address, bytes)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (IPv4Address, "192.0.2"), (IPv4Address, "192.0.2.256"), (IPv4Address, "::1"), (IPv4Address, b"abc"), (IPv4Address, b"abcde"),
        (IPv4Address, ""), (IPv6Address, "192.0.2.1"), (IPv6Address, "1:2"), (IPv6Address, b"abcd"), (MACAddress, "00:00:5e:00:53"),
        (MACAddress, "00:00:5e:00:53:01:02"), (MACAddress, "zz:00:5e:00:53:01"), (MACAddress, b""),
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(kind: type[Address], wrong: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        kind(wrong)


@pytest.mark.parametrize("kind", [IPv4Address, IPv6Address, MACAddress])
def test_a_number_is_no_address(kind: type[Address]) -> None:
    with pytest.raises(TypeError):
        kind(kind.SIZE)  # type: ignore[arg-type]


def test_the_base_has_no_text_form() -> None:
    with pytest.raises(ValueError, match="no text form"):
        Address("192.0.2.1")


@pytest.mark.parametrize(("kind", "text"), [(kind, shown) for kind, _, _, shown in FORMS])
def test_copies_and_pickles(kind: type[Address], text: str) -> None:
    address = kind(text)
    for again in (copy.copy(address), copy.deepcopy(address), *(pickle.loads(pickle.dumps(address, p)) for p in range(6))):
        assert again == address
        assert type(again) is kind


def test_order_is_that_of_the_numbers() -> None:
    low, high = IPv4Address("9.0.0.0"), IPv4Address("10.0.0.0")
    assert low < high
    assert max(low, high) is high
