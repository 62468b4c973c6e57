"""What inputs are given to, beyond our own engines: Python functions, programs, servers.

Each is a `Target` (`bitwright.testing.outcome`).  A target that cannot be used at all (no such program, no server that answers) raises a
`TargetError` with what to do about it; what an input does to one is always an `Outcome`.
"""
