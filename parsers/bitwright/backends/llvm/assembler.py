"""What the emitters need beside LLVM's language itself: calls of CPython's C API, and one table of Python objects.

Promise: no module text holds an address: objects are reached through the global `objects`, which whoever loads the module fills in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Sequence
from typing import Any, Final, TypeAlias

from bitwright.backends.llvm import language
from bitwright.backends.llvm.language import DOUBLE, FLOAT, NULL, PTR, VOID, int_type, vector_type

__all__ = ["DOUBLE", "FLOAT", "I1", "I8", "I16", "I32", "I64", "I128", "NULL", "PTR", "V16", "VOID"]

Value: TypeAlias = Any  # a value in LLVM's code
Type: TypeAlias = Any

I1, I8, I16, I32, I64, I128 = (int_type(bits) for bits in (1, 8, 16, 32, 64, 128))
ARGUMENTS_OFFSET: Final = -(1 << 63)  # PY_VECTORCALL_ARGUMENTS_OFFSET: the place before the first argument may be used
V16: Final = vector_type(I8, 16)  # 16 bytes that are worked on at once

# Documented functions of CPython's C API alone: what they return and take.
API: Final[dict[str, tuple[Type, tuple[Type, ...]]]] = {
    "PyLong_FromLong": (PTR, (I64,)), "PyLong_FromLongLong": (PTR, (I64,)), "PyLong_FromUnsignedLongLong": (PTR, (I64,)),
    "PyLong_AsLongLong": (I64, (PTR,)), "PyLong_AsLongLongAndOverflow": (I64, (PTR, PTR)), "PyLong_AsUnsignedLongLong": (I64, (PTR,)),
    "PyBytes_FromStringAndSize": (PTR, (PTR, I64)), "PyBytes_AsStringAndSize": (I32, (PTR, PTR, PTR)),
    "PyLong_AsUnsignedLongLongMask": (I64, (PTR,)), "PyBytes_Size": (I64, (PTR,)),
    "PyUnicode_Decode": (PTR, (PTR, I64, PTR, PTR)), "PyUnicode_New": (PTR, (I64, I32)), "PyUnicode_DecodeASCII": (PTR, (PTR, I64, PTR)),
    "PyUnicode_AsUTF8AndSize": (PTR, (PTR, PTR)), "PyUnicode_AsEncodedString": (PTR, (PTR, PTR, PTR)),
    "PyObject_Vectorcall": (PTR, (PTR, PTR, I64, PTR)), "PyObject_IsTrue": (I32, (PTR,)), "PyObject_GetItem": (PTR, (PTR, PTR)),
    "PyObject_GetAttr": (PTR, (PTR, PTR)), "PyObject_SetAttr": (I32, (PTR, PTR, PTR)), "PyObject_Size": (I64, (PTR,)),
    "PyObject_Type": (PTR, (PTR,)), "PyObject_GetBuffer": (I32, (PTR, PTR, I32)), "PyBuffer_Release": (VOID, (PTR,)),
    "PyType_GenericAlloc": (PTR, (PTR, I64)), "PyType_GetFlags": (I64, (PTR,)), "PyType_GetSlot": (PTR, (PTR, I32)),
    "PyList_New": (PTR, (I64,)), "PyList_Append": (I32, (PTR, PTR)), "PyList_Size": (I64, (PTR,)), "PyList_GetItem": (PTR, (PTR, I64)),
    "PyDict_Copy": (PTR, (PTR,)), "PyObject_RichCompareBool": (I32, (PTR, PTR, I32)), "PyBytes_AsString": (PTR, (PTR,)),
    "PyTuple_Size": (I64, (PTR,)),
    "PyTuple_New": (PTR, (I64,)), "PyTuple_SetItem": (I32, (PTR, I64, PTR)), "PyTuple_GetItem": (PTR, (PTR, I64)),
    "PyByteArray_FromStringAndSize": (PTR, (PTR, I64)), "PyByteArray_Resize": (I32, (PTR, I64)), "PyByteArray_AsString": (PTR, (PTR,)),
    "PyByteArray_Size": (I64, (PTR,)),
    "Py_IncRef": (VOID, (PTR,)), "Py_DecRef": (VOID, (PTR,)),
    "Py_EnterRecursiveCall": (I32, (PTR,)), "Py_LeaveRecursiveCall": (VOID, ()),
    "Py_GetRecursionLimit": (I32, ()),
    "PyErr_SetNone": (VOID, (PTR,)), "PyErr_SetString": (VOID, (PTR, PTR)), "PyErr_Occurred": (PTR, ()),
    "PyErr_ExceptionMatches": (I32, (PTR,)), "PyErr_Clear": (VOID, ()), "PyErr_NoMemory": (PTR, ()),
    "PyObject_GetIter": (PTR, (PTR,)), "PyIter_Next": (PTR, (PTR,)),
    "PyMem_Malloc": (PTR, (I64,)), "PyMem_Free": (VOID, (PTR,)),
    "PyUnicode_DecodeUTF8": (PTR, (PTR, I64, PTR)), "PyUnicode_DecodeLatin1": (PTR, (PTR, I64, PTR)),
    "PyObject_GC_UnTrack": (VOID, (PTR,)),
    "PyFloat_FromDouble": (PTR, (DOUBLE,)), "PyFloat_AsDouble": (DOUBLE, (PTR,)),
    "PyDict_GetItemWithError": (PTR, (PTR, PTR)), "PyDict_New": (PTR, ()), "PyDict_SetItem": (I32, (PTR, PTR, PTR)),
}  # fmt: skip
LIBRARY: Final[dict[str, tuple[Type, tuple[Type, ...]]]] = {
    "memcmp": (I32, (PTR, PTR, I64)), "memcpy": (PTR, (PTR, PTR, I64)), "memset": (PTR, (PTR, I32, I64)),
    "memchr": (PTR, (PTR, I32, I64)), "memmove": (PTR, (PTR, PTR, I64)),
}  # fmt: skip
ROUTINES: Final[dict[str, tuple[Type, tuple[Type, ...]]]] = {}  # filled by `routines`


def number(value: int, of: Type = I64) -> Value:
    """A constant; of a vector, in each place."""
    return language.constant(of, value)


def real(value: float) -> Value:
    """A constant of 64 bits."""
    return language.real(value)


class _Callee:
    """A function at an address."""

    __slots__ = ("function_type", "ref")

    def __init__(self, pointer: Value, function_type: language.FunctionType) -> None:
        self.function_type, self.ref = function_type, pointer.ref


@dataclasses.dataclass(frozen=True)
class Caller:
    """In the table of objects: the address of the function that calls `what`, with the signature of `PyObject_Vectorcall`."""

    what: Any


class Assembly:
    """One module of LLVM in the making."""

    def __init__(self, name: str) -> None:
        self.module = language.Module(name)
        self.objects: list[Any] = []  # which the module reaches by number
        self._known: dict[Hashable, int] = {}
        self._texts: dict[bytes, Value] = {}
        self._table = language.Value(PTR, '@"objects"')

    def function(self, name: str, result: Type, parameters: Sequence[Type], *, internal: bool) -> Any:
        """A new function of the module; an internal one is seen by the module alone."""
        made = language.Function(self.module, language.FunctionType(result, parameters), name)
        if internal:
            made.linkage = "internal"
        return made

    def external(self, name: str) -> Any:
        """A function of the C API or the C library, or a routine, declared when first used."""
        found = self.module.globals.get(name)
        if found is None:
            result, parameters = API.get(name) or LIBRARY.get(name) or ROUTINES[name]
            found = language.Function(self.module, language.FunctionType(result, parameters), name)
        return found

    def uses(self, name: str) -> bool:
        """Whether such a function is declared."""
        return name in self.module.globals

    def place_of(self, values: Sequence[Any], key: Hashable) -> int:
        """Where some objects lie in the table one after the other; `key` says whether they are there already."""
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self.objects)
            self.objects += values
        return found

    def slot(self, builder: Any, index: Value) -> Value:
        """The object of a number."""
        return builder.load(builder.gep(self._table, [index], inbounds=True, source_etype=PTR), typ=PTR)

    def slot_address(self, builder: Any, index: int) -> Value:
        """Where the object of a number stands in the table."""
        return builder.gep(self._table, [number(index)], inbounds=True, source_etype=PTR)

    def call_through(self, builder: Any, pointer: Value, name: str, args: Sequence[Value]) -> Value:
        """Call a function by its address; it has the signature of the one that is named."""
        result, parameters = API[name]
        return builder.call(_Callee(pointer, language.FunctionType(result, parameters)), list(args))

    def text(self, value: bytes) -> Value:
        """Bytes that never change, with a zero behind them."""
        found = self._texts.get(value)
        if found is None:
            found = self._texts[value] = self.module.bytes_of(f"text.{len(self._texts)}", value + b"\0")
        return found

    def finish(self) -> str:
        """The text of the module."""
        self.module.data.append(f'@"objects" = dso_local global [{len(self.objects)} x ptr] zeroinitializer')
        return str(self.module)


def builder_at_start(function: Any) -> Any:
    """Appends to a new first block of a function."""
    return language.Builder(function.append_basic_block("begin"))


def frame(builder: Any, of: Type, count: int = 1) -> Value:
    """Room on the stack for several of a type."""
    return builder.alloca(of, count)
