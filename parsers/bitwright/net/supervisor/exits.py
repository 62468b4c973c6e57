"""How a child ended, and whether that means that it is started again.

Promise: the twelve combinations of OTP: permanent children are always restarted; transient ones only after a failure, which is
any exception but `Shutdown`; temporary ones never.  Needs no event loop.
"""

from __future__ import annotations

import dataclasses
import traceback
from typing import Final, Literal, TypeAlias

from bitwright.net.errors import TooManyRestarts, sole

Restart: TypeAlias = Literal["permanent", "transient", "temporary"]


class Shutdown(Exception):  # noqa: N818  # no error: OTP's {shutdown, Reason}
    """Raised by a child that ends on purpose: no failure, so a transient child is not restarted.  `reason` says why."""

    def __init__(self, reason: object = None) -> None:
        super().__init__(*(() if reason is None else (reason,)))
        self.reason = reason


@dataclasses.dataclass(frozen=True, slots=True)
class Exit:
    """How a child ended.

    `normal`: it returned, or was cancelled.  `shutdown`: it raised `Shutdown`, or is a supervisor that gave up, as in OTP.
    `failure`: it raised anything else.
    """

    kind: Literal["normal", "shutdown", "failure"]
    error: BaseException | None = None

    def __str__(self) -> str:
        return self.kind if self.error is None else f"{self.kind}: {self.text()}"

    def text(self) -> str:
        """The exception with its name, also of one that cannot be printed."""
        return "" if self.error is None else "".join(traceback.format_exception_only(sole(self.error))).strip()


NORMAL: Final = Exit("normal")
ENDS_THE_PROGRAM: Final = (KeyboardInterrupt, SystemExit, BaseExceptionGroup)  # a group that is no ExceptionGroup has one of the two


def exit_of(error: BaseException) -> Exit:
    """The exit that an exception means; a group of which all are `Shutdown` is one too, since task groups raise groups."""
    return Exit("shutdown" if _on_purpose(error) else "failure", error)


def is_restarted(restart: Restart, how: Exit) -> bool:
    """Whether a child is started again after it ended like this."""
    return restart == "permanent" or (restart == "transient" and how.kind == "failure")


def _on_purpose(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return all(_on_purpose(inner) for inner in error.exceptions)
    return isinstance(error, Shutdown | TooManyRestarts)
