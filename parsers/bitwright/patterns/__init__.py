"""Bit patterns as values: match, build, iterate, dispatch, explain.

Promise: any text is a pattern or a `PatternError`; any value matches or does not; nothing else comes out.
"""
