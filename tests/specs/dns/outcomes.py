"""What parsing a message comes to: a value or a ParseError, compared between engines."""

from __future__ import annotations

from typing import Any

from bitwright import ParseError
from bitwright_specs.dns import Message


def outcome(codec: Any, data: bytes, **options: Any) -> Message | ParseError:
    """The value or the error; whatever else is raised is a failure of the test."""
    found: Message | ParseError
    try:
        found = codec.parse(data, **options)
    except ParseError as error:
        found = error
    if isinstance(found, ParseError):
        assert found.bit_offset is not None
        assert 0 <= found.bit_offset <= 8 * len(data), str(found)
    return found


def both(data: bytes) -> Message | ParseError:
    """The outcome, after comparing both engines: equal values, or errors that are equal to the letter."""
    one, two = outcome(Message.codec("interp"), data), outcome(Message.codec("python"), data)
    if isinstance(one, ParseError) or isinstance(two, ParseError):
        assert signature(one) == signature(two), data.hex()
    else:
        assert one == two, data.hex()
    return two


def signature(found: Message | ParseError) -> Any:
    """What of an error must agree; a value stands for itself."""
    return (found.code, found.path, found.bit_offset, str(found)) if isinstance(found, ParseError) else found

