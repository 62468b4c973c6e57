"""`parse(only=...)`: the parts of messages that one codec was asked for, and what reads each.

Promise: for paths that were asked for before, the way from `parse` to the code that reads them is one look into a table, which
machine code takes by itself; values and errors are those of the codec's other ways.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, TypeAlias

from bitwright.errors import DEFAULT_LIMITS, Limits
from bitwright.lower.facts import Options
from bitwright.lower.projection import paths_asked
from bitwright.schema.spec import UNIONS_LOCK

if TYPE_CHECKING:
    from bitwright.codec import Codec
    from bitwright.tiers import Tier

Asked: TypeAlias = Collection[str]  # as it was written: one path, or a tuple of several


class Parts:
    """The parsers of parts of one codec's messages."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self.parsers: dict[Asked, Callable[[Any], Any]] = {}  # of bytes alone; where programs are compiled
        self._options: dict[Any, Options] = {}  # by paths and limits
        self._served: dict[Options, list[Asked]] = {}  # the keys of `parsers` that come to the same program
        self._explaining: dict[Options, Callable[[Any], Any]] = {}

    def forget(self) -> None:
        """Programs are not what they were."""
        for table in (self.parsers, self._served):
            table.clear()

    def parse(self, data: Any, only: Collection[str], limits: Limits | None, endian: str | None, parameters: dict[str, Any]) -> Any:
        """Read the fields asked for."""
        if limits is None and endian is None and not parameters and (only.__class__ is tuple or only.__class__ is str):
            known = self.parsers.get(only)
            if known is not None:
                return known(data)
        options = self._options_of((only,) if isinstance(only, str) else tuple(only), limits)
        value = self._codec.read_part(data, options, endian, parameters)
        if limits is None and endian is None and not parameters:
            self._remember(options, only)
        return value

    def _options_of(self, wanted: tuple[str, ...], limits: Limits | None) -> Options:
        known = self._options.get((wanted, limits))
        if known is None:
            known = Options(only=paths_asked(self._codec.struct, wanted), limits=limits or DEFAULT_LIMITS)
            self._options[wanted, limits] = known
        return known

    def _remember(self, options: Options, only: Collection[str]) -> None:
        """The next call for the same finds its parser at once, if it can be found by what was written."""
        codec = self._codec
        if codec.backend == "interp" or not (only.__class__ is tuple or only.__class__ is str):
            return
        with UNIONS_LOCK:
            tier = codec._tiers.get(("parse", codec._order(None), options))
            if tier is not None:
                self._served.setdefault(options, []).append(only)
                self.serve(options, tier)

    def serve(self, options: Options, tier: Tier) -> None:
        """Another function serves a program; whoever calls this holds the lock of unions, and `tier` is what the codec runs."""
        parse = tier.functions.get("parse")
        for only in self._served.get(options, ()):
            if parse is not None:
                self.parsers[only] = parse

    def explaining(self, options: Options) -> Callable[[Any], Any]:
        """What compiled code of a part calls where it does not read on; always the same of the same options."""
        return self._explaining.setdefault(options, functools.partial(self._explain, options))

    def _explain(self, options: Options, data: Any, /) -> Any:
        return self._codec.read_part(data, options, None, {})
