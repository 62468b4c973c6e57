"""Handing on a call that machine code does not answer itself: to the parser of a part of the message, or to the codec.

Promise: what was asked for is looked up by what was written after `only=`, if that is plain text or a plain tuple; every other call
goes to the codec as it came.
"""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm.assembler import I64, PTR, Assembly, Type
from bitwright.backends.llvm.routines.builder import Routine
from bitwright.backends.llvm.routines.objects import type_of

SIGNATURES: Final[dict[str, tuple[Type, tuple[Type, ...]]]] = {"bw_hand_on": (PTR, (PTR, PTR, I64, PTR))}
KEYWORD: Final = "only"
BESIDE: Final = (KEYWORD, tuple, str)  # what `bw_hand_on` is led to behind the codec's function and the dict of parsers


def emit_parts(assembly: Assembly) -> None:
    """`bw_hand_on(known, args, count, names) -> ptr`: what the function gives that a call of `parse` is handed on to.

    `known` leads to the codec's function, the parsers of parts by what was asked for, and what `BESIDE` has.
    """
    r = Routine(assembly, "bw_hand_on", *SIGNATURES["bw_hand_on"])
    known, args, count, names = r.args
    codec, text = r.label("codec"), r.label("text")
    codec.go_if(names.is_(r.null))
    codec.go_if(count.is_not(1))
    codec.go_if(r.call("PyTuple_Size", names).is_not(1))
    codec.go_if(r.call("PyTuple_GetItem", names, 0).is_not(r.load(known, 16, PTR)))
    asked = r.load(args, 8, PTR)
    kind = type_of(r, asked)
    text.go_if(kind.is_(r.load(known, 24, PTR)))
    codec.go_if(kind.is_not(r.load(known, 32, PTR)))
    text.here()
    parse = r.call("PyDict_GetItemWithError", r.load(known, 8, PTR), asked)
    with r.when(parse.is_not(r.null)):
        r.call("Py_IncRef", parse)  # the dict may be emptied meanwhile
        found = r.call("PyObject_Vectorcall", parse, args, 1, r.null)
        r.call("Py_DecRef", parse)
        r.ret(found)
    with r.when(r.call("PyErr_Occurred").is_not(r.null)):  # what is in the tuple has no hash, as the codec would say too
        r.ret(r.null)
    codec.here()
    r.ret(r.call("PyObject_Vectorcall", r.load(known, 0, PTR), args, count, names))
    r.finish()
