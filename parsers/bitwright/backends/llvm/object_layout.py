"""How CPython lays out objects, found by looking at some, so that what they hold is reached without asking for it.

Promise: each answer is None where what was looked at is not laid out as expected; the documented way serves then.  What a class has
under a name is looked up once, when its program is compiled: whoever gives a class another attribute of a field's name later is not heard.
"""

from __future__ import annotations

import ctypes
import functools
import gc
import types
import weakref
from collections.abc import Sequence
from typing import Any, Final

import msgspec

_POINTER: Final = ctypes.sizeof(ctypes.c_void_p)
_OBJECT: Final = 16  # T_OBJECT_EX: an object, or nothing


@functools.cache
def offset_of_type() -> int | None:
    """Where in an object its type is."""
    offset = object.__basicsize__ - _POINTER
    samples: tuple[Any, ...] = (object(), 1, b"", "", [], (), int, _Sample())
    found = all(ctypes.c_void_p.from_address(id(one) + offset).value == id(type(one)) for one in samples)
    return offset if found and _POINTER == 8 else None


@functools.cache
def offset_of_size() -> int | None:
    """Where in a class it says how many bytes its objects have."""
    offset = object.__basicsize__ + 2 * _POINTER  # behind the size of the class itself, and its name
    samples: tuple[type, ...] = (object, int, _Sample, type, dict, msgspec.Struct)
    found = all(ctypes.c_ssize_t.from_address(id(one) + offset).value == one.__basicsize__ for one in samples)
    return offset if found and _POINTER == 8 else None


class _Made(msgspec.Struct, weakref=True):
    first: object
    second: object = 2


def places_of(kind: Any, count: int, keywords: Sequence[str]) -> list[int] | None:
    """Where objects of a class have the attributes that it is called with, the last of them by keyword; None where that does more."""
    fields = getattr(kind, "__struct_fields__", ())
    named = [*fields[: count - len(keywords)], *keywords]
    if not _made_as_expected() or sorted(named) != sorted(fields) or hasattr(kind, "__post_init__"):
        return None
    if maker_of(kind) == 0 or maker_of(kind) != maker_of(_Made) or kind.__itemsize__:
        return None
    found = [offset_of_attribute(kind, name) for name in named]
    return [place for place in found if place is not None] if None not in found else None


class _TypeHead(ctypes.Structure):
    """How `PyTypeObject` goes on behind the head that every object of variable size has."""

    _fields_ = (
        ("name", ctypes.c_char_p), ("basicsize", ctypes.c_ssize_t), ("itemsize", ctypes.c_ssize_t), ("dealloc", ctypes.c_void_p),
        ("vectorcall_offset", ctypes.c_ssize_t),
    )  # fmt: skip


@functools.cache
def vectorcall_offset(kind: type) -> int:
    """`tp_vectorcall_offset`; 0 where the type is not laid out as expected."""
    head = _TypeHead.from_address(id(kind) + object.__basicsize__ + ctypes.sizeof(ctypes.c_ssize_t))
    if (head.basicsize, head.itemsize) != (kind.__basicsize__, kind.__itemsize__):
        return 0
    return int(head.vectorcall_offset) if 0 < head.vectorcall_offset < kind.__basicsize__ else 0


def maker_of(kind: type) -> int:
    """The address of the function that is called where a class is called; 0 where it has none of its own."""
    offset = vectorcall_offset(type(kind))
    return ctypes.c_void_p.from_address(id(kind) + offset).value or 0 if offset > 0 else 0


@functools.cache
def _made_as_expected() -> bool:
    """Whether an object that is allocated and filled in is what calling the class makes."""
    offsets = [offset_of_attribute(_Made, name) for name in _Made.__struct_fields__]
    if offset_of_size() is None or None in offsets or not maker_of(_Made):
        return False
    allocate = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object, ctypes.c_ssize_t)(("PyType_GenericAlloc", ctypes.pythonapi))
    made, values = allocate(_Made, 0), (["what lies here"], "and here")
    for name, value in zip(_Made.__struct_fields__, values, strict=True):
        setattr(made, name, value)
    called = _Made(*values)
    size = called.__sizeof__()
    there = all(
        ctypes.c_void_p.from_address(id(made) + offset).value == id(value)
        for offset, value in zip(offsets, values, strict=True) if offset is not None
    )  # fmt: skip
    return there and made == called and made.__sizeof__() == size and gc.is_tracked(made) and gc.is_tracked(called)


class _Sample:
    __slots__ = ("__weakref__", "first", "second")

    first: object
    second: object


class _Member(ctypes.Structure):
    """`PyMemberDef`."""

    _fields_ = (
        ("name", ctypes.c_char_p), ("type", ctypes.c_int), ("offset", ctypes.c_ssize_t), ("flags", ctypes.c_int), ("doc", ctypes.c_char_p),
    )  # fmt: skip


class _Descriptor(ctypes.Structure):
    """How `PyMemberDescrObject` goes on behind the head of an object."""

    _fields_ = (
        ("type", ctypes.c_void_p), ("name", ctypes.c_void_p), ("qualname", ctypes.c_void_p), ("member", ctypes.POINTER(_Member)),
    )  # fmt: skip


def offset_of_attribute(kind: type, name: str) -> int | None:
    """Where in objects that are exactly of a class an attribute lies, or nothing if it is not set.

    None where the class has something else of that name, or is asked in another way for what it has.
    """
    if not _looks_as_expected() or any("__getattribute__" in each.__dict__ for each in kind.__mro__ if each is not object):
        return None
    found = next((each.__dict__[name] for each in kind.__mro__ if name in each.__dict__), None)
    return _offset(found, name) if isinstance(found, types.MemberDescriptorType) and issubclass(kind, found.__objclass__) else None


def _offset(descriptor: Any, name: str) -> int | None:
    head = _Descriptor.from_address(id(descriptor) + object.__basicsize__)
    if head.type != id(descriptor.__objclass__) or not head.member:
        return None
    member = head.member.contents
    inside = 0 < member.offset <= descriptor.__objclass__.__basicsize__ - _POINTER and member.offset % _POINTER == 0
    return int(member.offset) if inside and (member.type, member.flags, member.name) == (_OBJECT, 0, name.encode()) else None


@functools.cache
def _looks_as_expected() -> bool:
    """Whether what the descriptors of a class say is where its objects have their attributes."""
    if offset_of_type() is None:
        return False
    sample = _Sample()
    sample.first, sample.second = "what lies here", ["and here"]
    for name in ("first", "second"):
        offset = _offset(_Sample.__dict__[name], name)
        if offset is None or ctypes.c_void_p.from_address(id(sample) + offset).value != id(getattr(sample, name)):
            return False
    return True


@functools.cache
def knows_weak_references() -> bool:
    """Whether what lies at `__weakrefoffset__` of an object is nothing while none refers to it weakly."""
    sample = _Sample()
    held = ctypes.c_void_p.from_address(id(sample) + _Sample.__weakrefoffset__)
    before = held.value
    reference = weakref.ref(sample)
    return before is None and held.value == id(reference) and offset_of_type() is not None
