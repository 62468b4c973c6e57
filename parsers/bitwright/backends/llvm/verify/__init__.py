"""Shows of the text of a module that its code keeps within the memory that it is handed, whoever wrote it.

Nothing here knows the emitters or the program: the text is read, and proven is, for every function and every input,

* that each load from the input, and each region of it that is handed to CPython or to a routine, lies between its first byte and its last;
* that each store to the output lies in the room that there is, and each load or store on the stack in its room;
* that each number into the table of objects is one of an entry, and each argument that is taken is there;
* that what is called is known, and is handed what it expects.

A call is gone through with what every other call of the function shows of its parameters (`signatures`), a loop with what
every round keeps up (`loops`).  What CPython's own functions do with what they are handed is taken from their
documentation (`calls`).  Not shown is who owns which object: tests count references.
"""

from __future__ import annotations

import collections

from bitwright.backends.llvm.verify.instructions import finish, step
from bitwright.backends.llvm.verify.loops import choose, keep_up
from bitwright.backends.llvm.verify.signatures import Signatures
from bitwright.backends.llvm.verify.text import CodeFunction, CodeModule, UnsafeCode, read_module
from bitwright.backends.llvm.verify.walk import Walk

__all__ = ["UnsafeCode", "verify"]


def verify(text: str) -> None:
    """Return if the module keeps within its memory; UnsafeCode says what is not shown."""
    problems = _Verifier(read_module(text)).run()
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise UnsafeCode(f"{problems[0]}{more}")


class _Verifier:
    """Goes through the functions of a module until nothing that is assumed is dropped any more."""

    def __init__(self, module: CodeModule) -> None:
        self.module, self.signatures = module, Signatures(module)
        self.problems: dict[str, list[str]] = {}
        self.callers: dict[str, set[str]] = {name: set() for name in module.functions}
        self.called: dict[str, list[str]] = {}
        for name, function in module.functions.items():
            called = dict.fromkeys(str(one.args[0])[1:] for block in function.blocks.values() for one in block if one.op == "call")
            self.called[name] = [one for one in called if one in module.functions]
            for one in self.called[name]:
                self.callers[one].add(name)

    def run(self) -> list[str]:
        """What is not shown."""
        waiting = collections.deque(self._ordered())
        queued = {*waiting}
        while waiting:
            name = waiting.popleft()
            queued.discard(name)
            again = self._walk(self.module.functions[name])
            for one in again - queued:
                queued.add(one)
                waiting.append(one)
        return [problem for name in self.module.functions for problem in self.problems.get(name, ())]

    def _ordered(self) -> list[str]:
        """What is called from outside, and whatever that leads to, callers first; what nothing calls is never run."""
        found: list[str] = []
        seen: set[str] = set()
        for name, function in self.module.functions.items():
            waiting = [] if function.internal else [(name, iter(self.called[name]))]
            while waiting:
                at, rest = waiting[-1]
                seen.add(at)
                following = next((one for one in rest if one not in seen), None)
                if following is None:
                    found.append(at)
                    waiting.pop()
                else:
                    waiting.append((following, iter(self.called[following])))
        return found[::-1]

    def _walk(self, function: CodeFunction) -> set[str]:
        """Go through a function; those that have to be looked at again."""
        walk = Walk(self.module, function, self.signatures)
        again, after = set[str](), len(walk.signature.after)
        while True:
            for block in walk.flow.order:
                walk.enter(block)
                lines = function.blocks[block]
                phis = [one for one in lines if one.op == "phi"]
                choose(walk, block, phis)
                for one in lines[len(phis) :]:
                    step(walk, one)
                finish(walk, block)
                keep_up(walk, block)
            again |= walk.dropped
            if not walk.again:
                break
            walk = Walk(self.module, function, self.signatures)
        self.problems[function.name] = walk.problems
        if len(walk.signature.after) != after:
            again |= self.callers[function.name]
        return again & self.problems.keys()  # the others wait for their first turn
