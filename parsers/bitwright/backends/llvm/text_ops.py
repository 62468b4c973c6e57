"""LLVM code for text: the commonest encodings by the decoders that CPython has for them, others by their name."""

from __future__ import annotations

import codecs
from typing import Final

from bitwright.backends.llvm.assembler import Value
from bitwright.backends.llvm.emitter import FunctionEmitter
from bitwright.backends.llvm.read_ops import region
from bitwright.ir.ops import Op

_DECODERS: Final = {"utf-8": "PyUnicode_DecodeUTF8", "ascii": "PyUnicode_DecodeASCII", "iso8859-1": "PyUnicode_DecodeLatin1"}


def decoded(e: FunctionEmitter, begin: Value, size: Value, encoding: str) -> Value:
    """Bytes as text; fails as `bytes.decode` does."""
    strict, own = e.assembly.text(b"strict"), _DECODERS.get(codecs.lookup(encoding).name)
    if own is not None:
        return e.new(e.call(own, begin, size, strict))
    return e.new(e.call("PyUnicode_Decode", begin, size, e.assembly.text(encoding.encode()), strict))


def _text(e: FunctionEmitter, op: Op) -> None:
    e.values[op.outs[0]] = decoded(e, *region(e, op), op.attrs["encoding"])


TEXTS: Final = {"text": _text}
