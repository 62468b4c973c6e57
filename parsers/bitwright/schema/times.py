"""The vocabulary of times: a number on the wire, a `Timestamp` in the object."""

from __future__ import annotations

from typing import Any

import msgspec

from bitwright.errors import declaration_error
from bitwright.schema import spec
from bitwright.schema.draft import UNSET, draft_of, field, inner_type
from bitwright.schema.expr import Scope, call_site
from bitwright.wire.timestamps import Timestamp, timestamp_type


def timestamp(inner: int, /, *, unit: str = "s", epoch: str = "unix", default: Timestamp = UNSET, doc: str = "") -> Timestamp:
    """A time: the integer `inner` counts ticks of `unit` since `epoch`.

    `unit` is "s", "ms", "us", "ns", "100ns", "min", "day" or "2^-n" (NTP has "2^-32"); `epoch` is "unix", "ntp", "windows", "mac",
    "gps" or "y2k".  Building also takes a datetime with a time zone, or ISO 8601 text.
    """
    draft = draft_of(inner, "timestamp()")
    try:
        as_type = timestamp_type(unit, epoch)
        first = default if default is UNSET else as_type(default)
    except (TypeError, ValueError) as error:
        raise declaration_error(f"timestamp(): {error}", call_site()) from None

    def make(scope: Scope) -> spec.WireType:
        made = inner_type(draft, scope, "timestamp()")
        if not isinstance(made, spec.IntType) or made.as_type is not int:
            raise scope.error("timestamp() takes an integer such as u32() or u64()")
        wire: Any = msgspec.structs.replace(made, as_type=as_type)
        return wire  # type: ignore[no-any-return]  # of the inner type's class

    return field(make, default=first, doc=doc)  # type: ignore[no-any-return]  # a proxy at run time
