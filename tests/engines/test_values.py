"""UUIDs and times: as they lie, as they print, from what people pass, through JSON, pickle and both engines."""

from __future__ import annotations

import copy
import ipaddress
import pickle
import random
import uuid as standard
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from bitwright import (
    UUID,
    DeclarationError,
    IPv4Address,
    IPv6Address,
    MACAddress,
    Struct,
    Timestamp,
    array,
    auto,
    bits,
    i32,
    i64,
    ipv4,
    ipv6,
    mac,
    raw,
    timestamp,
    u8,
    u32,
    u64,
    uuid,
    varint,
    when,
)  # fmt: skip
from bitwright.wire.timestamps import _UNITS, EPOCHS, timestamp_type
from tests.engines.agreement import agreed, built

TEXT = "00112233-4455-6677-8899-aabbccddeeff"


class Identified(Struct):
    big: UUID = uuid()
    little: UUID = uuid(endian="little")


def test_uuids_in_both_layouts() -> None:
    message = Identified(big=UUID(TEXT), little=UUID(TEXT))
    wire = built(message)
    assert wire.hex() == "00112233445566778899aabbccddeeff" + "33221100554477668899aabbccddeeff"
    assert wire[16:] == standard.UUID(TEXT).bytes_le
    parsed = Identified.parse(wire)
    assert parsed.big == parsed.little == standard.UUID(TEXT).bytes
    assert (str(parsed.little), repr(parsed.big)) == (TEXT, f"UUID('{TEXT}')")
    assert parsed.to_dict() == {"big": TEXT, "little": TEXT}
    assert Identified.from_json(parsed.to_json()) == parsed
    assert agreed(Identified, "parse_layer", wire, plain=True).value[0] == parsed.to_dict()
    assert pickle.loads(pickle.dumps(parsed)) == parsed
    assert Identified.certificate().kind == "canonical"


def test_values_are_made_from_what_people_pass() -> None:
    class All(Struct):
        a: IPv4Address = ipv4()
        b: IPv6Address = ipv6()
        c: MACAddress = mac()
        d: UUID = uuid()

    four, six, own = ipaddress.ip_address("192.0.2.7"), ipaddress.ip_address("2001:db8::1"), standard.UUID(TEXT)
    expected = All(a=IPv4Address("192.0.2.7"), b=IPv6Address("2001:db8::1"), c=MACAddress("00-00-5E-00-53-01"), d=UUID(TEXT))
    made = expected.replace(a=four, b=six, c="0000.5e00.5301", d=own)
    assert agreed(All, "build", made).value == built(expected)
    assert agreed(All, "resolved", made).value == expected
    assert (IPv4Address(four), IPv6Address(six), UUID(own)) == (expected.a, expected.b, expected.d)
    for junk in (4, None, "zz", b"abc", four):
        assert agreed(All, "build", expected.replace(d=junk)).problem.code == "type"
    with pytest.raises(DeclarationError, match="RFC 9562"):
        uuid(endian="inherit")


# --- times -----------------------------------------------------------------------------------------

# Ticks and texts that others publish: RFC 5905 (figure 4), the documents of FILETIME and of HFS, GPS week 0.
KNOWN = (
    ("s", "ntp", 0, "1900-01-01T00:00:00Z"), ("s", "ntp", 2_208_988_800, "1970-01-01T00:00:00Z"), ("s", "ntp", 2_287_785_600, "1972-07-01T00:00:00Z"),
    ("100ns", "windows", 116_444_736_000_000_000, "1970-01-01T00:00:00.0000000Z"),
    ("s", "mac", 2_082_844_800, "1970-01-01T00:00:00Z"), ("s", "gps", 0, "1980-01-06T00:00:00Z"), ("ms", "unix", -1, "1969-12-31T23:59:59.999Z"),
    ("2^-32", "ntp", 1 << 31, "1900-01-01T00:00:00.5000000000Z"), ("ns", "unix", 951_782_399_999_999_999, "2000-02-28T23:59:59.999999999Z"),
    ("s", "unix", 253_402_300_800, "+10000-01-01T00:00:00Z"), ("s", "unix", -62_167_219_201, "-0001-12-31T23:59:59Z"),
)  # fmt: skip


@pytest.mark.parametrize(("unit", "epoch", "ticks", "text"), KNOWN)
def test_known_times(unit: str, epoch: str, ticks: int, text: str) -> None:
    as_type = timestamp_type(unit, epoch)
    assert str(as_type(ticks)) == text
    assert as_type(text) == ticks


def test_every_tick_has_a_text_of_its_own() -> None:
    numbers = random.Random(5)
    for unit in [*_UNITS, "2^-1", "2^-8", "2^-16", "2^-32", "2^-48"]:
        for epoch in EPOCHS:
            as_type = timestamp_type(unit, epoch)
            for _ in range(40):
                ticks = numbers.randrange(-1 << 64, 1 << 64) >> numbers.randrange(64)
                made = as_type(ticks)
                assert as_type(str(made)) == ticks, (unit, epoch, ticks)
                try:
                    when_ = made.datetime()
                except OverflowError:
                    continue
                assert str(made)[:19] == when_.isoformat()[:19]
                assert made.unix_ns // 1000 == (when_ - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


class Stamped(Struct):
    seconds: Timestamp = timestamp(u32(endian="little"))
    ntp: Timestamp = timestamp(u64(), unit="2^-32", epoch="ntp")
    small: Timestamp = timestamp(bits(28), unit="min", epoch="y2k")
    _rest: int = bits(4, default=0)
    signed: Timestamp = timestamp(i64(), unit="us", default=Timestamp("1969-07-20T20:17:40Z"))
    variable: Timestamp = timestamp(varint("zigzag"), unit="ms")
    there: int = u8()
    maybe: Timestamp | None = when(there != 0, timestamp(i32(), unit="day"))
    several: list[Timestamp] = array(timestamp(u32()), count=there)
    length: int = auto(u8())
    body: bytes = raw(size=length)


def stamped(**changes: Any) -> Any:
    value: Any = "2024-02-29T12:00:00Z"
    first = Stamped(seconds=value, ntp=value, small=value, variable=value, there=0, several=[], body=b"")
    return first.replace(**changes)


def test_times_from_text_datetimes_numbers_and_each_other() -> None:
    wire = agreed(Stamped, "build", stamped()).value
    parsed = agreed(Stamped, "parse", wire).value
    assert parsed == agreed(Stamped, "resolved", stamped()).value
    assert built(parsed) == wire
    assert {str(parsed.seconds)[:19], str(parsed.ntp)[:19], str(parsed.small)[:19], str(parsed.variable)[:19]} == {"2024-02-29T12:00:00"}
    local = datetime(2024, 2, 29, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    for value in (local, parsed.ntp, "2024-02-29T14:00:00+02:00", 1_709_208_000, parsed.variable):
        assert agreed(Stamped, "build", stamped(seconds=value)).value == wire
    more = agreed(Stamped, "build", stamped(there=1, maybe="1970-01-02", several=[local])).value
    again = agreed(Stamped, "parse", more).value
    assert (again.maybe, again.several) == (1, [1_709_208_000])


def test_times_as_plain_data_and_copies() -> None:
    parsed = Stamped.parse(Stamped.codec().build(stamped(there=1, maybe=5, several=[7])))
    plain = parsed.to_dict()
    assert (plain["maybe"], plain["several"], plain["small"]) == ("1970-01-06T00:00:00Z", ["1970-01-01T00:00:07Z"], "2024-02-29T12:00:00Z")
    assert Stamped.from_json(parsed.to_json()) == parsed
    assert Stamped.from_dict({**plain, "seconds": 5}).seconds == 5
    assert agreed(Stamped, "parse_layer", parsed.build(), plain=True).value[0] == plain
    with pytest.raises(ValueError, match="seconds: 'now' is no time"):
        Stamped.from_dict({**plain, "seconds": "now"})
    for copied in (copy.copy(parsed), copy.deepcopy(parsed), pickle.loads(pickle.dumps(parsed))):
        assert copied == parsed
        assert repr(copied) == repr(parsed)


@pytest.mark.parametrize(
    "junk",
    [
        None, 1.5, b"x", "", "now", "2024-13-01", "2023-02-29", "2024-02-29T24:00:00Z", "2024-02-29T12:00:00", datetime(2024, 1, 1),  # noqa: DTZ001
        "2024-02-29T12:00Zx", "٢٠٢٤-02-29",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused(junk: Any) -> None:
    found = agreed(Stamped, "build", stamped(seconds=junk))
    assert (found.problem.code, found.problem.path) == ("type", "seconds")


def test_times_out_of_range() -> None:
    for junk in ("1969-12-31T23:59:59Z", "2106-02-07T06:28:16Z", -1, 1 << 32):
        assert agreed(Stamped, "build", stamped(seconds=junk)).problem.code == "range"
    with pytest.raises(OverflowError):
        timestamp_type("day", "unix")(1 << 40).datetime()


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("timestamp(u32(), unit='h')", "write one of s, ms"),
        ("timestamp(u32(), epoch='now')", "write one of unix, ntp"),
        ("timestamp(u32(), default='now')", "no time"),
        ("timestamp(u32(), default=1 << 32)", "does not fit"),
        ("timestamp(raw(size=4))", "takes an integer"),
        ("auto(timestamp(u32()))", "what time it is"),
    ],
)
def test_what_cannot_be_declared(said: str, message: str) -> None:
    names = {"Struct": Struct, "timestamp": timestamp, "u32": u32, "raw": raw, "auto": auto}
    with pytest.raises(DeclarationError, match=message):
        exec(f"class Wrong(Struct):\n    value: object = {said}\n", names)
