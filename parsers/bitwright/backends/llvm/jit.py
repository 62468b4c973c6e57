"""The one place that loads LLVM: the text of a module becomes builtin functions of the running CPython.

A builtin keeps what it needs alive by itself: it is a method of its `Loaded`, which holds every object that the code reaches, and
has for its module what holds the machine code, and the description that CPython reads.  One linker of LLVM serves the whole process.
The routines that they call are modules by subject, compiled when something first calls one of them, which stay for as long as the process.
"""

from __future__ import annotations

import copy
import ctypes
import functools
import itertools
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import llvmlite
import llvmlite.binding as llvm
import msgspec

from bitwright.backends.llvm import LLVM_LOCK, cache, object_layout, routines
from bitwright.backends.llvm.assembler import API, Caller
from bitwright.backends.llvm.emitted import Emitted

_METH_FASTCALL, _METH_KEYWORDS = 0x80, 0x02
# What comes before the description of a builtin, for `inspect`.
_SIGNATURES: Final = {"parse": "parse(data, /, **options)\n--\n\n", "build": "build($self, /, **options)\n--\n\n"}
# Of optimization.  The time of parsing is CPython making objects: the code of IPv4 is as fast as with all passes and level 3, and is
# compiled in a tenth of the time.
_LEVEL: Final = 0
# How code calls and finds its data: by distances of 32 bits, which LLVM compiles more than twice as fast as addresses of 64, since those
# are beyond what selects instructions fast.  JITLink puts code and data of one module into one piece of memory, and makes stubs for what is
# further away; MCJIT's memory managers put them anywhere, or abort where they have counted a few bytes too few.  On Windows llvmlite's
# defaults know what works.
_MODEL: Final[dict[str, Any]] = {} if sys.platform == "win32" else {"codemodel": "small", "reloc": "pic"}
_JIT_LINK: Final = sys.platform != "win32"
_LOOPS_LEVEL: Final = 2  # of the routines that are loops over bytes
# What is worth its time before code is made of them: the whole pipeline takes many times as long, for nothing that shows.
_LOOPS_PASSES: Final = ("sroa", "simplify_cfg")
_serial: Final = itertools.count(1)
_C_API: Final = "bitwright C API"
_ROUTINE: Final = re.compile(r'^declare .*@"(bw_\w+)"\(', re.MULTILINE)  # that a text calls


class _MethodDef(ctypes.Structure):
    """`PyMethodDef`."""

    _fields_ = (("name", ctypes.c_char_p), ("meth", ctypes.c_void_p), ("flags", ctypes.c_int), ("doc", ctypes.c_char_p))


@functools.cache
def _prepare() -> Callable[[int, Any, Any], Any]:
    """Once in a process: LLVM for this machine, and what makes builtins."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    make = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.py_object)
    return make(("PyCFunction_NewEx", ctypes.pythonapi))


def caller_of(what: Any) -> int:
    """The address of what calls an object with a vector of arguments.

    That is the object's own function where its type has one.  `PyObject_Vectorcall` finds it too, except, up to Python 3.11, for
    classes whose metaclass is written in Python, where it makes a tuple of the arguments first.
    """
    kind: Any = type(what)
    offset = object_layout.vectorcall_offset(kind)
    own = ctypes.c_void_p.from_address(id(what) + offset).value if offset > 0 else None
    return own or _address("PyObject_Vectorcall")


def _address(name: str) -> int:
    return ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value or 0


def object_code(text: str) -> bytes:
    """A module's text as an object file of this machine, which holds no address; from the cache, if it was made before."""
    return _kept(key_of_code(text), lambda: compiled(text))


def key_of_code(text: str) -> str:
    """What the object code of a text is kept under."""
    return cache.key_of("code", *machine_names(), text)


def _routines_code(subject: str) -> bytes:
    """The same of some routines, which are not even emitted if they were before."""
    level = _LOOPS_LEVEL if routines.SUBJECTS[subject].loops else _LEVEL
    key = cache.key_of("routines", *machine_names(), subject, str(level), *_LOOPS_PASSES, routines.fingerprint())
    return _kept(key, lambda: _compiled(routines.emit(subject), level))


def _kept(key: str, make: Callable[[], bytes]) -> bytes:
    found = cache.load(key, "code")
    if found is None:
        found = make()
        cache.store(key, "code", found)
    return found


@functools.cache
def machine_names() -> tuple[str, ...]:
    """Whatever decides, beside a module's text, which code is made of it, and whether that runs here."""
    return (
        llvmlite.__version__, str(llvm.llvm_version_info), f"{_LEVEL} {_MODEL}", llvm.get_process_triple(), llvm.get_host_cpu_name(),
        llvm.get_host_cpu_features().flatten(), str(sys.implementation.cache_tag), sys.version, getattr(sys, "abiflags", ""),
    )  # fmt: skip


def compiled(text: str) -> bytes:
    """A module's text as an object file, made by LLVM."""
    return _compiled(text, _LEVEL)


def _compiled(text: str, level: int) -> bytes:
    with LLVM_LOCK:
        _prepare()
        return _object_file(text, level)


def assembly(text: str) -> str:
    """The code of a module's text as assembly, for people."""
    with LLVM_LOCK:
        _prepare()
        machine = _machine()
        return str(machine.emit_assembly(_read(text, machine)))


def _read(text: str, machine: Any) -> Any:
    """A module in LLVM's memory."""
    module = llvm.parse_assembly(text)
    module.triple, module.data_layout = llvm.get_process_triple(), str(machine.target_data)
    module.verify()  # LLVM aborts the process where it meets what is not well-formed
    return module


def _object_file(text: str, level: int) -> bytes:
    machine = _compiler(level)
    module = _read(text, machine)
    if level:
        _optimize(module, machine)
    return bytes(machine.emit_object(module))


def _optimize(module: Any, machine: Any) -> None:
    passes = llvm.create_new_function_pass_manager()
    for name in _LOOPS_PASSES:
        getattr(passes, f"add_{name}_pass")()
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options())
    for function in module.functions:
        if not function.is_declaration:
            passes.run(function, builder)


def _machine(level: int = _LEVEL) -> Any:
    """A description of this machine, which whatever links code must have for itself."""
    cpu, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    return llvm.Target.from_default_triple().create_target_machine(cpu=cpu, features=features, opt=level, **_MODEL)


@functools.cache
def _compiler(level: int) -> Any:
    """A description of this machine that serves all modules of a level, since LLVM works out with the first what the CPU can do."""
    return _machine(level)


@functools.cache
def _linker() -> Any:
    """What puts object files into memory, once in a process."""
    return llvm.create_lljit_compiler(_machine(), use_jit_link=_JIT_LINK)


def _linked(code: bytes, exported: Iterable[str], known: Mapping[str, int]) -> Any:
    """An object file in memory, ready to run: addresses by name.  It is there for as long as what is returned."""
    _load_c_api()
    library = llvm.JITLibraryBuilder().add_object_img(code).add_jit_library(_C_API)
    for name, address in known.items():
        library.import_symbol(name, address)
    for name in exported:
        library.export_symbol(name)
    return library.add_current_process().link(_linker(), f"bitwright {next(_serial)}")


@functools.cache
def _load_c_api() -> Any:
    """CPython's functions by their names, once in a process, so that no module has to be told of each."""
    library = llvm.JITLibraryBuilder()
    for name in API:
        library.import_symbol(name, _address(name))
    return library.link(_linker(), _C_API)


@functools.cache
def _load_routines(subject: str) -> Any:
    """The routines of a subject by their names, once in a process; what keeps them in memory."""
    about = routines.SUBJECTS[subject]
    called = {name: _load_routines(other)[name] for other in about.calls for name in routines.SUBJECTS[other].signatures}
    return _linked(_routines_code(subject), about.signatures, called)


def address_of_routine(name: str) -> int:
    """Where a routine begins."""
    with LLVM_LOCK:  # of two that were loaded at once, one would be forgotten, though code may call it
        _prepare()
        return int(_load_routines(routines.SUBJECT_OF[name])[name])


def routines_called(emitted: Emitted) -> tuple[str, ...]:
    """The names of the routines that the code calls."""
    return tuple(_ROUTINE.findall(emitted.text)) if emitted.code is None else emitted.routines


class _Memory(msgspec.Struct, gc=False, eq=False):
    """Machine code, and the descriptions of its builtins, for as long as any of them is there.

    The cyclic collector does not look into it: it would finalize the machine code of a class that nobody needs any more before
    finalizers of others that call it, and free descriptions before the builtins that look at them last.
    """

    code: Any
    definitions: dict[str, _MethodDef]

    def __repr__(self) -> str:
        return "bitwright"  # as a module's name in messages


class Loaded:
    """One module as machine code; `owner` is the class that it is of, once a builtin is a method of it."""

    owner: type | None = None

    def __init__(self, emitted: Emitted, name: str) -> None:
        with LLVM_LOCK:
            self._make = _prepare()
            self._objects = emitted.objects
            code = emitted.code if emitted.code is not None else object_code(emitted.text)
            called = {name: address_of_routine(name) for name in routines_called(emitted)}
            linked = _linked(code, [*emitted.builtins, "objects"], called)
        self._fill(linked["objects"])
        definitions = {
            kind: _MethodDef(
                kind.encode(), linked[kind], _METH_FASTCALL | (_METH_KEYWORDS if keywords else 0),
                f"{_SIGNATURES.get(kind, '')}Machine code of {name}.".encode(),
            )
            for kind, keywords in emitted.builtins.items()
        }  # fmt: skip
        self._memory = _Memory(linked, definitions)
        self._methods = {kind: emitted.objects[place] for kind, place in emitted.methods.items()}

    def _fill(self, place: int) -> None:
        """Tell the code where its objects are."""
        count = len(self._objects)
        table = (ctypes.c_void_p * count)(*(caller_of(one.what) if isinstance(one, Caller) else id(one) for one in self._objects))
        ctypes.memmove(place, table, ctypes.sizeof(table))

    def functions(self) -> dict[str, Any]:
        """The builtins by name."""
        return {kind: self._function(kind, ctypes.addressof(made)) for kind, made in self._memory.definitions.items()}

    def __reduce__(self) -> tuple[Any, ...]:
        """A builtin is pickled as the attribute of its name that this has: so the class stands here, and whatever serves it there."""
        if self.owner is None:
            raise TypeError("machine code that is not of a class cannot be pickled")
        return copy.copy, (self.owner,)  # which is the class itself

    def _function(self, kind: str, definition: int) -> Any:
        owner = self._methods.get(kind)
        if owner is None:
            return self._make(definition, self, self._memory)
        make = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object, ctypes.c_void_p)(("PyDescr_NewMethod", ctypes.pythonapi))
        made = make(owner, definition)
        _keep_for(owner, self)
        return made


def _keep_for(owner: type, loaded: Loaded) -> None:
    """A method keeps the class alive that it is of, and nothing else: so the class keeps its machine code."""
    type.__setattr__(owner, "__bitwright_loaded__", (*owner.__dict__.get("__bitwright_loaded__", ()), loaded))
