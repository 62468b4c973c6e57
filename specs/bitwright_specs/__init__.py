"""Protocols declared with bitwright, one a file, and `stack`, which says which follows which.

A module is named after its protocol and holds its header's class: `from bitwright_specs.udp import UDP`.
"""
