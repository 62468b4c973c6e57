"""The command line: one file a command, and what they share.

Promises, of every command: data on stdout, messages on stderr, one line for what went wrong, with its
place.  Nothing that comes from a packet reaches a terminal unescaped.  Exit codes: see `failure`.
Command modules import what they need when they run, so that `--help` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from bitwright.cli.failure import BROKEN_PIPE, INTERNAL, INTERRUPTED, USAGE, CommandError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    from bitwright.cli.arguments import parse_arguments
    from bitwright.cli.terminal import complain, complain_of_ourselves

    try:
        chosen = parse_arguments(arguments)
        code: int = chosen.run(chosen)
        if sys.stdout is not None:
            sys.stdout.flush()
    except CommandError as error:
        complain(str(error))
        _forget_full_stdout()
        return error.exit_code
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        _forget_stdout()
        return BROKEN_PIPE
    except Exception as error:  # noqa: BLE001  # whatever it is, the codes for bad input must not mean it
        if _is_refusal(error):
            complain(str(error))
            return USAGE
        complain_of_ourselves()
        return INTERNAL
    return code


def _is_refusal(error: Exception) -> bool:
    """Whether an engine that was asked for by name cannot do what the format needs."""
    from bitwright.errors import EngineError

    return isinstance(error, EngineError)


def _forget_full_stdout() -> None:
    """What a full disk did not take is still in stdout's buffer; the interpreter's last flush would fail once more."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, ValueError):
        _forget_stdout()


def _forget_stdout() -> None:
    """Whoever read our output has left; make the interpreter's last flush go nowhere instead of complaining."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # a stdout that is no file
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  # lives as long as the process
