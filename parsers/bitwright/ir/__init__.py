"""The program: typed ops in structured form, low enough for machine code and for columns.

`ops` lists every op with its signature; `builder` makes them; `verify` holds what a well-formed
program is; `text` prints and reads them; `interp` is the living definition of what they do.
Numbers are mathematical integers with a known interval, so no op can overflow unseen.  Python
objects occur only in registers of type `obj`, made by ops whose names say so.
"""
