"""All engines on real messages and their mutants: every layer of every packet of some captures, as it is and damaged.

    python -m fuzz.engines [--inputs 350000] [--seed 1] [--captures DIRECTORY]

Invariant: of each input, whole or as a prefix, strict or not, every engine makes the same value, or the same error to the letter:
code, message, path, offset, culprit, and what was read before.  Of each value every engine builds the same bytes, or refuses alike.
An input that breaks it is printed with its struct, and ends the run.
"""

from __future__ import annotations

import argparse
import collections
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from bitwright import Struct, capture
from bitwright.backends.llvm import is_available
from bitwright.capture import CaptureError
from bitwright.errors import BuildError, ParseError
from bitwright.stack import Registry, Walker
from bitwright.stack.registry import load_standard
from bitwright.testing.raw import RawMutator

ENGINES: Final = ("interp", "python", *(["llvm"] if is_available() else []))
SAMPLES: Final = Path(__file__).resolve().parent.parent / "samples"
LARGEST: Final = 1_500
FOR_EACH: Final = 400  # different messages kept of a struct


def messages(directory: Path, registry: Registry) -> dict[type[Struct], list[bytes]]:
    """The bytes from where each layer begins to the end of the packet, of as many packets as there are, by struct."""
    found: dict[type[Struct], dict[bytes, None]] = collections.defaultdict(dict)
    walker = Walker(registry, backend="python")
    for path in sorted(path for path in directory.rglob("*") if path.suffix in (".pcap", ".pcapng", ".cap")):
        try:
            for packet in capture.open(path):
                for layer in walker.decode(packet).layers:
                    kept = found[registry.layers[layer.name].struct]
                    if len(kept) < FOR_EACH:
                        kept[packet.data[layer.offset :][:LARGEST]] = None
        except CaptureError:
            continue  # damaged on purpose: what came before is taken
    return {struct: list(kept) for struct, kept in found.items()}


def parsed(struct: type[Struct], engine: str, data: bytes, method: str, strict: bool) -> tuple[str, Any]:
    """What one engine makes of an input."""
    try:
        value = getattr(struct.codec(engine), method)(data, strict=strict)
        return "value", (value, repr(value))  # which tells members of enumerations from numbers
    except ParseError as error:
        return "error", (error.problem, str(error))


def built(value: Any, engine: str) -> tuple[str, Any]:
    """What one engine makes of a value."""
    try:
        return "value", type(value).codec(engine).build(value)
    except BuildError as error:
        return "error", (error.problem, str(error))


def inputs(found: dict[type[Struct], list[bytes]], chance: random.Random) -> Iterator[tuple[type[Struct], bytes]]:
    """For ever: a message as it was captured, one time in four, or damaged."""
    mutators = {struct: RawMutator(kept, random.Random(chance.randrange(1 << 30)), LARGEST) for struct, kept in found.items()}
    structs = list(found)
    while True:
        struct = chance.choice(structs)
        yield struct, chance.choice(found[struct]) if chance.random() < 0.25 else mutators[struct]()


def compare(struct: type[Struct], data: bytes, method: str, strict: bool) -> str:
    """Hold the invariant against one input; what came of it."""
    outcomes = [parsed(struct, engine, data, method, strict) for engine in ENGINES]
    if any(outcome != outcomes[0] for outcome in outcomes):
        raise SystemExit(f"{struct.__name__}.{method}({data.hex()}, strict={strict}): {dict(zip(ENGINES, outcomes, strict=True))}")
    kind, value = outcomes[0]
    if kind == "value":
        message = value[0] if method == "parse" else value[0][0]
        written = [built(message, engine) for engine in ENGINES]
        if any(one != written[0] for one in written):
            raise SystemExit(f"{struct.__name__}.build({message!r}): {dict(zip(ENGINES, written, strict=True))}")
    return kind


def main() -> int:
    """Compare as many inputs as asked for."""
    parser = argparse.ArgumentParser(prog="fuzz.engines", description="Compare all engines on captured messages and their mutants.")
    parser.add_argument("--inputs", type=int, default=350_000, help="how many (default 350000, which each of three engines reads)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--captures", type=Path, default=SAMPLES, help="a directory with captures (default: the samples)")
    asked = parser.parse_args()
    found = messages(asked.captures, load_standard())
    chance, outcomes, start = random.Random(asked.seed), collections.Counter[str](), time.monotonic()
    for done, (struct, data) in enumerate(inputs(found, chance), 1):
        outcomes[compare(struct, data, chance.choice(("parse", "parse_prefix", "parse_prefix")), chance.random() < 0.25)] += 1
        if done % 5_000 == 0:
            rate = done / (time.monotonic() - start)
            print(f"\r{done} of {asked.inputs} inputs, {rate:.0f} a second", end="", file=sys.stderr, flush=True)
        if done >= asked.inputs:
            break
    print(file=sys.stderr)
    names = ", ".join(sorted(struct.__name__ for struct in found))
    print(f"{asked.inputs} inputs (seed {asked.seed}) x {len(ENGINES)} engines: no difference; {dict(outcomes)}; {names}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
