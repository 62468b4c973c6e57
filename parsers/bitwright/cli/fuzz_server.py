"""`bitwright fuzz SPEC --connect udp:HOST:PORT`: a server, which has to answer a valid message after each input."""

from __future__ import annotations

import argparse
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bitwright.cli.failure import UNREADABLE, USAGE, CommandError
from bitwright.cli.fuzz_target import Plan

if TYPE_CHECKING:
    from bitwright.cli.fuzz_target import Setup

BESIDE: Final = ("conversation", "rate", "allow_remote")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this target."""
    parser.add_argument("--connect", metavar="ADDRESS", help="a server, udp:HOST:PORT or tcp:HOST:PORT, which has to go on answering")
    parser.add_argument("--conversation", action="store_true",
                        help="with --connect: say the first messages of a captured conversation, then a mutant of the next")  # fmt: skip
    parser.add_argument("--rate", type=float, metavar="N", help="with --connect: at most so many messages a second")
    parser.add_argument("--allow-remote", action="store_true", help="with --connect: a server that is not on this machine; ask its owner")


def make(setup: Setup) -> Plan:
    """A connection to the server, if it answers one of the seeds."""
    from bitwright.testing.regress import Case
    from bitwright.testing.targets.server import ServerTarget

    asked = setup.arguments
    if asked.rate is not None and not asked.rate > 0:
        raise CommandError(f"--rate {asked.rate:g}: write a number of messages a second above 0", USAGE)
    said = _conversations(setup)
    alone = list(dict.fromkeys(data for messages in said for data in messages)) or setup.seeds
    target = ServerTarget(
        asked.connect, setup.message, probes=alone, timeout=asked.timeout, rate=asked.rate, allow_remote=asked.allow_remote,
        conversation=asked.conversation,
    )  # fmt: skip
    like = Case(name="like", data=b"", spec=setup.spec, target=f"connect:{asked.connect}", timeout=asked.timeout)
    if not asked.conversation:
        return Plan(target, like, seeds=alone)
    from bitwright.testing.conversation import ConversationMutator, conversation

    mutator = functools.partial(ConversationMutator, setup.message, said, tiers=asked.tiers)
    return Plan(target, like, mutator, [conversation(messages) for messages in said])


def _conversations(setup: Setup) -> list[list[bytes]]:
    """What those who began to speak said, in all captures; what servers answered is nothing to tell a server."""
    from bitwright.capture import CaptureError
    from bitwright.testing.conversation_seeds import conversations_of

    found: list[list[bytes]] = []
    for name in setup.arguments.inputs:
        if not Path(name).is_file():
            continue
        try:
            found += conversations_of(setup.message, Path(name))
        except CaptureError as error:  # another kind of file
            if setup.arguments.conversation:
                raise CommandError(f"--conversation: {error}", UNREADABLE) from None
        except OSError as error:
            raise CommandError(f"{name}: {error.strerror}", UNREADABLE) from None
    if setup.arguments.conversation and not found:
        raise CommandError(f"--conversation: needs --input CAPTURE with conversations in {setup.spec}", USAGE)
    return found
