"""DNS traffic made for the benchmarks: the same on every machine, so that a clone measures what the page shows.

`transactions` gives questions and answers in shares that are those of recorded traffic of resolvers and authoritative servers (types,
sizes, records, chains of aliases, EDNS, signatures; popular names often, rare ones once); `write_capture` puts them into packets.  It
is plain arithmetic on numbers from a seed: no contender has a hand in it, and every version of Python makes the same bytes.
"""

from benchmarks.mix.frames import write_capture
from benchmarks.mix.messages import Transaction, transactions

__all__ = ["Transaction", "transactions", "write_capture"]
