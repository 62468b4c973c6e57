"""What commands and services of other distributions are made with: exit codes, complaints, output.

A command is a module with `HELP`, `DESCRIPTION`, `EXAMPLES`, `add_arguments(parser)` and `run(arguments) -> exit code`, named by an
entry point of the group `bitwright.commands`:

    [project.entry-points."bitwright.commands"]
    ask = "mypackage.ask"

A service, which `bitwright serve NAME` runs, is one of the group `bitwright.services`: it has `HELP`, `DESCRIPTION`, `EXAMPLES`,
`add_arguments(parser)`, `PORT` (where it is reached unless something else is said) and `server(arguments, address, hooks)`, which is
called in the event loop and gives a `bitwright.net.Server` that is not started.

Promise: these names keep what they mean.  `import bitwright` does not load this.
"""

from __future__ import annotations

from bitwright.cli.failure import MALFORMED, OK, UNREADABLE, USAGE, CommandError
from bitwright.cli.output import Output
from bitwright.cli.parse import pretty_json
from bitwright.cli.terminal import say
from bitwright.cli.tree import message_tree
from bitwright.escaping import printable

__all__ = ["MALFORMED", "OK", "UNREADABLE", "USAGE", "CommandError", "Output", "message_tree", "pretty_json", "printable", "say"]
