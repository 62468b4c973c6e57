"""Tests of parsers from their declaration: messages, mutants that break one rule, strategies, oracles.

Nothing here is loaded by `import bitwright`, and nothing optional by this package before it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bitwright.testing.atheris_engine import guided as guided
    from bitwright.testing.campaign import Campaign as Campaign
    from bitwright.testing.conversation import Conversation as Conversation
    from bitwright.testing.conversation import ConversationMutator as ConversationMutator
    from bitwright.testing.corpus import Corpus as Corpus
    from bitwright.testing.dictionaries import dictionary as dictionary
    from bitwright.testing.differences import Allowed as Allowed
    from bitwright.testing.differences import Difference as Difference
    from bitwright.testing.differences import Differential as Differential
    from bitwright.testing.differences import differential as differential
    from bitwright.testing.engines import EngineTarget as EngineTarget
    from bitwright.testing.generate import examples as examples
    from bitwright.testing.generating.frame import GenerationError as GenerationError
    from bitwright.testing.labels import Expected as Expected
    from bitwright.testing.labels import Label as Label
    from bitwright.testing.minimising import minimise as minimise
    from bitwright.testing.mutator import Mutator as Mutator
    from bitwright.testing.mutator import mutants as mutants
    from bitwright.testing.regress import Case as Case
    from bitwright.testing.regress import CaseError as CaseError
    from bitwright.testing.regress import read_case as read_case
    from bitwright.testing.regress import read_folder as read_folder
    from bitwright.testing.regress import write_case as write_case
    from bitwright.testing.replay import check as check
    from bitwright.testing.report import Report as Report
    from bitwright.testing.strategies import labelled as labelled
    from bitwright.testing.strategies import strategy as strategy
    from bitwright.testing.strategies import wire as wire
    from bitwright.testing.targets.callable import CallableTarget as CallableTarget
    from bitwright.testing.targets.errors import TargetError as TargetError
    from bitwright.testing.targets.program import ProgramTarget as ProgramTarget
    from bitwright.testing.targets.server import ServerTarget as ServerTarget

__all__ = [
    "Allowed",
    "CallableTarget",
    "Campaign",
    "Case",
    "CaseError",
    "Conversation",
    "ConversationMutator",
    "Corpus",
    "Difference",
    "Differential",
    "EngineTarget",
    "Expected",
    "GenerationError",
    "Label",
    "Mutator",
    "ProgramTarget",
    "Report",
    "ServerTarget",
    "TargetError",
    "check",
    "dictionary",
    "differential",
    "examples",
    "guided",
    "labelled",
    "minimise",
    "mutants",
    "read_case",
    "read_folder",
    "strategy",
    "wire",
    "write_case",
]

_HOMES = {
    "Allowed": "differences",
    "CallableTarget": "targets.callable",
    "Campaign": "campaign",
    "Case": "regress",
    "CaseError": "regress",
    "Conversation": "conversation",
    "ConversationMutator": "conversation",
    "Corpus": "corpus",
    "Difference": "differences",
    "Differential": "differences",
    "EngineTarget": "engines",
    "Expected": "labels",
    "GenerationError": "generating.frame",
    "Label": "labels",
    "Mutator": "mutator",
    "ProgramTarget": "targets.program",
    "Report": "report",
    "ServerTarget": "targets.server",
    "TargetError": "targets.errors",
    "check": "replay",
    "dictionary": "dictionaries",
    "differential": "differences",
    "examples": "generate",
    "guided": "atheris_engine",
    "labelled": "strategies",
    "minimise": "minimising",
    "mutants": "mutator",
    "read_case": "regress",
    "read_folder": "regress",
    "strategy": "strategies",
    "wire": "strategies",
    "write_case": "regress",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Load a public name when it is first used."""
        if name not in _HOMES:
            raise AttributeError(f"module 'bitwright.testing' has no attribute {name!r}")
        found = getattr(importlib.import_module(f"bitwright.testing.{_HOMES[name]}"), name)
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        """Also what is not loaded yet."""
        return sorted({*globals(), *__all__})
