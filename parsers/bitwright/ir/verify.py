"""What a well-formed program is."""

from __future__ import annotations

from bitwright.ir.ops import Program


def verify(program: Program) -> None:
    """placeholder"""
