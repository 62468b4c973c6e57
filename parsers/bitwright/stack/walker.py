"""From a packet to its row: layer by layer, from the link type up, along the registry's bindings.

Promise: `decode` never raises for what a packet holds, drops nothing silently, and bounds its work:
at most `MAX_LAYERS` layers lie above each other, and every message of a stream consumes bytes.

The bytes of a layer are those that the one below announces, as far as they are there.  `missing` is
how many the capture did not keep of them: a shortage of at most that is a cut, a greater one means
that a length field is wrong.  Either way the layers above are read with the bytes that are there.
"""

from __future__ import annotations

from typing import Any, Final

from bitwright.errors import ParseError
from bitwright.stack import trouble
from bitwright.stack.checking import examine
from bitwright.stack.plan import Step, plan_links
from bitwright.stack.registry import Registry
from bitwright.stack.row import Layer, PacketLike, Row

MAX_LAYERS: Final = 128


class Walker:
    """Decodes packets by a registry; later changes of the registry do not reach it.

    `check` also verifies checksums, reserved bits and padding of complete layers and lists what is wrong in
    `findings`.  `backend` names the engine, None for the default.  `plain` reads layers that carry no other
    straight to plain data, for those who write text and look at no value.  `at_once` makes machine code of a layer with its
    first packet instead of after some thousand, for captures that have many.
    """

    def __init__(
        self, registry: Registry, *, check: bool = False, plain: bool = False, backend: str | None = None, at_once: bool = False
    ) -> None:
        self._links = plan_links(registry, backend, plain, at_once)
        self._check = check

    def decode(self, packet: PacketLike) -> Row:
        """The packet's row."""
        data = packet.data
        captured, original = packet.captured, packet.original
        missing = original - captured if original > captured else 0
        row = Row(packet.number, packet.timestamp_ns, packet.interface, packet.link_type, captured, original, "ok", [], [])
        step = self._links.get(packet.link_type)
        if step is None:
            row.status = "unknown"
        elif isinstance(step, Step):
            self._ascend(row, step, data, 0, missing, 0)
        elif (chosen := step.choose(data)) is not None:
            self._ascend(row, chosen, data, 0, missing, 0)
        else:
            trouble.no_choice(row, step, data, missing)
        return row

    def _ascend(self, row: Row, step: Step, data: bytes, base: int, missing: int, depth: int) -> None:
        """Read layer upon layer from `data`, which begins at the packet's byte `base`."""
        below: Step | None = None  # and the value that it gave
        beneath: Any = None
        protocol, append = 0, row.layers.append
        while depth < MAX_LAYERS:
            depth += 1
            if step.stream:
                self._messages(row, step, data, base, missing, depth)
                return
            try:
                value, used = step.parse(data, 0)
            except ParseError as error:
                trouble.failed(row, step, error, len(data), base, missing)
                return
            append(Layer(step.name, base, None, None, value) if step.plain else Layer(step.name, base, value))
            size = len(data)
            if used != size:
                if used > size:
                    missing = trouble.shortage(row, step, value, size, used, base, missing)
                else:
                    trouble.left_over(row, below, beneath, step, used, size, base)
                    missing = 0
            elif missing and step.ends_by_length(value):
                missing = 0
            if self._check and not missing:
                examine(row, step, data, 0, used, base, protocol)
            if step.payload is None:
                return
            payload: bytes = step.payload(value)
            base += (used if used < size else size) - len(payload)  # noqa: FURB136  # min() takes four times as long
            upper: Step | None = None
            if payload and (step.fragment is None or not step.fragment(value)):
                for get, table in step.selectors:  # as `Step.above` does, without a call for each layer
                    found = table.get(key := get(value))
                    if found is not None:
                        upper, protocol = (found if isinstance(found, Step) else found.choose(payload)), key
                        break
            if upper is None:
                trouble.topmost(row, step, value, payload, base, missing)
                return
            below, beneath, step, data = step, value, upper, payload
        trouble.too_deep(row, step, base, MAX_LAYERS)

    def _messages(self, row: Row, step: Step, data: bytes, base: int, missing: int, depth: int) -> None:
        """Read a stream's segment: messages one after the other, the last perhaps only begun."""
        offset, size = 0, len(data)
        while offset < size:
            try:
                value, used = step.parse(data, offset)
            except ParseError as error:
                if missing or not step.is_partial(error, size):
                    trouble.failed(row, step, error, size, base, missing, offset)
                else:
                    trouble.partial(row, step, error, base, offset)
                return
            place = base + offset
            row.layers.append(Layer(step.name, place, None, None, value) if step.plain else Layer(step.name, place, value))
            if self._check and not missing:
                examine(row, step, data, offset, used, base, 0)
            if used <= 0:
                trouble.no_progress(row, step, base + offset)
                return
            if used > size - offset:
                trouble.partial_payload(row, step, value, size - offset, used, base + offset, missing)
                return
            offset += used
            if step.payload is not None:
                payload: bytes = step.payload(value)
                upper, _ = step.above(value, payload)
                if upper is not None:
                    self._ascend(row, upper, payload, base + offset - len(payload), 0, depth)
