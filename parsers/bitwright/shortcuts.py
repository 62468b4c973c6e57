"""What takes the place of a class's own methods once its programs are compiled: the commonest calls, with little around compiled code.

Promise: the same values and errors as the methods of `Struct`; whatever is not the commonest call (bytes, no options, the very class)
goes to the codec, and so does every failure, which is explained there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from bitwright import kept
from bitwright.errors import DEFAULT_LIMITS
from bitwright.lower.facts import Options

if TYPE_CHECKING:
    from bitwright.codec import Codec
    from bitwright.tiers import Tier

_LARGEST: Final = DEFAULT_LIMITS.input_size
_STRICT: Final = Options(strict=True)


def shortcuts_of(codec: Codec, direction: str, options: Options, tier: Tier, given: Sequence[Any] | None) -> dict[str, Any]:
    """What takes the place of methods, as it lies in the class; `given` are the parameters' defaults, None if one has none."""
    if direction == "parse" and options == Options():
        parse = tier.functions.get("parse") or _codecs(codec.parse)
        return {"parse": staticmethod(parse), "parse_prefix": staticmethod(_parse_prefix(codec, tier, given))}
    if given is None:
        return {}
    if direction == "parse" and options == _STRICT:
        return {"check": staticmethod(_check(codec, tier, given))}
    if direction == "build" and options == Options():
        return {"build": tier.functions.get("build") or _build(codec, tier, given)}
    return {}


def _codecs(parse: Callable[..., Any]) -> Callable[..., Any]:
    """A method of the codec as a plain function."""

    def shortcut(data: Any, /, **options: Any) -> Any:
        return parse(data, **options)

    return shortcut


def _parse_prefix(codec: Codec, tier: Tier, given: Sequence[Any] | None) -> Callable[..., tuple[Any, int]]:
    if given is None:
        return codec.parse_prefix
    failures = codec._failures()

    def parse_prefix(data: Any, /, offset: int = 0, **options: Any) -> tuple[Any, int]:
        if data.__class__ is bytes and not options and offset.__class__ is int:
            end = len(data)
            if 0 <= offset <= end <= _LARGEST:
                try:
                    found: tuple[Any, int] = tier.run(data, offset, end, *given)
                except failures:
                    pass  # the way that explains failures
                else:
                    return (found[0], found[1] - offset) if offset else found
        return codec.parse_prefix(data, offset, **options)

    return parse_prefix


def _check(codec: Codec, tier: Tier, given: Sequence[Any]) -> Callable[..., Any]:
    failures = codec._failures()

    def check(data: Any, /, **options: Any) -> Any:
        if data.__class__ is bytes and not options and len(data) <= _LARGEST:
            end = len(data)
            try:
                value, after = tier.run(data, 0, end, *given)
                if after == end:
                    return value, []
            except failures:
                pass  # there is something to tell
        return codec.check(data, **options)

    return check


def _build(codec: Codec, tier: Tier, given: Sequence[Any]) -> Callable[..., bytes]:
    failures, struct, tables = codec._failures(), codec.struct, kept._tables

    def build(self: Any, **options: Any) -> bytes:
        if options or tables or self.__class__ is not struct:
            return type(self).codec().build(self, **options)  # type: ignore[no-any-return]  # of a subclass, or with what it remembers
        try:
            return tier.run(self, *given)[0]  # type: ignore[no-any-return]  # generated
        except failures:
            return codec.build(self)

    return build
