"""What is said when a class is made: the few rules that are cheap, and wrong only where the declaration is.

Everything else is for `lint()`: it needs the whole format, or is a matter of taste.
"""

from __future__ import annotations

import warnings

from bitwright.errors import LintWarning
from bitwright.lint.numbers import constant_conditions, negative
from bitwright.lint.places import Place, fields_of, types_in
from bitwright.lint.unions import unreachable
from bitwright.schema import spec
from bitwright.schema.expr import Const, FieldRef, ParamRef

LIKELY = frozenset({"always-negative", "constant-condition", "unreachable-arm"})


def warn(made: spec.StructSpec, own: frozenset[str]) -> None:
    """Warn of the fields in `own`, those that the class itself declares, at the line that declares them."""
    for field, view in fields_of(made):
        if field.name not in own or not _may_say_much(field.type):
            continue
        for wire, here in types_in(field.type, view):
            place = Place(made, field, wire, here)
            for rule in (negative, constant_conditions, unreachable):
                for remark in rule(place):
                    if remark.code in LIKELY:
                        message = f"{made.name}.{field.label}: {remark.message} [{remark.code}]; {remark.advice}"
                        warnings.warn_explicit(message, LintWarning, field.location.file, field.location.line)


def _may_say_much(wire: spec.WireType) -> bool:
    """Whether there is anything to look at: most expressions are just a field, which is no size below zero."""
    if isinstance(wire, spec.SwitchType | spec.OptionalType | spec.CheckType):
        return True
    return any(not isinstance(node, FieldRef | Const | ParamRef) for node in spec.expressions_of(wire))
