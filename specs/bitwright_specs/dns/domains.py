"""Domain names as text: labels, parents, what lies below what, and names that are relative to an origin.

Promise: a name is the text that parsing gives (absolute, escaped as in RFC 1035, section 5.1), so two names are the same name if
`folded` gives the same text (RFC 4343); what is given by people goes through `absolute`, which refuses what is no name.
"""

from __future__ import annotations

import re

from bitwright import BuildError
from bitwright_specs.dns.names import PTR

ROOT = "."
_ESCAPED_LABEL = re.compile(r"((?:[^.\\]|\\[0-9]{3}|\\.)+)\.")


def folded(name: str) -> str:
    """The key under which names that differ only in case are one (RFC 4343, section 3)."""
    return name.lower()  # the text is ASCII: other bytes are escapes in digits


def absolute(text: str, origin: str | None = None) -> str:
    """The name that people mean: "www" is below `origin`, "@" is the origin, and a final dot makes it absolute.

    ValueError if that is no name, or is relative and there is no origin.
    """
    if text == "@" and origin is not None:
        return origin
    whole = text
    if not _ends_with_dot(text):
        if origin is None:
            raise ValueError(f"{text!r} has no final dot, and there is no origin that it could be below")
        whole = f"{text}." if origin == ROOT else f"{text}.{origin}"
    try:
        return PTR.parse(PTR(ptrdname=whole).build()).ptrdname
    except BuildError as error:
        raise ValueError(f"{text!r} is no domain name: {error.problem.message}") from None


def _ends_with_dot(text: str) -> bool:
    """Whether the last dot is one between labels, not an escaped one."""
    return text.endswith(".") and (len(text) - 1 - len(text[:-1].rstrip("\\"))) % 2 == 0


def labels_of(name: str) -> list[str]:
    """The labels as text, the lowest first; none of the root."""
    if name == ROOT:
        return []
    if "\\" not in name:
        return name[:-1].split(".")
    return _ESCAPED_LABEL.findall(name)


def parent_of(name: str) -> str:
    """The name without its first label; the root has none and is its own."""
    if "\\" not in name:
        return name.partition(".")[2] or ROOT
    return ".".join([*labels_of(name)[1:], ""]) or ROOT


def is_below(name: str, ancestor: str) -> bool:
    """Whether `name` is `ancestor` or below it; both folded."""
    if ancestor in (name, ROOT):
        return True
    if not name.endswith("." + ancestor):
        return False
    return "\\" not in name or labels_of(name)[-len(labels_of(ancestor)) :] == labels_of(ancestor)


def octets(name: str) -> int:
    """How many octets the name takes without compression, at most 255 (RFC 1035, section 2.3.4)."""
    if "\\" not in name:
        return len(name) + 1 if name != ROOT else 1
    return 1 + sum(1 + len(re.sub(r"\\([0-9]{3}|.)", "x", label)) for label in labels_of(name))
