"""Measures in words, as reports write them."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """`83 us`, `1.25 ms`, `12.3 s`, `3 min 5 s`: three digits."""
    if seconds < 0.9995e-3:
        return f"{seconds * 1e6:.0f} us"
    if seconds < 0.9995:
        return f"{seconds * 1e3:.3g} ms"
    if seconds < 59.95:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def bytes_text(number: int) -> str:
    """`512 B`, `1.25 kB`, `3.1 MB`, `2.5 GB`: three digits."""
    for power, unit in ((3, "kB"), (6, "MB"), (9, "GB")):
        if number < 0.9995 * 1000 ** (power // 3 + 1) or unit == "GB":
            return f"{number} B" if number < 1_000 else f"{number / 10**power:.3g} {unit}"
    raise AssertionError(number)


def share(part: float) -> str:
    """`93 %`; never 0 or 100 % where it is not so."""
    if 0 < part < 0.01:
        return "<1 %"
    if 0.99 < part < 1:
        return ">99 %"
    return f"{100 * part:.0f} %"
