"""Random formats and messages in every picture: nothing is lost, nothing breaks, nothing gets through unescaped."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from bitwright import ParseError, Struct
from tests.engines.formats import Format
from tests.engines.structures import formats
from tests.engines.test_agreement import drawn, thorough
from tests.hostile.test_22_terminals import assert_harmless
from tests.test_hexdump import bytes_shown
from tests.test_html import Reader


def assert_shown(struct: type[Struct], raw: bytes, params: dict[str, Any]) -> None:
    """Every byte of the message is in its hexdump, in its column; where reading fails, the dump says the same as the error."""
    shown = struct.hexdump(raw, fold=False, bytes_per_row=8, **params)
    assert bytes_shown(shown, 8) == dict(enumerate(raw))
    assert_harmless(shown, "hexdump")
    assert_harmless(struct.explain(raw, **params), "explain")
    try:
        value = struct.parse(raw, **params)
    except ParseError as error:
        assert f"[{error.code}]" in shown
    else:
        assert "error" not in [line.split()[0] for line in shown.splitlines() if line.split()]
        Reader(value._repr_html_())


@thorough(60)
@given(formats(), st.data())
def test_messages_whole_cut_and_changed(form: Format, data: st.DataObject) -> None:
    struct, message, params, raw = drawn(form, data)
    Reader(message._repr_html_())
    assert_shown(struct, raw, params)
    assert_shown(struct, raw + b"\x1b[", params)
    if raw:
        assert_shown(struct, raw[: data.draw(st.integers(0, len(raw) - 1))], params)
        place = data.draw(st.integers(0, len(raw) - 1))
        assert_shown(struct, raw[:place] + bytes([raw[place] ^ 0xFF]) + raw[place + 1 :], params)


@thorough(40)
@given(formats())
def test_formats(form: Format) -> None:
    struct = form.top.struct
    picture = struct.diagram()
    assert max(map(len, picture.splitlines())) <= 100
    texts = "".join(ET.fromstring(struct.diagram(format="svg")).itertext())
    for field in struct.__bitwright__.visible:
        assert field.name[:1] in picture
        assert field.name[:1] in texts
