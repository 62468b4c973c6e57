"""What makes `hypothesis.strategies.from_type` know every Struct class: the entry point `bitwright` of the group `hypothesis`.

Promise: Hypothesis calls `register` when it is imported, which loads no more of bitwright than this; a strategy is made when one is
asked for.
"""

from __future__ import annotations

from typing import Any


def register() -> None:
    """Have Hypothesis ask here what strategy a class has."""
    from hypothesis.strategies._internal import types

    # By module, as for the classes of numpy: `register_type_strategy` takes single classes, which would have to be all that there ever are.
    types._global_extra_lookup["bitwright"] = strategy_of


def strategy_of(thing: Any) -> Any:
    """The strategy of a Struct class; None of anything else."""
    if not isinstance(thing, type) or "__bitwright__" not in vars(thing):
        return None
    from bitwright.struct_ import Struct
    from bitwright.testing.strategies import strategy

    if thing is Struct or not issubclass(thing, Struct):
        return None
    outside = {"endian": "big"} if thing.__bitwright__.order == "inherit" else {}
    return strategy(thing, **outside)
