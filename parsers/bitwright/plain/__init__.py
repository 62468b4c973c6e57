"""Values as plain data and back: what JSON, the command line and `to_dict` show.

The mapping is fixed: keys are the declared field names in the order of the wire; bytes are
lower-case hexadecimal; addresses are text; a member of an enumeration is its name, or its number
where it has none; flags stay booleans.  `from_plain` reads exactly that back, and says where it
cannot.
"""

from __future__ import annotations

from bitwright.plain.inward import decoded_json, from_plain
from bitwright.plain.outward import plain_of, plain_value, to_plain
from bitwright.plain.relax import relaxed

__all__ = ["decoded_json", "from_plain", "plain_of", "plain_value", "relaxed", "to_plain"]
