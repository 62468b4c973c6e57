"""Tiers where llvmlite is not installed: Python serves, nothing is counted, and whoever asks for machine code is told what is missing."""

from __future__ import annotations

from tests.test_tiers import output_of


def test_without_llvmlite_nothing_is_counted() -> None:
    code = (
        "import sys; sys.modules['llvmlite'] = None\n"
        "from bitwright.lower.facts import Options; from bitwright_specs.udp import UDP\n"
        "for _ in range(20): UDP.parse(bytes.fromhex('0035003500080000'))\n"
        "tier = UDP.codec()._tier('parse', 'big', Options())\n"
        "print(tier.engine, tier.said(), type(tier).__name__)"
    )
    assert output_of(code) == "python the llvm engine needs llvmlite: pip install 'bitwright[fast]' Tier\n"


def test_compile_without_llvmlite() -> None:
    code = (
        "import sys; sys.modules['llvmlite'] = None\n"
        "from bitwright.errors import EngineError; from bitwright_specs.udp import UDP\n"
        "for call in (UDP.compile, UDP.assembly, lambda: UDP.source(backend='llvm')):\n"
        "    try: call()\n"
        "    except EngineError as error: print(error)\n"
    )
    assert output_of(code) == "the llvm engine needs llvmlite: pip install 'bitwright[fast]'\n" * 3
