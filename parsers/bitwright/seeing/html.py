"""Values as HTML, for notebooks: a table of fields, what they hold folded inside.

Promise: everything that comes from data or from a declaration is escaped, so no packet brings markup, scripts or
control characters into a page; no script is used at all; the size stays bounded however large the value is.
Colours follow the page: light, dark, and what Jupyter and VS Code say of themselves.
"""

from __future__ import annotations

from typing import Any, Final

from bitwright.escaping import escaped, shortened
from bitwright.schema import spec
from bitwright.seeing.diagram_svg import diagram_svg
from bitwright.seeing.picture import Picture
from bitwright.seeing.summary import summary
from bitwright.seeing.words import hex_of, scalar

MOST_ELEMENTS: Final = 100  # of a list that are shown
MOST_ROWS: Final = 2000  # of a page
_DEEPEST: Final = 32
_OPEN_DEPTH: Final = 2
_LONGEST: Final = 400
_MOST_BYTES: Final = 64
_LONGEST_SUMMARY: Final = 100

# The text has the page's colour; `light-dark` follows its `color-scheme`, which notebooks do not set but say in a word of their own.
STYLE: Final = (
    ".bitwright{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}"
    '[data-jp-theme-light="false"] .bitwright,.vscode-dark .bitwright{color-scheme:dark}'
    '[data-jp-theme-light="true"] .bitwright,.vscode-light .bitwright{color-scheme:light}'
    ".bitwright table{border-collapse:collapse;margin:1px 0 4px 0;font:inherit;color:inherit;background:none}"
    ".bitwright tr:nth-child(n){background:none!important}"
    ".bitwright tr:nth-child(n)>td{padding:0 14px 0 8px;border:0;text-align:left;vertical-align:top;white-space:pre-wrap;"
    "overflow-wrap:anywhere;max-width:90ch}"
    ".bitwright tr:nth-child(n)>td:first-child{border-left:1px solid rgba(128,128,128,.4);white-space:nowrap;"
    "color:#2f81c7;color:light-dark(#0b5a8a,#79c0ff)}"
    ".bitwright summary{cursor:pointer}"
    ".bitwright .faint{opacity:.65}"
)


def value_html(value: Any) -> str:
    """A Struct value as one element of HTML with its own style."""
    return f'<div class="bitwright"><style>{STYLE}</style>{_Writer().struct(value, 0)}</div>'


def class_html(struct: type) -> str:
    """The picture of a format, in the colours of the page."""
    return Picture(diagram_svg(struct))._repr_html_()


class _Writer:
    """Writes one page, and counts its rows."""

    def __init__(self) -> None:
        self.rows = 0

    def struct(self, value: Any, depth: int) -> str:
        """A struct: its class, what it says in one line, and a table of its fields."""
        made: spec.StructSpec = type(value).__bitwright__
        note = made.doc.strip().partition("\n")[0] if depth == 0 else _in_short(value)
        rows = [self._row(field.name, self._field(field, getattr(value, field.name, None), depth)) for field in made.visible]
        rows += [self._row(name, self._computed(value, name)) for name in made.computed]
        return self._details(f"<b>{escaped(made.name)}</b>{_faint(note)}", rows, depth)

    def _details(self, summary: str, rows: list[str], depth: int) -> str:
        opened = " open" if depth < _OPEN_DEPTH else ""
        return f"<details{opened}><summary>{summary}</summary><table>{''.join(rows)}</table></details>"

    def _row(self, name: str, content: str) -> str:
        self.rows += 1
        return f"<tr><td>{escaped(name)}</td><td>{content}</td></tr>"

    def _field(self, field: spec.FieldSpec, value: Any, depth: int) -> str:
        if value is None and field.auto:
            return '<span class="faint">derived when built</span>'
        return self._value(value, depth)

    def _computed(self, value: Any, name: str) -> str:
        try:
            result = getattr(value, name)
        except (TypeError, ValueError, ArithmeticError, AttributeError):  # of fields that are not known before the message is built
            return '<span class="faint">known when built</span>'
        return f"{self._value(result, _DEEPEST)}{_faint('computed')}"

    def _value(self, value: Any, depth: int) -> str:
        if hasattr(type(value), "__bitwright__"):
            if depth >= _DEEPEST or self.rows >= MOST_ROWS:
                return f"{escaped(type(value).__name__)}{_faint('...')}"
            return self.struct(value, depth + 1)
        if isinstance(value, list):
            return self._list(value, depth)
        if type(value) is bytes:
            return self._bytes(value)
        if value is None or value == "":
            return f'<span class="faint">{scalar(value)}</span>'
        return escaped(shortened(scalar(value), _LONGEST))

    def _list(self, values: list[Any], depth: int) -> str:
        count = f"{len(values):,} {'element' if len(values) == 1 else 'elements'}"
        if not values or depth >= _DEEPEST:
            return f'<span class="faint">{count if values else "no elements"}</span>'
        rows = []
        for index, value in enumerate(values):
            if index == MOST_ELEMENTS or self.rows >= MOST_ROWS:
                rows.append(self._row("...", f'<span class="faint">{len(values) - index:,} more</span>'))
                break
            rows.append(self._row(f"[{index}]", self._value(value, depth + 1)))
        return self._details(f'<span class="faint">{count}</span>', rows, depth + 1)

    def _bytes(self, value: bytes) -> str:
        if not value:
            return '<span class="faint">empty</span>'
        shown = escaped(hex_of(value, _MOST_BYTES))
        head = value[:_MOST_BYTES]
        words = head.decode("ascii") if head.isascii() else ""
        return shown + (_faint(f'"{words}"') if words and words.isprintable() else "")


def _faint(text: str) -> str:
    return f' <span class="faint">{escaped(text)}</span>' if text else ""


def _in_short(value: Any) -> str:
    try:
        return shortened(summary(value), _LONGEST_SUMMARY)
    except (TypeError, ValueError, AttributeError, RecursionError):  # somebody set a field to what is not of its type, or to itself
        return ""
