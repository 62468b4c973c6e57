"""What a format is to a reader of input that is still arriving: if it has an end of its own, and what an input is short of.

Promise: what cannot be read as a stream is refused with its declaration; `need_more` says of one input whether more bytes could make
it a message, and is right about the least number of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bitwright.errors import DeclarationError, Limits, NeedMore, ParseError, declaration_error
from bitwright.ir.interp import Machine
from bitwright.ir.waiting import Waiting, waits
from bitwright.lower.facts import Options, field_to_the_end
from bitwright.schema import measure

if TYPE_CHECKING:
    from bitwright.codec import Codec

# What is said of an input, or of a region in it, that ends before what it holds does.
OF_AN_END: Final = frozenset({"truncated", "no-terminator", "count-too-large", "negative-size", "bad-offset"})


def smallest_of_stream(codec: Codec, order: str, options: Options) -> int:
    """Bytes of the smallest message; DeclarationError for a format that cannot be read as a stream."""
    found = codec._streamed.get((order, options))
    if found is None:
        _refuse_endless(codec, order, options)
        found = codec._streamed[order, options] = _smallest(codec)
    return found


def _refuse_endless(codec: Codec, order: str, options: Options) -> None:
    """DeclarationError for a format whose messages have no end of their own."""
    endless = field_to_the_end(codec.struct)
    if endless is not None:
        struct, field = endless
        raise declaration_error(
            "takes all bytes to the end of the message, so in a stream nobody knows where that is; give it a size, or nest "
            f"the struct after a length: size: int = auto(u16()); body: {codec.spec.name} = nested({codec.spec.name}, size=size)",
            field.location, struct.name, field.name,
        )  # fmt: skip
    if not waits(codec.program("parse", order, options)):
        raise declaration_error("has no bytes of its own, so a stream of it never begins", codec.spec.location, codec.spec.name)


def need_more(
    codec: Codec, error: ParseError, data: bytes, base: int, *, limits: Limits, endian: str | None, parameters: dict[str, Any]
) -> ParseError | NeedMore:
    """What `error`, of an input that is perhaps only the beginning of a message, comes to: that more is needed, or what is wrong.

    `base`: where the data begins in what the caller calls the input.  Where what is read depends on where the input ends,
    nothing more can be said than that one byte is needed; nor of a format that cannot wait, if it ran into the end of something.
    """
    order, given = codec._order(endian), codec._parameters(parameters, ParseError)
    options = Options(limits=limits, stream=True).lowered()
    need = 0
    try:
        programs = codec.program("parse", order, options), codec.optimized("parse", order, options)
    except DeclarationError:
        return NeedMore(error.problem, 1) if error.code in OF_AN_END else error
    for program in programs:
        machine = Machine(program)
        machine.data, machine.base, machine.least = data, base, _smallest(codec)
        try:
            machine.run(0, limits.input_size, *given)
        except Waiting as waiting:
            need = max(need, max(waiting.least, machine.least) - len(data))
        except ParseError as found:
            return found
        except RecursionError:
            return error
        else:
            return error
    return NeedMore(error.problem, 1 if field_to_the_end(codec.struct) is not None else need)


def _smallest(codec: Codec) -> int:
    """Bytes of the smallest message."""
    return -(-measure.size_of_struct(codec.struct).fewest // 8)
