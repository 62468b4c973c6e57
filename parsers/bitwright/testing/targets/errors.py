"""The one error of targets: it is no input's fault, the target cannot be used."""

from __future__ import annotations


class TargetError(ValueError):
    """A target cannot be used, or not any more: no such program, a server that does not answer, an address that is not allowed."""
