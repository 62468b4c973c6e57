"""Engines that say only whether they take an input: what makes it affordable to ask all of them about every mutant.

Promise: a quiet codec runs the very functions that `Struct.parse` and `build` run, and leaves out one thing: an input that they refuse
is not read again by the interpreter, to be explained.  It never becomes the class's own codec.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from bitwright.codec import Codec
from bitwright.engines import MESSAGE_ENGINES
from bitwright.errors import BuildError, ParseError
from bitwright.lower.facts import Options, unions_in
from bitwright.tiers import missing_llvmlite


class Refused(Exception):  # noqa: N818  # no error: an answer
    """The engine does not read this input, or does not build this value; the interpreter would say why."""


def _refuse(*_: Any, **__: Any) -> Any:
    raise Refused


class QuietCodec(Codec):
    """A codec of a compiled engine that refuses without explaining."""

    def __init__(self, struct: type, backend: str) -> None:
        super().__init__(struct, backend)
        self.default = False  # the class's methods stay what they are

    def explaining_parse(self, data: Any, /, **options: Any) -> Any:
        """What compiled code calls where it does not read on."""
        raise Refused

    def _explaining(self, direction: str, options: Options) -> Callable[..., Any]:
        return self.explaining_parse if direction == "parse" else _refuse

    def reader(self, endian: str | None, parameters: dict[str, Any], *, strict: bool) -> Callable[[bytes], Any]:
        """A function of a whole message that returns its value, or raises `Refused` or another of `refusals`."""
        tier = self._tier("parse", self._order(endian), Options(strict=strict))
        direct: Callable[[bytes], Any] | None = tier.functions.get("parse")
        if direct is not None and not strict and not parameters:
            return direct
        run, given = tier.run, self._parameters(parameters, ParseError)

        def read(data: bytes) -> Any:
            size = len(data)
            value, after = run(data, 0, size, *given)
            if after != size:
                raise Refused
            return value

        return read

    def part(self, only: frozenset[tuple[str, ...]]) -> Callable[..., Any]:
        """A function of data, begin, end and parameters that reads these paths alone; of the program nothing is kept but that."""
        run: Callable[..., Any] = self._tier("parse", self._order(None), Options(only=only)).run
        self._programs.clear()
        return run

    def end(self) -> None:
        """Be told no longer of unions that gain an arm, so that nothing keeps what was compiled."""
        for union in unions_in(self.struct):
            if self.forget in union.dependents:
                union.dependents.remove(self.forget)

    def builder(self, endian: str | None, parameters: dict[str, Any]) -> Callable[[Any], bytes]:
        """A function of a value that returns its bytes, or raises `Refused` or another of `refusals`."""
        tier = self._tier("build", self._order(endian), Options())
        direct: Callable[[Any], bytes] | None = tier.functions.get("build")
        if direct is not None and not parameters:
            return direct
        run, given = tier.run, self._parameters(parameters, BuildError)

        def build(value: Any) -> bytes:
            return run(value, *given)[0]  # type: ignore[no-any-return]  # generated

        return build

    @property
    def refusals(self) -> tuple[type[BaseException], ...]:
        """What functions of this codec raise where the interpreter would say why."""
        return (Refused, *self._failures())


def engines_here() -> Sequence[str]:
    """The compiled engines that are installed."""
    missing: Final = {"interp"} | ({"llvm"} if missing_llvmlite() else set())
    return [name for name in MESSAGE_ENGINES if name not in missing]
