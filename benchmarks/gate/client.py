"""Requests of a program to the valgrind that runs it: begin to count, forget what was counted, write it down.

Promise: `Client` asks by the instructions that valgrind watches for, which do nothing on a bare CPU, so nothing has to be compiled
and nothing happens outside valgrind; what a CPU has no such instructions written here for is refused with `UnknownCPU`.
"""

from __future__ import annotations

import ctypes
import mmap
import platform
from typing import Final

# A C function of one argument, the address of six words: a request's number and what it takes.  The four rotations turn rdi once around.
_CODE: Final = {
    "x86_64": bytes.fromhex(
        "4889f8"  # mov rax, rdi: where valgrind looks for the words
        "31d2"  # xor edx, edx: its answer, if there is no valgrind
        "48c1c703 48c1c70d 48c1c73d 48c1c733"  # rol rdi by 3, 13, 61, 51
        "4887db"  # xchg rbx, rbx: here it acts
        "4889d0 c3"  # mov rax, rdx; ret
    )
}
_RUNNING: Final = 0x1001
_CALLGRIND: Final = ord("C") << 24 | ord("T") << 16
_ZERO, _DUMP_AT, _START = _CALLGRIND + 1, _CALLGRIND + 3, _CALLGRIND + 4

MACHINES: Final = tuple(_CODE)


class UnknownCPU(Exception):  # noqa: N818  # says what is the case
    """There are no requests written for this kind of CPU."""


class Client:
    """What speaks to valgrind, and to callgrind."""

    def __init__(self) -> None:
        code = _CODE.get(platform.machine())
        if code is None:
            raise UnknownCPU(f"requests to valgrind are written for {', '.join(MACHINES)}, and this CPU is {platform.machine()}")
        self._memory = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        self._memory.write(code)
        self._words = (ctypes.c_uint64 * 6)()
        address = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
        self._call = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p)(address)

    def valgrinds(self) -> int:
        """How many valgrinds run one another and this: 0 on the bare CPU."""
        return self._ask(_RUNNING)

    def start(self) -> None:
        """Count from here on."""
        self._ask(_START)

    def zero(self) -> None:
        """Begin anew at zero."""
        self._ask(_ZERO)

    def dump(self, name: str) -> None:
        """Write a file of what was counted since, and begin anew."""
        said = ctypes.create_string_buffer(name.encode())
        self._ask(_DUMP_AT, ctypes.addressof(said))

    def _ask(self, request: int, argument: int = 0) -> int:
        self._words[0], self._words[1] = request, argument
        return int(self._call(ctypes.addressof(self._words)))
