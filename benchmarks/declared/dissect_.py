"""dissect.cstruct: structures in the words of C, which it compiles to Python."""

from __future__ import annotations

from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.dns_header import COUNTS, FLAGS, WIDTHS, named, of_attributes
from benchmarks.peers import module

HEADER = f"""
struct dns_header {{
    uint16 id;
    {" ".join(f"uint16 {name}:{WIDTHS[name]};" for name in FLAGS)}
    {" ".join(f"uint16 {name};" for name in COUNTS)}
}};
"""


def header() -> Declarations:
    """A DNS header."""
    made = module("dissect.cstruct").cstruct(endian=">")
    made.load(HEADER)
    layout = made.dns_header
    return {"dissect.cstruct": Declared(layout, of_attributes, lambda value: bytes(value.dumps()), lambda values: layout(**named(values)))}
