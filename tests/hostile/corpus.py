"""Every message that the tests hold: of each shipped spec, of each format of the gallery, and of those made to be attacked.

`samples()` of `messages.py` are some forty; these are all.  What a class of bad input says of "every message" is held against them.
"""

from __future__ import annotations

import functools
from importlib.metadata import entry_points
from typing import Any

from bitwright_specs.dns import Message, TcpMessage
from fuzz.driver import corpus_of
from tests.hostile.messages import Sample, samples
from tests.specs.dns.vectors import typical_messages
from tests.specs.test_mutants import VECTORS
from tests.test_gallery import MESSAGES, REAL, load


@functools.cache
def corpus() -> tuple[Sample, ...]:
    """All of them, the shortest first; each is read wholly, and no bytes occur twice for a class."""
    names: dict[Any, str] = {point.load(): point.name for point in entry_points(group="bitwright.specs")}
    found = {(sample.struct, sample.data): sample.name for sample in samples()}
    found |= {(struct, bytes.fromhex(wire)): names[struct] for struct, wire in VECTORS}
    found |= {(Message, data): "dns" for data in typical_messages()}
    found |= {(Message, data): "dns" for data in corpus_of("dns").values() if _is_whole(Message, data)}
    found |= {(TcpMessage, TcpMessage(message=Message.parse(data)).build()): "dns_tcp" for data in typical_messages()[:3]}
    for name, messages in REAL.items():
        struct = getattr(load(name), MESSAGES[name])
        found |= {(struct, data): f"gallery-{name}" for data in messages.values()}
    return tuple(Sample(name, struct, data) for (struct, data), name in sorted(found.items(), key=lambda item: len(item[0][1])))


def _is_whole(struct: Any, data: bytes) -> bool:
    try:
        struct.parse(data)
    except ValueError:
        return False
    return True


def identified(sample: Sample) -> str:
    """What a test's parameters call it."""
    return f"{sample.name}-{len(sample.data)}"
