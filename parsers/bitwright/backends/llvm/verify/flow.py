"""Which block comes before which, what every way to a block leads through, and where loops are."""

from __future__ import annotations

import functools

from bitwright.backends.llvm.verify.text import CodeFunction


class Flow:
    """The blocks of a function; those that nothing leads to are left out."""

    def __init__(self, function: CodeFunction) -> None:
        self.after = {name: tuple(dict.fromkeys(block[-1].targets)) if block else () for name, block in function.blocks.items()}
        self.entry = next(iter(function.blocks))
        self.order = self._ordered()
        self.place = {name: index for index, name in enumerate(self.order)}
        self.before: dict[str, list[str]] = {name: [] for name in self.order}
        for name in self.order:
            for target in self.after[name]:
                self.before[target].append(name)
        self.above = self._dominators()
        self.loops = {
            name: self._loop(name) for name in self.order if any(self.is_back(one, name) for one in self.before[name])
        }  # fmt: skip

    def _ordered(self) -> list[str]:
        """Each block before those that it leads to, but for the ways back of loops."""
        found: list[str] = []
        seen = {self.entry}
        waiting = [(self.entry, iter(self.after[self.entry]))]
        while waiting:
            name, targets = waiting[-1]
            target = next((one for one in targets if one not in seen), None)
            if target is None:
                found.append(name)
                waiting.pop()
            else:
                seen.add(target)
                waiting.append((target, iter(self.after[target])))
        return found[::-1]

    def _dominators(self) -> dict[str, str]:
        """Of each block but the entry the nearest other one that every way to it leads through."""
        above = {self.entry: self.entry}
        changed = True
        while changed:
            changed = False
            for name in self.order[1:]:
                known = [one for one in self.before[name] if one in above]
                found = functools.reduce(lambda one, other: self._meet(above, one, other), known)
                changed |= above.get(name) != found
                above[name] = found
        del above[self.entry]
        return above

    def _meet(self, above: dict[str, str], one: str, other: str) -> str:
        while one != other:
            if self.place[one] > self.place[other]:
                one = above[one]
            else:
                other = above[other]
        return one

    def is_back(self, name: str, target: str) -> bool:
        """Whether a step leads back, to the head of a loop."""
        return self.place[name] >= self.place[target]

    def _loop(self, head: str) -> set[str]:
        """The blocks from which the loop comes back to its head."""
        found = {head}
        waiting = [one for one in self.before[head] if self.is_back(one, head)]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += self.before[one]
        return found

    def path(self, name: str, top: str | None = None) -> list[str]:
        """What leads through, from below `top` (or from the entry) down to the block itself."""
        found = []
        at: str | None = name
        while at is not None and at != top:
            found.append(at)
            at = self.above.get(at)
        return found[::-1]

    def between(self, name: str) -> set[str]:
        """The blocks on the ways to a block from the one above it."""
        top, found = self.above[name], set[str]()
        waiting = [*self.before[name]]
        while waiting:
            one = waiting.pop()
            if one != top and one not in found:
                found.add(one)
                waiting += self.before[one]
        return found
