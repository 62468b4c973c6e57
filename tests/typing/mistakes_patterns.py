"""One mistake a marked line, in using bit patterns: both checkers must report each, and nothing else."""

from __future__ import annotations

import bitwright
from bitwright import Clauses, PatternError, case, pattern


def make() -> None:
    """What `pattern` takes."""
    pattern(b"<<a>>")  # error: arg-type / reportArgumentType
    pattern("<<a>>", dialect="lisp")  # error: arg-type / reportArgumentType
    pattern("<<a>>", "erlang")  # error: misc, call-arg / reportCallIssue
    pattern("<<a>>", bit_order="big")  # error: arg-type / reportArgumentType
    pattern("<<a>>", extended="yes")  # error: arg-type / reportArgumentType
    bitwright.patern("<<a>>")  # error: attr-defined, operator / reportAttributeAccessIssue


def use() -> None:
    """What a pattern's methods take and give."""
    header = pattern("<<a>>")
    header.match()  # error: call-arg / reportCallIssue
    header.match(b"a")["a"]  # error: index / reportOptionalSubscript
    header.match_prefix(b"a").rest  # error: union-attr / reportAttributeAccessIssue, reportOptionalMemberAccess
    header.explain(b"a").needed  # error: attr-defined / reportAttributeAccessIssue
    header.on("cobol")  # error: arg-type / reportArgumentType
    header.iter(b"a", strict="yes")  # error: arg-type / reportArgumentType
    header.build(strict="yes")  # error: arg-type / reportArgumentType
    header.build().decod()  # error: union-attr / reportAttributeAccessIssue
    header.text = "<<b>>"  # error: misc / reportAttributeAccessIssue
    number: int = header.segments  # error: assignment / reportAssignmentType
    Clauses(header)  # error: arg-type / reportArgumentType
    case(b"a", [header])  # error: arg-type / reportArgumentType
    Clauses([header]).match(b"a").index  # error: union-attr / reportAttributeAccessIssue, reportOptionalMemberAccess
    PatternError("x").colum  # error: attr-defined / reportAttributeAccessIssue
    print(number)
