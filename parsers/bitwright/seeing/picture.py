"""Text that was drawn: a str everywhere, and in notebooks shown as it stands, in its colours.

Promise: what is shown is the text, escaped; of escape sequences only the colours that hexdumps use are understood.
"""

from __future__ import annotations

import re
from typing import Final

from bitwright.escaping import escaped

# SGR code -> what it is on a light and on a dark page.
_COLOURS: Final = {
    "31": ("#c4302b", "#ff7b72"), "32": ("#1a7f37", "#56d364"), "33": ("#8a6100", "#d9a343"), "34": ("#0b5cad", "#79b8ff"),
    "35": ("#8839b0", "#d29cff"), "36": ("#00707c", "#4fd0dc"), "91": ("#d1453b", "#ffa198"), "92": ("#2c8a2c", "#8ae68a"),
    "93": ("#996b00", "#e8c860"), "94": ("#3566d6", "#a5c8ff"), "95": ("#a83a9c", "#f0a8e8"), "96": ("#0f7f95", "#8be4ee"),
}  # fmt: skip
_CODE: Final = re.compile(r"\x1b\[([0-9;]*)m")
_PAGES: Final = (
    '[data-jp-theme-light="false"] .bitwright,.vscode-dark .bitwright{color-scheme:dark}'
    '[data-jp-theme-light="true"] .bitwright,.vscode-light .bitwright{color-scheme:light}'
    ".bitwright pre{font:12px/1.3 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre;overflow-x:auto;background:none;"
    "color:inherit;margin:0}"
)


class Picture(str):
    """A str that notebooks show as text instead of as a literal."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        """The text as a block of HTML; SVG as the image that it is."""
        if self.startswith("<svg "):
            return f'<div class="bitwright"><style>.bitwright .bw-diagram{{color:inherit}}</style>{self!s}</div>'
        return f'<div class="bitwright"><style>{_PAGES}</style><pre>{_marked(self)}</pre></div>'


def _marked(text: str) -> str:
    """The text escaped, its colours as elements."""
    first, *rest = _CODE.split(text)
    shown = [_escaped_lines(first)]
    for codes, piece in zip(rest[::2], rest[1::2], strict=True):
        words = _escaped_lines(piece)
        style = ";".join(_style(code) for code in codes.split(";") if _style(code))
        shown.append(f'<span style="{style}">{words}</span>' if style and words else words)
    return "".join(shown)


def _escaped_lines(text: str) -> str:
    return "\n".join(map(escaped, text.split("\n")))


def _style(code: str) -> str:
    if code in _COLOURS:
        light, dark = _COLOURS[code]
        return f"color:{light};color:light-dark({light},{dark})"
    return {"1": "font-weight:bold", "2": "opacity:.6"}.get(code, "")
