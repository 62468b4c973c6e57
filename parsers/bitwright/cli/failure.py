"""Exit codes, and the exception that ends a command with one of them."""

from __future__ import annotations

from typing import Final

OK: Final = 0
MALFORMED: Final = 1  # something does not fit its format: bytes, JSON, values; or fuzzing found something
USAGE: Final = 2  # the command line cannot be understood
UNREADABLE: Final = 3  # a file cannot be read or written, the capture is damaged, or an optional package is missing
INTERNAL: Final = 70  # EX_SOFTWARE: a defect of bitwright
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141  # what a shell reports for a program that SIGPIPE ended

EXIT_CODES: Final = """\
exit codes:
  0  everything was decoded
  1  something is malformed: a packet, a message, JSON that does not fit, no match;
     or fuzzing found something
  2  the command line is wrong: an unknown option, spec or format, bad hex, no pattern
  3  a file cannot be read or written, a capture is damaged, a package missing,
     an address cannot be had, or no answer came
  70   a defect of bitwright itself; the traceback is for its report
  130  interrupted"""


class CommandError(Exception):
    """Ends a command: one line for stderr, and the exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code
