"""How a declared format is spoken: what a message is on a stream, what makes two messages question and answer, how long to wait.

Promise: a `Protocol` is a description and does nothing; what it cannot mean is refused when it is made.  Wherever one is
taken, the bare class of a format may be given: it is then spoken as it is, without calls.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from bitwright.struct_ import Struct

if TYPE_CHECKING:
    from bitwright.net.framing import Framing

M = TypeVar("M", bound=Struct)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Retransmission:
    """How often a question is sent by datagrams, and when: after `first` seconds, then `factor` times as long, `tries` in all.

    The defaults are RFC 1536's for the DNS: they fit a network where a round trip takes less than a second.
    """

    first: float = 1.0
    factor: float = 2.0
    tries: int = 4

    def __post_init__(self) -> None:
        if self.first <= 0 or self.factor < 1 or self.tries < 1:
            raise ValueError(f"{self!r}: first has to be above 0, factor at least 1, tries at least 1")


@dataclasses.dataclass(frozen=True, slots=True)
class Protocol(Generic[M]):
    """How `message` is spoken.

    * `stream`: of what a message is a part on a stream, as the class attribute of another format: `TcpMessage.message`; or a
      `Framing`.  Without it a message stands for itself, read by its push parser.
    * `correlate`: the field that an answer has from its question, as the class attribute `Message.id` or by name: an integer
      that calls may choose.  Without it answers come in the order of the questions.
    * `answers(request, reply)`: what must be true of an answer besides.
    * `truncated(reply)`: whether an answer by datagram says that the whole one has to be fetched by stream.
    * `limit`: bytes of a message, at most, in both directions.
    """

    message: type[M]
    _: dataclasses.KW_ONLY
    stream: Any = None
    correlate: Any = None
    answers: Callable[[M, M], bool] | None = None
    truncated: Callable[[M], bool] | None = None
    limit: int = 65535
    retransmission: Retransmission = dataclasses.field(default_factory=Retransmission)

    def __post_init__(self) -> None:
        message: Any = self.message
        if not (isinstance(message, type) and issubclass(message, Struct)):
            raise TypeError(f"Protocol takes the class of a format, not {self.message!r}")
        if self.limit < 1:
            raise ValueError(f"limit={self.limit!r}: a message has at least one byte")
        if self.correlate is not None:
            field_name(self.correlate, of=self.message)

    @property
    def correlate_field(self) -> str | None:
        """The name of the field by which answers are found."""
        return None if self.correlate is None else field_name(self.correlate, of=self.message)

    def framing(self) -> Framing:
        """How a stream is cut into messages.  Raises DeclarationError for a format of which a stream does not say where it ends."""
        from bitwright.net.framing import Framing, framing_of

        if isinstance(self.stream, Framing):
            return self.stream
        if self.stream is None:
            found = framing_of(self.message, limit=self.limit)
            found.framer()  # refuses what cannot be cut here, not with the first connection
            return found
        owner = getattr(self.stream, "__objclass__", None)
        if not (isinstance(owner, type) and issubclass(owner, Struct)):
            raise TypeError(f"stream={self.stream!r}: give the field that holds the message, as in TcpMessage.message, or a Framing")
        return framing_of(owner, limit=self.limit, field=field_name(self.stream, of=owner))


def protocol_of(spoken: Protocol[M] | type[M]) -> Protocol[M]:
    """The protocol, of a bare format too."""
    return spoken if isinstance(spoken, Protocol) else Protocol(spoken)


def field_name(field: Any, *, of: type[Struct]) -> str:
    """The name of a field that is given as its class attribute, or by name."""
    name = field.__name__ if isinstance(field, types.MemberDescriptorType) else field
    if not isinstance(name, str):
        raise TypeError(f"{field!r} is no field: give it as {of.__name__}.name, or by name")
    if name not in of.__struct_fields__:
        raise ValueError(f"{of.__name__} has no field {name!r}; it has {', '.join(of.__struct_fields__)}")
    return name
