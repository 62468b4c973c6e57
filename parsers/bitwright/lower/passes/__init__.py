"""The passes: each takes a program and changes it into one that does the same, sooner or cheaper.

They may check earlier than the program as lowered, since a failing engine hands its input to the
interpreter, which runs that program; they never accept more, refuse more or return anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bitwright.ir.ops import Program
from bitwright.lower.passes.bounds import hoist_bounds_checks
from bitwright.lower.passes.copying import copy_program
from bitwright.lower.passes.dead import drop_unused
from bitwright.lower.passes.inline import inline_calls
from bitwright.lower.passes.merge import merge_demands, merge_puts, merge_reads
from bitwright.lower.passes.offsets import fold_offsets
from bitwright.lower.passes.tabulate import tabulate_bits
from bitwright.lower.passes.trace import strip_trace
from bitwright.lower.passes.whole import add_whole, tighten_whole


def optimize(program: Program, *, whole: bool = True, filling: bool = True, defaults: Sequence[Any] = ()) -> Program:
    """All passes in order, on a copy; with a second entry for input that is one `whole` message, whose parameters have `defaults`.

    Where the message need not be `filling` the input, what lies behind what is read is not looked at.
    """
    made = copy_program(program)
    strip_trace(made)
    inline_calls(made)
    if made.direction == "parse" and whole:
        add_whole(made, defaults, filling=filling)
    fold_offsets(made)
    drop_unused(made)
    if made.direction == "parse":
        hoist_bounds_checks(made)
        merge_reads(made)
        tabulate_bits(made)
        tighten_whole(made)
    else:
        merge_demands(made)
        merge_puts(made)
    drop_unused(made)
    return made
