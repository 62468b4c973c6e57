"""Elixir's and Erlang's terms and functions on them: pure functions that every engine shares.

Promise: they answer as Elixir 1.18 on OTP 27 does, for any Python value; what raises there raises `TermFault` here and nothing else does.
"""
