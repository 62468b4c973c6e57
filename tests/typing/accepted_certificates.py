"""Certificates, keep=True and the linter, as checkers see them."""

from __future__ import annotations

from typing import Literal, assert_type

from bitwright import Struct, pad, u8
from bitwright.certificate import Certificate
from bitwright.lint import Advice, lint, sizes_of


class Gapped(Struct):
    value: int = u8()
    _gap = pad(bytes=1)


certificate = Gapped.certificate()
assert_type(certificate, Certificate)
assert_type(certificate.kind, Literal["canonical", "lossless", "lossy"])
assert_type(certificate.losses[0].kept, bool)
assert_type(Gapped.parse(b"ab", keep=True), Gapped)
assert_type(Gapped.parse_prefix(b"ab", keep=True), tuple[Gapped, int])
assert_type(lint(Gapped), list[Advice])
assert_type(sizes_of(Gapped)[0].size.fewest, int)
