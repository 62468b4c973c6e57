"""How fast a format is read and written, beside other engines and other decoders, and which of its fields cost the time.

    report = measure(Message, messages)                  # parse, build and push, by every compiled engine
    report = measure(Message, messages, operations=["parse"], engines=["llvm"], rivals=[Rival("parse", decode)])
    print(report_text(report))
    profile(Message, messages).costs                     # what each field costs

Promise: what is timed side by side gives the same results, which is looked at before anything is timed; contenders take turns, so
ratios are of figures taken at the same time.  `import bitwright` loads nothing of this.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bitwright.bench.agreement import BenchError as BenchError
    from bitwright.bench.measuring import measure as measure
    from bitwright.bench.profiling import profile as profile
    from bitwright.bench.report import Report as Report
    from bitwright.bench.report_text import report_text as report_text
    from bitwright.bench.rivals import Rival as Rival

__all__ = ["BenchError", "Report", "Rival", "measure", "profile", "report_text"]

_HOMES = {
    "BenchError": "agreement", "Report": "report", "Rival": "rivals", "measure": "measuring", "profile": "profiling",
    "report_text": "report_text",
}  # fmt: skip

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Load a public name when it is first used."""
        if name not in _HOMES:
            raise AttributeError(f"module 'bitwright.bench' has no attribute {name!r}")
        found = getattr(importlib.import_module(f"bitwright.bench.{_HOMES[name]}"), name)
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        """Also what is not loaded yet."""
        return sorted({*globals(), *__all__})
