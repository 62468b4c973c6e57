"""Values as HTML: what notebooks show, with nothing in it that data brought along."""

from __future__ import annotations

import re
import types
from html.parser import HTMLParser

from bitwright import Struct, array, auto, nested, raw, text, u8, u16, when
from bitwright.escaping import escaped
from bitwright.seeing.html import MOST_ELEMENTS, MOST_ROWS, STYLE
from bitwright_specs.dns import Message
from tests.test_hexdump import ANSWER


class Reader(HTMLParser):
    """The text of a page and its elements; fails where they do not nest."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.text: list[str] = []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.tags.add(tag)
        self.attributes |= set(attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)


ELEMENTS = {"div", "style", "details", "summary", "table", "tr", "td", "b", "span"}


def test_a_message_with_what_it_holds() -> None:
    page = Reader(Message.parse(ANSWER)._repr_html_())
    words = " ".join(page.text)
    for shown in ("DNS message (RFC 1035", "4660 (0x1234)", "QUERY (0)", "www. A ttl=3600 192.0.2.1", "no elements", "3600 (0xe10)"):
        assert shown in words
    assert page.tags == ELEMENTS


class Note(Struct):
    """A <i>note</i> & more."""

    size: int = auto(u8())
    words: str = text(size=size)
    extra: int | None = when(size > 200, u16())
    rest: bytes = raw(default=b"")
    double = size * 2


EVIL = "<script>alert('x')</script><img src=x onerror=\"alert(1)\">&amp;\x1b[2J\x00\x9b\u202e\u2028"


def test_markup_and_control_characters_are_text() -> None:
    for value in (Note(words=EVIL, rest=b'"><b onclick=1>'), Note.parse(Note(words=EVIL).build())):
        page = Reader(value._repr_html_())
        assert page.tags <= ELEMENTS
        assert page.attributes <= {("class", "bitwright"), ("class", "faint"), ("open", None)}
        words = "".join(page.text)
        assert "<script>alert('x')</script><img src=x onerror=\"alert(1)\">&amp;\\x1b[2J\\x00\\x9b\\u202e\\u2028" in words
        assert words.isprintable()
        assert "A <i>note</i> & more." in words
    assert escaped("<&>\"'\x07") == "&lt;&amp;&gt;&quot;&#x27;\\x07"


def test_what_is_not_known_yet_and_what_is_absent() -> None:
    words = "".join(Reader(Note(words="a")._repr_html_()).text)
    assert "sizederived when built" in words
    assert "extraabsent" in words
    assert "doubleknown when built" in words
    assert "double2 computed" in "".join(Reader(Note(words="a").resolved()._repr_html_()).text)


def test_a_value_of_the_wrong_type_is_shown_all_the_same() -> None:
    note = Note(words="a")
    note.size = "no number"  # type: ignore[assignment]
    note.words = 5  # type: ignore[assignment]
    assert "no number" in "".join(Reader(note._repr_html_()).text)


def test_large_values_give_small_pages() -> None:
    class Inner(Struct):
        values: list[int] = array(u8(), count=100)

    class Outer(Struct):
        inner: list[Inner] = array(Inner)

    outer = Outer(inner=[Inner(values=list(range(100))) for _ in range(500)])
    page = outer._repr_html_()
    assert page.count("<tr>") <= MOST_ROWS + 200
    assert f"{500 - MOST_ELEMENTS} more" in page or "more</span>" in page
    assert len(Note(words="a", rest=bytes(10**6))._repr_html_()) < 10_000


def test_a_value_inside_itself_ends() -> None:
    class Box(Struct):
        inner: Note = nested(Note)

    box = Box(inner=Note(words=""))
    box.inner = box  # type: ignore[assignment]
    assert "..." in "".join(Reader(box._repr_html_()).text)


def test_colours_follow_the_page() -> None:
    assert "light-dark(" in STYLE
    assert '[data-jp-theme-light="false"]' in STYLE
    assert ".vscode-dark" in STYLE
    assert not re.search(r"url\(|@import|expression", STYLE)


def test_a_class_shows_its_picture_and_its_values_theirs() -> None:
    shown = getattr(Note, "_repr_html_")  # noqa: B009  # as notebooks ask
    assert isinstance(shown, types.MethodType)  # which they insist on where the object is a class
    page = Reader(shown())
    assert "svg" in page.tags
    assert "script" not in page.tags
    assert "A <i>note</i> & more." in "".join(page.text)
    assert "double" in "".join(Reader(Note(words="a")._repr_html_()).text)
    assert getattr(Struct, "_repr_html_", None) is None


def test_pictures_are_text_that_notebooks_show_as_it_stands() -> None:
    plain = Note.hexdump(b"\x03<b>&")
    assert isinstance(plain, str)
    assert plain == str(plain)
    assert "".join(Reader(plain._repr_html_()).text) == plain  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    coloured = Reader(Note.hexdump(b"\x03<b>&", color=True)._repr_html_())  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    assert "".join(coloured.text) == plain
    assert coloured.tags == {"div", "style", "pre", "span"}
    assert any(name == "style" and "light-dark(" in str(value) for name, value in coloured.attributes)
    assert "pre" in Reader(Note.diagram()._repr_html_()).tags  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    assert "svg" in Reader(Note.diagram(format="svg")._repr_html_()).tags  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
