"""Points in time as formats have them: a number of ticks since an epoch.

A `Timestamp` is an int, so it costs what an int costs, compares and counts as the number on the wire, and every number
has a text: ISO 8601 in UTC with as many digits as its unit has, beyond the years of `datetime` too.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, SupportsIndex

if TYPE_CHECKING:
    from datetime import datetime

_DAY: Final = 86_400
_UNITS: Final = {"s": (1, 1), "ms": (1, 10**3), "us": (1, 10**6), "ns": (1, 10**9), "100ns": (1, 10**7), "min": (60, 1), "day": (_DAY, 1)}
# Seconds from 1970-01-01T00:00:00Z to the epoch.
EPOCHS: Final = {
    "unix": 0, "ntp": -2_208_988_800, "windows": -11_644_473_600, "mac": -2_082_844_800, "gps": 315_964_800, "y2k": 946_684_800,
}  # fmt: skip
_ISO: Final = re.compile(
    r"([+-]?\d{4,})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII
)  # fmt: skip


class Timestamp(int):
    """Ticks of `unit` since `epoch`; this class itself counts nanoseconds since 1970.

    Made from a number of ticks, a `datetime` with a time zone, ISO 8601 text, or another Timestamp, to the nearest tick.
    """

    unit: ClassVar[str] = "ns"
    epoch: ClassVar[str] = "unix"
    _tick: ClassVar[tuple[int, int]] = (1, 10**9)  # seconds, as a fraction
    _digits: ClassVar[int] = 9
    __slots__ = ()

    def __new__(cls, value: int | str | datetime | Timestamp) -> Self:
        """Convert; ValueError for what is no time, TypeError for what cannot be one."""
        if isinstance(value, Timestamp):
            if type(value) is cls:
                return value
            size, parts = type(value)._tick
            return cls._nearest(int(value) * size, parts, EPOCHS[type(value).epoch])
        if isinstance(value, int):
            return int.__new__(cls, value)
        if isinstance(value, str):
            return cls._nearest(*_seconds_of(value), 0)
        return cls._nearest(*_fraction_of(value), 0)

    @classmethod
    def _nearest(cls, numerator: int, denominator: int, epoch: int) -> Self:
        """The tick nearest to so many seconds since `epoch`, in seconds of 1970."""
        size, parts = cls._tick
        above, below = (numerator + (epoch - EPOCHS[cls.epoch]) * denominator) * parts, denominator * size
        return int.__new__(cls, (2 * above + below) // (2 * below))

    @property
    def unix_ns(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00Z, rounded down."""
        size, parts = self._tick
        return int(self) * size * 10**9 // parts + EPOCHS[self.epoch] * 10**9

    def datetime(self) -> datetime:
        """The time in UTC, to the microsecond; OverflowError outside the years 1 to 9999."""
        from datetime import datetime, timedelta, timezone

        return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=self.unix_ns // 1000)  # noqa: UP017  # the name is the method's own

    def __str__(self) -> str:
        size, parts = self._tick
        seconds, rest = divmod(int(self) * size, parts)
        day, second = divmod(seconds + EPOCHS[self.epoch], _DAY)
        fraction = f".{rest * 10**self._digits // parts:0{self._digits}d}" if self._digits else ""
        return f"{_date_of(day)}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}{fraction}Z"

    def __repr__(self) -> str:
        return f"Timestamp({str(self)!r})"

    def __format__(self, form: str) -> str:
        return format(int(self), form) if form else str(self)

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        return _revive, (self.unit, self.epoch, int(self))


@functools.cache
def timestamp_type(unit: str, epoch: str) -> type[Timestamp]:
    """The class of timestamps with that unit and epoch; ValueError, with advice, for others than there are."""
    if (unit, epoch) == ("ns", "unix"):
        return Timestamp
    power = re.fullmatch(r"2\^-([1-9]\d?)", unit)
    if power is None and unit not in _UNITS:
        raise ValueError(f"unit={unit!r}: write one of {', '.join(_UNITS)}, or 2^-n")
    if epoch not in EPOCHS:
        raise ValueError(f"epoch={epoch!r}: write one of {', '.join(EPOCHS)}")
    tick = _UNITS[unit] if power is None else (1, 1 << int(power[1]))
    digits = len(str(tick[1])) - 1 if power is None else len(str(2 * tick[1]))  # enough to tell any two ticks apart
    values = {"__slots__": (), "unit": unit, "epoch": epoch, "_tick": tick, "_digits": digits, "__module__": __name__}
    return type("Timestamp", (Timestamp,), values)


def _revive(unit: str, epoch: str, ticks: int) -> Timestamp:
    return int.__new__(timestamp_type(unit, epoch), ticks)


class TimestampTable(dict[int, Any]):
    """Ticks → the Timestamp, made on demand and not kept; what engines index."""

    def __init__(self, as_type: type[Timestamp], *, text: bool = False) -> None:
        super().__init__()
        self.as_type, self.text = as_type, text

    def __missing__(self, ticks: int) -> Any:
        made = int.__new__(self.as_type, ticks)
        return str(made) if self.text else made


_TABLES: dict[tuple[type[Timestamp], bool], TimestampTable] = {}


def table_of_times(as_type: type[Timestamp], *, text: bool = False) -> TimestampTable:
    """The one table of a class, of its values or of their texts."""
    found = _TABLES.get((as_type, text))
    if found is None:
        found = _TABLES[as_type, text] = TimestampTable(as_type, text=text)
    return found


def _date_of(day: int) -> str:
    """The date of a day counted from 1970-01-01 in the Gregorian calendar, in any year."""
    era, inside = divmod(day + 719_468, 146_097)  # eras of 400 years, from a first of March on, so that leap days come last
    year = (inside - inside // 1460 + inside // 36_524 - inside // 146_096) // 365
    since_march = inside - (365 * year + year // 4 - year // 100)
    month = (5 * since_march + 2) // 153
    date = since_march - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    year += 400 * era + (month <= 2)
    shown = f"{year:04}" if 0 <= year <= 9999 else f"{year:+05}"
    return f"{shown}-{month:02}-{date:02}"


def _day_of(year: int, month: int, date: int) -> int:
    """The inverse of `_date_of`."""
    year -= month <= 2
    era, inside = divmod(year, 400)
    since_march = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + date - 1
    return era * 146_097 + inside * 365 + inside // 4 - inside // 100 + since_march - 719_468


def _seconds_of(text: str) -> tuple[int, int]:
    """Seconds since 1970 as a fraction."""
    found = _ISO.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no time; write it as 2025-01-31T12:30:00Z")
    year, month, date, hour, minute, second, fraction, zone = found.groups()
    day = _day_of(int(year), int(month), int(date))
    if not 1 <= int(month) <= 12 or not _date_of(day).endswith(f"-{month}-{date}"):
        raise ValueError(f"{text!r} names a day that does not exist")
    if int(hour or 0) > 23 or int(minute or 0) > 59 or int(second or 0) > 59:
        raise ValueError(f"{text!r} names a time of day that does not exist")
    if hour is not None and zone is None:
        raise ValueError(f"{text!r} does not say its time zone; add Z for UTC")
    seconds = day * _DAY + int(hour or 0) * 3600 + int(minute or 0) * 60 + int(second or 0)
    if zone and zone != "Z":
        sign = 1 if zone[0] == "-" else -1
        seconds += sign * (int(zone[1:3]) * 3600 + int(zone[-2:]) * 60)
    scale = 10 ** len(fraction or "")
    return seconds * scale + int(fraction or 0), scale


def _fraction_of(value: Any) -> tuple[int, int]:
    """A datetime as microseconds since 1970."""
    from datetime import datetime, timedelta, timezone

    if not isinstance(value, datetime):
        raise TypeError(f"a time is a number, a datetime or ISO 8601 text, not {type(value).__name__}")
    if value.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone; give it one, such as tzinfo=timezone.utc")
    return (value - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1), 10**6  # noqa: UP017
