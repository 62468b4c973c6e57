"""Hypothesis strategies from declarations.

    @given(strategy(Message))                 # messages, with all derived fields set
    @given(wire(Message, kind="nearly-valid"))   # bytes in which one rule is broken
    @given(labelled(Message))                 # the same, with what was broken and what a correct parser does with it
    @given(strategy(pattern("<<4::4, _::4, rest::binary>>")))  # bytes that match

Promise: every choice is Hypothesis's own, so it shrinks field by field: fewer elements, smaller numbers, simpler arms.  Without the package
it is an ImportError that says how to get it.  Nothing of Hypothesis is loaded before a strategy is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeVar, overload

from bitwright.errors import BuildError, ParseError
from bitwright.patterns.pattern import Pattern
from bitwright.struct_ import Struct
from bitwright.testing.fieldtree import FieldTree
from bitwright.testing.generate import attempt
from bitwright.testing.generating.frame import GenerationError, Stuck
from bitwright.testing.labels import Label
from bitwright.testing.lies import sites as lie_sites
from bitwright.testing.lies.site import LieSite
from bitwright.testing.matching import matched

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

M = TypeVar("M", bound=Struct)
T = TypeVar("T")
Kind: TypeAlias = Literal["valid", "nearly-valid", "raw"]
INSTALL: Final = "pip install hypothesis"
TRIES: Final = 6  # of one example, before Hypothesis is told that it is none
CHANGES: Final = 3  # of the bytes of a raw one


def _hypothesis() -> Any:
    """The package's strategies; ImportError with advice."""
    try:
        from hypothesis import strategies
    except ImportError as missing:
        raise ImportError(f"strategies need hypothesis: {INSTALL}") from missing
    return strategies


class HypothesisDraw:
    """Choices by Hypothesis, each of which it shrinks by itself."""

    __slots__ = ("_draw", "_st")

    def __init__(self, draw: DrawFn) -> None:
        self._draw, self._st = draw, _hypothesis()

    def integer(self, least: int, most: int) -> int:
        """Shrinks towards zero, or what is nearest to it."""
        return self._draw(self._st.integers(least, most))  # type: ignore[no-any-return]  # an int

    def octets(self, least: int, most: int) -> bytes:
        """Shrinks towards few and zero."""
        return self._draw(self._st.binary(min_size=least, max_size=most))  # type: ignore[no-any-return]  # bytes

    def choice(self, alternatives: Sequence[T]) -> T:
        """Shrinks towards the first."""
        index: int = self._draw(self._st.integers(0, len(alternatives) - 1))
        return alternatives[index]

    def chance(self, share: float) -> bool:
        """Shrinks towards False."""
        return bool(self._draw(self._st.integers(0, 99)) >= 100 - round(100 * share))

    def text(self, least: int, most: int, alphabet: str) -> str:
        """Shrinks towards short."""
        return self._draw(self._st.text(alphabet, min_size=least, max_size=most))  # type: ignore[no-any-return]  # a str


@overload
def strategy(subject: type[M], **parameters: Any) -> SearchStrategy[M]: ...
@overload
def strategy(subject: Pattern, **parameters: Any) -> SearchStrategy[bytes]: ...


def strategy(subject: type[M] | Pattern, **parameters: Any) -> SearchStrategy[M] | SearchStrategy[bytes]:
    """Messages of a Struct class, or bytes that a pattern matches; `parameters` are what either takes from outside."""
    st = _hypothesis()
    if isinstance(subject, Pattern):
        made: SearchStrategy[bytes] = st.composite(_matching)(subject, parameters)
        return made
    _check(subject)
    messages: SearchStrategy[M] = st.composite(_message)(subject, parameters)
    return messages


def wire(message: type[Struct], *, kind: Kind = "valid", **parameters: Any) -> SearchStrategy[bytes]:
    """Bytes: of messages, of such in which one rule is broken, or changed anywhere."""
    st = _hypothesis()
    _check(message)
    if kind == "nearly-valid":
        broken: SearchStrategy[bytes] = labelled(message, **parameters).map(_bytes_of)
        return broken
    if kind not in ("valid", "raw"):
        raise ValueError(f"kind={kind!r}: there are valid, nearly-valid and raw")
    made: SearchStrategy[bytes] = st.composite(_wire if kind == "valid" else _raw)(message, parameters)
    return made


def labelled(message: type[Struct], **parameters: Any) -> SearchStrategy[tuple[bytes, Label]]:
    """Messages in which one rule is broken, with the rule, its place, and the outcome that follows from the declaration."""
    st = _hypothesis()
    _check(message)
    made: SearchStrategy[tuple[bytes, Label]] = st.composite(_broken)(message, parameters)
    return made


def _check(subject: Any) -> None:
    if not (isinstance(subject, type) and issubclass(subject, Struct)):
        raise TypeError(f"strategies are made from a Struct class or a Pattern, not from {subject!r}")


def _bytes_of(pair: tuple[bytes, Label]) -> bytes:
    return pair[0]


# --- what they draw ---------------------------------------------------------------------------


def _rejected() -> BaseException:
    """What tells Hypothesis that there is no example here."""
    from hypothesis.errors import UnsatisfiedAssumption

    return UnsatisfiedAssumption()


def _cause_of(error: GenerationError) -> BaseException:
    """What Hypothesis raised by itself in a codec's `example`, or the error."""
    from hypothesis.errors import HypothesisException

    return error.__cause__ if isinstance(error.__cause__, HypothesisException) else error


def _drawn(draw: DrawFn, message: type[M], parameters: dict[str, Any]) -> tuple[bytes, M]:
    source = HypothesisDraw(draw)
    for _ in range(TRIES):
        try:
            return attempt(message, source, parameters)
        except (Stuck, BuildError, ParseError):
            continue
        except GenerationError as error:
            raise _cause_of(error) from None
    raise _rejected()


def _message(draw: DrawFn, message: type[M], parameters: dict[str, Any]) -> M:
    return _drawn(draw, message, parameters)[1]


def _wire(draw: DrawFn, message: type[Struct], parameters: dict[str, Any]) -> bytes:
    return _drawn(draw, message, parameters)[0]


def _matching(draw: DrawFn, pattern: Pattern, bindings: dict[str, Any]) -> bytes:
    try:
        return matched(pattern, HypothesisDraw(draw), bindings)
    except Stuck:
        raise _rejected() from None


def _broken(draw: DrawFn, message: type[Struct], parameters: dict[str, Any]) -> tuple[bytes, Label]:
    seed, source = _wire(draw, message, parameters), HypothesisDraw(draw)
    given = {name: value for name, value in parameters.items() if name != "endian"}
    rules: dict[str, list[LieSite]] = {}
    for site in lie_sites(FieldTree(message, seed, endian=parameters.get("endian"), parameters=given)):
        rules.setdefault(site.rule, []).append(site)
    for _ in range(TRIES):
        if not rules:
            break
        site = source.choice(rules[source.choice(sorted(rules))])
        if sum(site.prepare()):
            return site.mutant(source)
    raise _rejected()


def _raw(draw: DrawFn, message: type[Struct], parameters: dict[str, Any]) -> bytes:
    """Of a message a few bytes changed, taken away or put in."""
    source = HypothesisDraw(draw)
    data = bytearray(_wire(draw, message, parameters))
    for _ in range(source.integer(0, CHANGES)):
        at = source.integer(0, len(data))
        match source.choice(("change", "remove", "insert", "cut")):
            case "change":
                data[at : at + 1] = source.octets(1, 1)
            case "remove":
                del data[at : at + source.integer(1, 4)]
            case "insert":
                data[at:at] = source.octets(1, 4)
            case _:
                del data[at:]
    return bytes(data)
