"""Conversations out of a capture: what each side that began to speak said to the other.

Promise: names no protocol.  Who speaks to whom is what the layers below the message say in fields named `src...` and `dst...` (addresses
and ports); the side whose message comes first has begun the conversation, and only what it says is taken.  A capture that is damaged gives
what comes before the damage; streams are not put together, so a message counts if one segment holds all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from bitwright import capture
from bitwright.errors import ParseError
from bitwright.schema import spec
from bitwright.stack import Layer, Registry, Walker, load_standard

if TYPE_CHECKING:
    from bitwright.struct_ import Struct

Side: TypeAlias = tuple[Any, ...]  # the addresses and ports of one


def conversations_of(message: type[Struct], path: Path, registry: Registry | None = None) -> list[list[bytes]]:
    """The conversations of a capture, each what its first speaker says, in the order in which they begin.

    CaptureError if it is none.
    """
    said: dict[frozenset[Side], tuple[Side, list[bytes]]] = {}
    for speaker, listener, data in _messages(message, path, registry or load_standard()):
        began, messages = said.setdefault(frozenset((speaker, listener)), (speaker, []))
        if speaker == began:
            messages.append(data)
    return [messages for _, messages in said.values()]


def _messages(message: type[Struct], path: Path, registry: Registry) -> Iterator[tuple[Side, Side, bytes]]:
    """Who says what to whom."""
    names = {name for name, layer in registry.layers.items() if layer.struct is message}
    walker = Walker(registry)
    with capture.open(path) as packets:
        count = 0
        try:
            for packet in packets:
                count += 1
                below: list[Layer] = []
                for layer in walker.decode(packet).layers:
                    if layer.name not in names:
                        below.append(layer)
                        continue
                    data = bytes(packet.data[layer.offset :])
                    try:
                        _, used = message.parse_prefix(data)
                    except ParseError:  # cut in the capture
                        continue
                    yield _side(below, "src"), _side(below, "dst"), data[:used]
        except capture.CaptureError:
            if not count:
                raise


def _side(below: list[Layer], prefix: str) -> Side:
    """What the layers say of one side, in their order."""
    return tuple(
        (layer.name, field.name.removeprefix(prefix), getattr(layer.value, field.name))
        for layer in below
        if layer.value is not None
        for field in spec.spec_of(type(layer.value)).fields
        if field.name.startswith(prefix)
    )
