"""Members of enumerations by their numbers.

Promise: the object is the one that the enumeration's table has, made there where it was not asked for before.
"""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm.assembler import I64, PTR, Assembly, Type
from bitwright.backends.llvm.routines.builder import Routine

SIGNATURES: Final[dict[str, tuple[Type, tuple[Type, ...]]]] = {"bw_member": (PTR, (PTR, I64, PTR, I64))}


def emit_members(assembly: Assembly) -> None:
    """`bw_member(ready, count, table, number) -> ptr`: a member, owned by the caller, or NULL where it fails.

    `ready` leads to so many objects: None, then the members from 0 on, with None for those that the table is to be asked for.  The
    dict itself is asked first: Python looks up `__getitem__` of a class that extends dict each time.
    """
    r = Routine(assembly, "bw_member", PTR, [PTR, I64, PTR, I64])
    ready, count, table, wanted = r.args
    with r.when((wanted + 1).below(count)):
        found = r.load(r.at(ready, 8), wanted * 8, PTR)
        with r.when(found.is_not(r.load(ready, 0, PTR))):
            r.call("Py_IncRef", found)
            r.ret(found)
    key = r.call("PyLong_FromLongLong", wanted)
    with r.when(key.is_(r.null)):
        r.ret(r.null)
    member = r.local(r.call("PyDict_GetItemWithError", table, key), PTR)
    missing, known = r.label("missing"), r.label("known")
    missing.go_if(member.is_(r.null))
    r.call("Py_IncRef", member)
    known.go()
    missing.begin()
    member.put(r.call("PyObject_GetItem", table, key))
    known.here()
    r.call("Py_DecRef", key)
    r.ret(member)
    r.finish()
