"""Struct: the base class of every declared format.

A subclass declares fields; from them come `parse`, `build`, `check` and the rest.  Compiling
happens on first use.  Values are small mutable objects with `==`, `repr`, pickle, copy, pattern
matching and JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, dataclass_transform

import msgspec

from bitwright import kept
from bitwright.engines import COMPILED
from bitwright.errors import Finding, Limits
from bitwright.escaping import printable_json
from bitwright.locks import LOADING
from bitwright.meta import StructType
from bitwright.schema import content, numbers, pointers, reals, spec, structure, times

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from _typeshed import ReadableBuffer, WriteableBuffer

    from bitwright.certificate import Certificate
    from bitwright.codec import Codec
    from bitwright.patterns.pattern import Pattern
    from bitwright.schema.spec import BitOrder, Order
    from bitwright.stream import Stream

    class _Value:
        """Statically a plain class: a checker tests class keywords only where no metaclass is seen."""

        __match_args__: ClassVar[tuple[str, ...]]
        __struct_fields__: ClassVar[tuple[str, ...]]

else:

    class _Value(msgspec.Struct, metaclass=StructType):
        """The value class that every Struct is at run time."""

        __bitwright_root__: ClassVar[bool] = True


_codec_of: Callable[[type, str | None], Codec] | None = None  # once it is loaded


def _load_codecs() -> Callable[[type, str | None], Codec]:
    """`codec_of`, which `import bitwright` alone does not need."""
    global _codec_of  # noqa: PLW0603  # looked up at every call, where an import statement takes twice the time
    with LOADING:
        from bitwright.codec import codec_of
    _codec_of = codec_of
    return codec_of


@dataclass_transform(
    kw_only_default=True,
    field_specifiers=(
        numbers.bits, numbers.flag, numbers.u8, numbers.u16, numbers.u24, numbers.u32, numbers.u48, numbers.u64,
        numbers.i8, numbers.i16, numbers.i32, numbers.i64, numbers.varint,
        reals.f16, reals.f32, reals.f64,
        content.raw, content.text, content.ipv4, content.ipv6, content.mac, content.uuid, content.coded, content.domain_name,
        times.timestamp,
        structure.nested, structure.array, structure.switch, structure.variant, pointers.at,
    ),
)  # fmt: skip
class Struct(_Value):
    """Base of declared formats.

    Class keywords: `endian` ("big", "little", or "inherit" from the struct that nests it), `bit_order`
    ("msb", or "lsb": bytes are filled from their least significant bit, and `endian` is "little" if
    not given), `origin` (offsets and compressed names count from here), `tag` (the number that selects this class
    in the open union of its base).
    """

    __bitwright_root__: ClassVar[bool] = True
    __bitwright__: ClassVar[spec.StructSpec]

    if TYPE_CHECKING:

        def __init_subclass__(
            cls, *, endian: Order = "big", bit_order: BitOrder = "msb", origin: bool = False,
            tag: int | Collection[int | range] | None = None,
        ) -> None: ...

    # --- bytes to values ---------------------------------------------------------------------

    @classmethod
    def parse(
        cls, data: ReadableBuffer, /, *, strict: bool = False, keep: bool = False, limits: Limits | None = None, partial: bool = False,
        only: Collection[str] | None = None, **parameters: Any,
    ) -> Self:  # fmt: skip
        """Read one message that fills `data` (any buffer) exactly.

        `strict` turns the first finding into an error.  `keep` remembers what `certificate()` says is lost, so that `build()`
        writes it back.  ParseError if the bytes do not fit; with `partial` NeedMore if more bytes could make them fit.

        `only` names the fields that are wanted ("rcode", "answers.ttl"): the others are `SKIPPED`, and nothing behind the last is read.
        """
        if not (parameters or strict or keep or partial) and limits is None and only is None:
            compiled = cls.__dict__.get(COMPILED)  # whoever kept this method from before it was there comes here too
            if compiled is not None:
                return compiled(data)  # type: ignore[no-any-return]  # of this class
        options: dict[str, Any] = {"strict": strict, "keep": keep, "limits": limits, "partial": partial, "only": only, **parameters}
        return cls.codec().parse(data, **options)  # type: ignore[no-any-return]  # of this class

    @classmethod
    def parse_prefix(
        cls, data: ReadableBuffer, /, offset: int = 0, *, strict: bool = False, keep: bool = False, limits: Limits | None = None,
        partial: bool = False, **parameters: Any,
    ) -> tuple[Self, int]:  # fmt: skip
        """Read one message that starts at `offset`; the value and the number of bytes it used."""
        return cls.codec().parse_prefix(data, offset, strict=strict, keep=keep, limits=limits, partial=partial, **parameters)

    @classmethod
    def stream(cls, limit: int = 1 << 16, *, strict: bool = False, limits: Limits | None = None, **parameters: Any) -> Stream[Self]:
        """A parser to `feed` bytes as they arrive, which gives messages of at most `limit` bytes."""
        from bitwright.stream import Stream

        return Stream(cls.codec(), limit, strict=strict, limits=limits, **parameters)

    @classmethod
    def check(cls, data: ReadableBuffer, /, *, limits: Limits | None = None, **parameters: Any) -> tuple[Self, list[Finding]]:
        """Read one message and list what is wrong but readable: checksums, reserved bits, padding."""
        return cls.codec().check(data, limits=limits, **parameters)

    # --- values to bytes ---------------------------------------------------------------------

    def build(self, *, limits: Limits | None = None, **parameters: Any) -> bytes:
        """The message as bytes; derived fields that are None are solved.  BuildError if they cannot be."""
        return type(self).codec().build(self, limits=limits, **parameters)

    def build_into(self, buffer: WriteableBuffer, offset: int = 0, **parameters: Any) -> int:
        """Write the message into a buffer from byte `offset` on; the number of bytes.  A failure leaves the buffer as it was.

        BuildError `no-room` if it does not fit.
        """
        return type(self).codec().build_into(self, buffer, offset, **parameters)

    def resolved(self, *, limits: Limits | None = None, **parameters: Any) -> Self:
        """A copy in which every derived field has its value: what parsing `build()` gives."""
        return type(self).codec().resolved(self, limits=limits, **parameters)  # type: ignore[no-any-return]  # of this class

    def relaxed(self) -> Self:
        """A deep copy in which every derived field is None again, so that an edit is followed by `build()`."""
        from bitwright.plain import relaxed

        return relaxed(self)

    def replace(self, **changes: Any) -> Self:
        """A shallow copy with some fields changed."""
        changed: Self = msgspec.structs.replace(self, **changes)  # type: ignore[type-var]  # at run time it is a msgspec.Struct
        return kept.hand_on(self, changed)

    def __copy__(self) -> Self:
        copied: Self = super().__copy__()  # type: ignore[misc]  # msgspec's
        return kept.hand_on(self, copied)

    def __reduce__(self) -> Any:
        made: Any = super().__reduce__()
        table = kept.table_of(self)
        return made if table is None else (kept.revive, (*made, table))

    # --- looking at it -----------------------------------------------------------------------

    @classmethod
    def codec(cls, backend: Literal["auto", "python", "interp", "llvm"] | str | None = None) -> Codec:  # noqa: PYI051  # editors offer the names
        """The compiled codec: of the default backend, or of "auto", "python", "interp" or "llvm" by name.

        EngineError if llvmlite is not installed, which "llvm" needs.
        """
        return (_codec_of or _load_codecs())(cls, backend)

    @classmethod
    def compile(cls) -> dict[str, str]:
        """Make machine code now instead of after some thousand messages; the engine that serves "parse" and "build" from now on.

        EngineError if llvmlite is not installed.  `explain()` says why an engine is not "llvm".
        """
        return cls.codec().compile()

    @classmethod
    def source(cls, direction: str = "parse", *, backend: Literal["python", "llvm"] = "python") -> str:
        """What is generated for `direction`, "parse" or "build": Python source, or the text of a module of LLVM."""
        if backend not in ("python", "llvm"):
            raise ValueError(f"backend={backend!r}: there is source of python and llvm")
        return cls.codec(backend).source(direction)

    @classmethod
    def assembly(cls, direction: str = "parse") -> str:
        """The machine code for `direction`, "parse" or "build", as assembly of this machine; EngineError if llvmlite is not installed."""
        return cls.codec("llvm").assembly(direction)

    @classmethod
    def explain(cls, data: Any = None, /, **parameters: Any) -> str:
        """How the class is laid out and executed; with `data`, each field's place and value in it."""
        from bitwright.seeing.explain import explain
        from bitwright.seeing.picture import Picture

        return Picture(explain(cls, data, **parameters))

    @classmethod
    def hexdump(
        cls, data: ReadableBuffer, /, *, color: bool = False, bytes_per_row: int = 16, fold: bool = True, endian: str | None = None,
        **parameters: Any,
    ) -> str:  # fmt: skip
        """The bytes of a message, each named by its field, with values beside them and what is wrong at its place.

        `color` adds ANSI colours; `fold=False` shows long fields and lists whole.
        """
        from bitwright.seeing.hexdump import Paper, hexdump
        from bitwright.seeing.picture import Picture

        return Picture(hexdump(cls, data, Paper(bytes_per_row, fold, color), endian, parameters))

    @classmethod
    def diagram(cls, *, format: Literal["text", "svg"] = "text") -> str:  # noqa: A002  # what it is called on the command line
        """The layout as an RFC draws it, 32 bits a row; as text, or drawn as SVG."""
        from bitwright.seeing.picture import Picture

        if format == "svg":
            from bitwright.seeing.diagram_svg import diagram_svg

            return Picture(diagram_svg(cls))
        if format != "text":
            raise ValueError(f'format={format!r}: there are "text" and "svg"')
        from bitwright.seeing.diagram import diagram

        return Picture(diagram(cls))

    @classmethod
    def pattern(cls) -> Pattern:
        """The same layout as a bit pattern in Elixir's syntax; DeclarationError where no pattern says what the class does."""
        from bitwright.patterns.layouts import pattern_of

        return pattern_of(cls)

    @classmethod
    def certificate(cls) -> Certificate:
        """Whether `build()` gives back the bytes that were parsed: "canonical", "lossless" with `keep=True`, or "lossy"; and why not."""
        from bitwright.certificate import certificate

        return certificate(cls)

    # --- plain data --------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Plain data under the declared names: bytes as hex, addresses as text, enumerations by name."""
        from bitwright.plain import to_plain

        return to_plain(self)

    def to_json(self) -> str:
        """`to_dict()` as JSON text, in which control characters and the like are escaped."""
        return printable_json(msgspec.json.encode(self.to_dict()).decode())

    @classmethod
    def from_dict(cls, plain: Any) -> Self:
        """The value that `to_dict` would give; ValueError naming the place if it does not fit."""
        from bitwright.plain import from_plain

        return from_plain(cls, plain)  # type: ignore[no-any-return]  # of this class

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read what `to_json` writes; ValueError naming the place if it does not fit."""
        from bitwright.plain import decoded_json

        return cls.from_dict(decoded_json(text))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._field_names())
        return f"{type(self).__name__}({fields})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [(name, getattr(self, name)) for name in self._field_names()]

    def _repr_html_(self) -> str:
        """What notebooks show: a table of the fields, everything in it escaped."""
        from bitwright.seeing.html import value_html

        return value_html(self)

    def _field_names(self) -> tuple[str, ...]:
        return tuple(f.name for f in type(self).__bitwright__.visible)
