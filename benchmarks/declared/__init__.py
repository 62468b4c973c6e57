"""The formats that are measured, declared in the words of each peer, as its own documentation would have them.

`table.py` has the formats and which peers declare which; every other module is one peer's.  A peer is imported when one of its
declarations is asked for.
"""
