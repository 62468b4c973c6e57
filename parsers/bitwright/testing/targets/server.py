"""A server as target: after each message that is sent to it, it has to answer a valid one.

    with contextlib.closing(ServerTarget("udp:127.0.0.1:5300", Message, probes=seeds)) as target: target.run(data, label)

Promise: an input is sent, then the valid message on a way of its own; once its answer is there, the server has got over the input.  A
server that does not answer in time, or where nobody listens any more, is `dead`; one that answers the valid message otherwise than in the
beginning is a finding too.  Only this machine's servers are fuzzed unless the caller allows others, and no faster than `rate`.
"""

from __future__ import annotations

import collections
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from bitwright.errors import ParseError
from bitwright.testing.conversation import Conversation
from bitwright.testing.labels import Label
from bitwright.testing.outcome import Outcome
from bitwright.testing.targets.endpoint import Pace, endpoint
from bitwright.testing.targets.errors import TargetError
from bitwright.testing.targets.links import link_to
from bitwright.testing.targets.states import States

if TYPE_CHECKING:
    from bitwright.struct_ import Struct

REMOTE_RATE: Final = 100.0  # messages a second to a machine that is not this one, if nothing else is said
MOST_PROBES: Final = 50  # valid messages that are tried in the beginning
FIRST_SECONDS: Final = 0.5  # for each of them
GRACE_SECONDS: Final = 0.002  # for the answer to an input on a stream: servers attend to connections in any order
NO_ANSWER: Final = "no answer at once"  # it may come later, and is counted then
TURN_SECONDS: Final = 0.25  # for the answer to a turn of a conversation before the last


class ServerTarget:
    """A server at `udp:HOST:PORT` or `tcp:HOST:PORT`.

    `probes` are valid messages; the first that is answered is the one that is asked after each input.  `timeout`: how long its answer may
    take.  `conversation`: inputs are `Conversation`s, of which each turn but the last is answered before the next is sent.  `state` names
    the fields of answers that say the server's state; `states` counts them.
    """

    def __init__(
        self, where: str, message: type[Struct], *, probes: Iterable[bytes], timeout: float = 2.0, rate: float | None = None,
        allow_remote: bool = False, conversation: bool = False, state: Sequence[str] | None = None,
    ) -> None:  # fmt: skip
        self._where = endpoint(where, allow_remote=allow_remote)
        self._timeout, self._conversation = timeout, conversation
        self._pace = Pace(rate if rate is not None or self._where.is_here else REMOTE_RATE)
        self._states = States(message, state)
        self.states: collections.Counter[str] = collections.Counter()
        self._grace = GRACE_SECONDS if self._where.transport == "tcp" else 0.0
        self._gone = ""
        try:
            self._link = link_to(self._where, message, timeout)
        except OSError as error:
            raise TargetError(f"{self._where} cannot be reached: {error.strerror or error}") from None
        self._probe, self._healthy = self._settle(message, probes)
        self._answer = b""

    @property
    def name(self) -> str:
        """Where it is."""
        return str(self._where)

    def run(self, data: bytes, label: Label) -> Outcome:
        """Send one input, and see that the server still answers."""
        if self._gone and (still := self._wrong()):
            return still
        turns = [data]
        if self._conversation:
            try:
                turns = [turn.data for turn in Conversation.parse(data).turns] or [b""]
            except ParseError as error:
                return Outcome("error", "", f"not a conversation: {error}")
        self.states.update(map(self._states.state, self._link.begin()))
        for turn in turns[:-1]:
            self._pace.wait()
            self._link.send(turn, last=False)
            self._link.answers(TURN_SECONDS)
        self._pace.wait()
        begin = time.perf_counter()
        trouble = self._link.send(turns[-1], last=True)
        answers = self._link.answers(self._grace)
        wrong = self._wrong()
        seconds = time.perf_counter() - begin
        state = self._count([*answers, *self._link.answers(0.0)], trouble)
        if self._link.repeats:
            self.states["(the valid message was repeated)"] = self._link.repeats
        if wrong is not None:
            return Outcome(wrong.kind, wrong.bucket, f"{wrong.detail}\nto the input: {state}", seconds)
        return Outcome("error" if state.startswith("no") else "value", "", state, seconds)

    def close(self) -> None:
        """Let the sockets go."""
        self._link.close()

    def _count(self, answers: list[bytes], trouble: str) -> str:
        """What was answered, in words; counted."""
        said = [self._states.state(answer) for answer in answers] or [f"not sent: {trouble}" if trouble else NO_ANSWER]
        self.states.update(said)
        return "; ".join(said)

    def _wrong(self) -> Outcome | None:
        """What is wrong with the server, by the answer to the valid message."""
        try:
            answer = self._link.ask(self._probe, self._timeout)
        except ConnectionRefusedError:
            self._gone = "dead: nobody listens"
            return Outcome("dead", self._gone, f"{self._where} refuses the valid message: nobody listens there any more")
        except (TimeoutError, OSError) as error:
            self._gone = "dead: no answer"
            detail = f"{self._where} does not answer the valid message within {self._timeout:g} s"
            return Outcome("dead", self._gone, detail if isinstance(error, TimeoutError) else f"{detail}: {error}")
        self._gone = ""
        if answer == self._answer:  # the usual case, and no need to read it again
            return None
        state = self._states.state(answer)
        if state != self._healthy:
            detail = f"in the beginning it was: {self._healthy}\nnow: {answer.hex()}"
            return Outcome("unexpected", f"the valid message is answered otherwise: {state}", detail)
        self._answer = answer
        return None

    def _settle(self, message: type[Struct], probes: Iterable[bytes]) -> tuple[bytes, str]:
        """The first valid message that is answered with one, twice alike, and what the answer says."""
        tried = 0
        for probe in probes:
            if tried == MOST_PROBES:
                break
            try:
                message.parse(probe)
            except ParseError:
                continue
            tried += 1
            self._pace.wait()
            try:
                states = {self._states.state(self._link.ask(probe, FIRST_SECONDS)) for _ in range(2)}
            except ConnectionRefusedError:
                self._link.close()
                raise TargetError(f"nobody listens at {self._where}") from None
            except OSError:
                continue
            if len(states) == 1 and not (state := states.pop()).startswith("an answer that"):
                return probe, state
        self._link.close()
        asked = f"none of {tried} valid messages of {message.__name__}"
        raise TargetError(f"{self._where} answers {asked} within {FIRST_SECONDS:g} s: give one that it answers")
