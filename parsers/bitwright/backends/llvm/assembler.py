"""What the emitters use of `llvmlite.ir`: types, constants, calls of CPython's C API, and one table of Python objects.

Promise: this is the only module that imports `llvmlite.ir`, which has no types: to a checker, types and values of LLVM are
`Any`.  No module text holds an address: objects are reached through the global `objects`, which whoever loads the module fills in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Sequence
from typing import Any, Final, TypeAlias

from llvmlite import ir

Value: TypeAlias = Any  # a value in LLVM's code
Type: TypeAlias = Any

I1, I8, I16, I32, I64, I128 = (ir.IntType(bits) for bits in (1, 8, 16, 32, 64, 128))
PTR: Final = ir.PointerType()
_VOID: Final = ir.VoidType()

# Documented functions of CPython's C API alone: what they return and take.
API: Final[dict[str, tuple[Type, tuple[Type, ...]]]] = {
    "PyLong_FromLong": (PTR, (I64,)), "PyLong_FromLongLong": (PTR, (I64,)), "PyLong_FromUnsignedLongLong": (PTR, (I64,)),
    "PyLong_AsLongLong": (I64, (PTR,)),
    "PyBytes_FromStringAndSize": (PTR, (PTR, I64)), "PyBytes_AsStringAndSize": (I32, (PTR, PTR, PTR)),
    "PyUnicode_Decode": (PTR, (PTR, I64, PTR, PTR)),
    "PyObject_Vectorcall": (PTR, (PTR, PTR, I64, PTR)), "PyObject_GetItem": (PTR, (PTR, PTR)),
    "PyType_GenericAlloc": (PTR, (PTR, I64)),
    "PyList_New": (PTR, (I64,)), "PyList_Append": (I32, (PTR, PTR)), "PyList_Size": (I64, (PTR,)), "PyList_GetItem": (PTR, (PTR, I64)),
    "PyTuple_New": (PTR, (I64,)), "PyTuple_SetItem": (I32, (PTR, I64, PTR)), "PyTuple_GetItem": (PTR, (PTR, I64)),
    "PyByteArray_FromStringAndSize": (PTR, (PTR, I64)), "PyByteArray_Resize": (I32, (PTR, I64)), "PyByteArray_AsString": (PTR, (PTR,)),
    "PyByteArray_Size": (I64, (PTR,)),
    "Py_IncRef": (_VOID, (PTR,)), "Py_DecRef": (_VOID, (PTR,)),
    "Py_EnterRecursiveCall": (I32, (PTR,)), "Py_LeaveRecursiveCall": (_VOID, ()),
    "PyErr_SetNone": (_VOID, (PTR,)), "PyErr_SetString": (_VOID, (PTR, PTR)), "PyErr_Occurred": (PTR, ()),
    "PyErr_ExceptionMatches": (I32, (PTR,)), "PyErr_Clear": (_VOID, ()),
}  # fmt: skip
LIBRARY: Final[dict[str, tuple[Type, tuple[Type, ...]]]] = {"memcmp": (I32, (PTR, PTR, I64)), "memcpy": (PTR, (PTR, PTR, I64))}
_GLOBAL: Any = ir.GlobalVariable  # its attributes are said to be None
NULL: Final = ir.Constant(PTR, None)


def number(value: int, of: Type = I64) -> Value:
    """A constant."""
    return ir.Constant(of, value)


class _Callee:
    """A function at an address; `llvmlite` takes it from a value of its own only if the pointer has a type, as no pointer has any more."""

    def __init__(self, pointer: Value, function_type: Type) -> None:
        self.function_type, self.type, self.get_reference = function_type, PTR, pointer.get_reference


@dataclasses.dataclass(frozen=True)
class Caller:
    """In the table of objects: the address of the function that calls `what`, with the signature of `PyObject_Vectorcall`."""

    what: Any


class Assembly:
    """One module of LLVM in the making."""

    def __init__(self, name: str) -> None:
        self.module: Any = ir.Module(name)
        self.objects: list[Any] = []  # which the module reaches by number
        self._known: dict[Hashable, int] = {}
        self._texts: dict[bytes, Value] = {}
        self._table: Any = ir.GlobalVariable(self.module, ir.ArrayType(PTR, 0), "objects")

    def function(self, name: str, result: Type, parameters: Sequence[Type], *, internal: bool) -> Any:
        """A new function of the module; an internal one is seen by the module alone."""
        made = ir.Function(self.module, ir.FunctionType(result, list(parameters)), name)
        if internal:
            made.linkage = "internal"
        return made

    def external(self, name: str) -> Any:
        """A function of the C API or the C library, declared when first used."""
        found = self.module.globals.get(name)
        if found is None:
            result, parameters = API.get(name) or LIBRARY[name]
            found = ir.Function(self.module, ir.FunctionType(result, list(parameters)), name)
        return found

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

    def call_through(self, builder: Any, pointer: Value, name: str, args: Sequence[Value]) -> Value:
        """Call a function by its address; it has the signature of the one that is named."""
        result, parameters = API[name]
        return builder.call(_Callee(pointer, ir.FunctionType(result, list(parameters))), list(args))

    def text(self, value: bytes) -> Value:
        """Bytes that never change, with a zero behind them."""
        found = self._texts.get(value)
        if found is None:
            raw = bytearray(value + b"\0")
            kind = ir.ArrayType(I8, len(raw))
            found = self._texts[value] = _GLOBAL(self.module, kind, f"text.{len(self._texts)}")
            found.linkage, found.global_constant, found.initializer = "internal", True, ir.Constant(kind, raw)
        return found

    def finish(self) -> str:
        """The text of the module."""
        self._table.value_type = ir.ArrayType(PTR, len(self.objects))
        self._table.initializer = ir.Constant(self._table.value_type, None)
        return str(self.module)


def builder_at_start(function: Any) -> Any:
    """Appends to a new first block of a function."""
    return ir.IRBuilder(function.append_basic_block("begin"))


def frame(builder: Any, of: Type, count: int = 1) -> Value:
    """Room on the stack for several of a type; an address of no type, as any other."""
    made = builder.alloca(of, count)
    made.type = PTR
    return made
