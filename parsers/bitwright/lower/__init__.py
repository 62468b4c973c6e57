"""Spec to program: `parse` and `build` lower a struct's spec to ops; `passes` make the program fast.

The program as lowered is the definition: it carries trace marks and every check where the field
is, and the interpreter runs it to explain failures.  The passes produce the program that backends
compile; it may check earlier, but accepts, returns and refuses exactly the same.
"""
