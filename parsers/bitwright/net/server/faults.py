"""What the operating system says when a server asks it for the next connection or datagram, and what that means.

The classes are those of Thousand Island, and of accept(2), section "Error handling": what concerns one connection only, what
other programs have used up, and what is wrong with the socket itself.
"""

from __future__ import annotations

import errno
from typing import Final

import anyio
from anyio.lowlevel import checkpoint

EXHAUSTED: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
TRANSIENT: Final = frozenset({
    errno.ECONNABORTED, errno.ECONNRESET, errno.ECONNREFUSED, errno.EINTR, errno.EAGAIN, errno.EPERM, errno.EPROTO, errno.ENOPROTOOPT,
    errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENONET, errno.EOPNOTSUPP, errno.ETIMEDOUT,
    errno.ENOTCONN, errno.EPIPE, errno.EINVAL,
})  # fmt: skip
PAUSE: Final = 0.1  # seconds, before the next attempt where descriptors or memory are used up; Thousand Island's


async def survive(error: OSError) -> None:
    """Return when the socket may be asked again: at once, or after a pause; raises `error` where asking is of no use."""
    if error.errno in EXHAUSTED:
        await anyio.sleep(PAUSE)
    elif error.errno in TRANSIENT:
        await checkpoint()
    else:
        raise error
