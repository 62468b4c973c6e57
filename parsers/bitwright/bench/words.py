"""Figures in words, as tables write them, and the colours of tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Paint: TypeAlias = Callable[[str, str], str]  # a kind of text (name, faint, strong, ...), and the text


def plain(kind: str, text: str) -> str:
    """No colours."""
    return text


def nanoseconds(seconds: float) -> str:
    """`8.31`, `861`, `12,345`: without more digits than mean something."""
    number = seconds * 1e9
    return f"{number:,.0f}" if abs(number) >= 99.5 else f"{number:.3g}"


def count_text(number: float) -> str:
    """`1`, `0.76`, `54.8`, `1,204`: three digits at most behind what is whole."""
    return f"{number:,.0f}" if number >= 99.5 else f"{number:.3g}"
