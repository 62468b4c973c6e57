"""Every error of nodes goes through pickle, and is what a caller expects it to be."""

from __future__ import annotations

import pickle

import pytest

from bitwright.net import (
    Busy,
    Closed,
    Disconnected,
    NotRunning,
    Overloaded,
    StartFailed,
    TimedOut,
    TooLarge,
    TooManyRestarts,
    Truncated,
    WontStop,
)


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (TooLarge(70000, 65535), ValueError),
        (Closed("the peer closed"), EOFError),
        (Truncated(b"\0\5ab", 3), EOFError),
        (Busy("somebody reads"), RuntimeError),
        (TimedOut("5 s"), TimeoutError),
        (Disconnected("reset", sent=True), ConnectionError),
        (Overloaded("100 wait"), Exception),
        (StartFailed("listener", "port taken"), Exception),
        (TooManyRestarts("4 in 5 s"), Exception),
        (NotRunning("has ended"), RuntimeError),
        (WontStop("a"), RuntimeError),
    ],
)
def test_pickled(error: Exception, builtin: type[Exception]) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert isinstance(again, builtin)
    assert str(again) == str(error)
    assert vars(again) == vars(error)
