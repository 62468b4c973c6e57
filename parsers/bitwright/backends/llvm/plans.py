"""What machine code of a declaration consists of, kept on disk: object code, builtins, and recipes for the objects that it reaches.

Promise: from a plan the same builtins come as from the program, without lowering, emitting or compiling anything.  It is found
by what the declaration says, what is wanted of it, the sources of bitwright, and the machine; what is not found, not whole, or cannot
be done here is as if it were not there.  Nothing of it hangs on a program's text, which is made anew for whoever wants to see it.
"""

from __future__ import annotations

import functools
import importlib.util
import marshal
import os
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from bitwright.backends.llvm import cache, jit, recipes
from bitwright.backends.llvm.emitted import Emitted


class Plan:
    """The place of one plan: `content` is what it is found by, `known` are the objects that its recipes may name by numbers."""

    def __init__(self, content: Sequence[bytes | str], known: Sequence[Any]) -> None:
        self._key = cache.key_of("plan", msgspec.__version__, *sources(), *jit.machine_names(), *content)
        self._known = known

    def load(self, name: str) -> dict[str, Any] | None:
        """The builtins by name, if they were made before; `name` is for their documentation."""
        raw = cache.load(self._key, "plan")
        if raw is None:
            return None
        try:
            code_key, routines, builtins, methods, objects = marshal.loads(raw)  # noqa: S302  # of our own, from the user's own directory
            code = cache.load(code_key, "code")
            if code is None:
                return None
            emitted = Emitted("", recipes.loads(objects, self._known), builtins, methods=methods, code=code, routines=routines)
        except (AttributeError, ImportError, KeyError):  # a module, or a name in it, is not there any more
            return None
        return jit.Loaded(emitted, name).functions()

    def keep(self, emitted: Emitted) -> None:
        """Keep how this was made, unless it has an object that cannot be named."""
        try:
            objects = recipes.dumps(emitted.objects, self._known)
        except recipes.Unnameable:
            return
        parts = jit.key_of_code(emitted.text), jit.routines_called(emitted), emitted.builtins, dict(emitted.methods), objects
        cache.store(self._key, "plan", marshal.dumps(parts))


@functools.cache
def sources() -> tuple[str, ...]:
    """The sources of bitwright, by name, time and size: as `import` tells whether what it has compiled is still right."""
    found = importlib.util.find_spec("bitwright")
    places = list(found.submodule_search_locations or ()) if found is not None else []
    return tuple(f"{name} {time} {size}" for place in places for name, time, size in sorted(_files_in(place)))


def _files_in(place: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(place) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                about = entry.stat()
                yield entry.path, about.st_mtime_ns, about.st_size
            elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
                yield from _files_in(entry.path)
