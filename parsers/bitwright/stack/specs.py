"""Finding a declared format by name: `udp`, or `module:Class` or `./file.py:Class` for one of your own.

Promise: listing imports no spec; finding imports the one that is asked for.  Names come from the
entry point group `bitwright.specs`, so other distributions' specs are found like those that come along.
"""

from __future__ import annotations

import dataclasses
import difflib
import errno
import importlib
import importlib.util
import os
import sys
import traceback
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any, Final, TypeGuard

from bitwright.errors import DeclarationError
from bitwright.schema.spec import StructSpec
from bitwright.stack.errors import SpecNotFound
from bitwright.struct_ import Struct

SPEC_GROUP: Final = "bitwright.specs"


@dataclasses.dataclass(frozen=True, slots=True)
class SpecEntry:
    """A named spec: where its class is, not yet imported."""

    name: str
    target: str

    def load(self) -> type[Struct]:
        """Import the class; SpecNotFound with the reason if that fails."""
        return _load(self.target)


def spec_entries() -> dict[str, SpecEntry]:
    """Every installed spec by its name, in alphabetical order."""
    from importlib.metadata import entry_points

    found = {point.name: SpecEntry(point.name, point.value.replace(" ", "")) for point in entry_points(group=SPEC_GROUP)}
    return dict(sorted(found.items()))


def find_spec(name: str) -> type[Struct]:
    """The Struct class behind a spec's name, `module:Class` or `path/file.py:Class`; SpecNotFound otherwise."""
    if ":" in name:
        return _load(name)
    entries = spec_entries()
    if name in entries:
        return entries[name].load()
    if is_module(name):
        found = [struct.__qualname__ for struct in structs_of(name)]
        which = f"name the class: {', '.join(f'{name}:{one}' for one in found)}" if found else "it has no Struct class"
        raise SpecNotFound(f"{name!r} is a module; {which}")
    near = difflib.get_close_matches(name, entries, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(entries) or 'none'}; or write module:Class"
    raise SpecNotFound(f"no spec is named {name!r}; {hint}")


def is_module(name: str) -> bool:
    """Whether a name without a class means a module or a Python file."""
    if _is_file(name):
        return True
    try:
        return all(part.isidentifier() for part in name.split(".")) and importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):  # a parent that is missing or no package
        return False


def structs_of(name: str) -> list[type[Struct]]:
    """The Struct classes that a module or file defines, or a package takes from its modules, in their order there."""
    module = module_named(name, name)
    own = f"{module.__name__}."
    found = [value for value in vars(module).values() if _is_struct(value) and f"{value.__module__}.".startswith(own)]
    return list(dict.fromkeys(found))


def _load(target: str) -> type[Struct]:
    module_name, _, path = target.rpartition(":")
    if not module_name or not path or (module_name.startswith(".") and not _is_file(module_name)):
        raise SpecNotFound(f"{target!r} is not of the form module:Class")
    module = module_named(module_name, target)
    found: Any = module
    for part in path.split("."):
        found = getattr(found, part, None)
    if _is_struct(found):
        return found
    if found is not None and found is not Struct:
        raise SpecNotFound(f"{target!r}: {module_name} has no Struct class {path!r}: that is {_kind(found)}")
    names = [struct.__qualname__ for struct in structs_of(module_name)]
    near = difflib.get_close_matches(path, names, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(near)}?" if near else f"; it has: {', '.join(names)}" if names else ""
    raise SpecNotFound(f"{target!r}: {module_name} has no Struct class {path!r}{hint}")


def _is_struct(value: object) -> TypeGuard[type[Struct]]:
    return isinstance(value, type) and issubclass(value, Struct) and isinstance(getattr(value, "__bitwright__", None), StructSpec)


def _kind(value: object) -> str:
    return f"the class {value.__name__}" if isinstance(value, type) else f"a {type(value).__name__}"


def _is_file(name: str) -> bool:
    return name.endswith(".py") or "/" in name or os.sep in name


def module_named(name: str, target: str) -> ModuleType:
    """The module or file, imported; SpecNotFound with the reason if that fails, whatever its code does."""
    try:
        return _from_file(Path(name).resolve()) if _is_file(name) else importlib.import_module(name)
    except DeclarationError:
        raise
    except OSError as error:
        raise SpecNotFound(f"{name}: {error.strerror or error}") from error
    except ImportError as error:
        raise SpecNotFound(f"{target!r}: {error}") from error
    except (Exception, SystemExit) as error:
        raise SpecNotFound(f"{name} cannot be imported: {type(error).__name__}: {error}{_place(error)}") from error


def _place(error: BaseException) -> str:
    """Where the module's own code failed."""
    if isinstance(error, SyntaxError):
        return ""
    frames = traceback.extract_tb(error.__traceback__)
    return f", at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""


def _from_file(path: Path) -> ModuleType:
    """A file as a module of its own name, its directory the last place where it finds others; the same module each time."""
    for known in list(sys.modules.values()):
        if getattr(known, "__file__", None) == str(path):
            return known
    if not path.is_file():
        raise FileNotFoundError(errno.ENOENT, "no such file")
    if (folder := str(path.parent)) not in sys.path:
        sys.path.append(folder)
    name = path.stem
    while name in sys.modules:
        name += "_"
    loader = SourceFileLoader(name, str(path))
    described = importlib.util.spec_from_loader(name, loader)
    assert described is not None
    module = importlib.util.module_from_spec(described)
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
