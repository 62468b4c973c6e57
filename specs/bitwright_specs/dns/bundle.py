"""IPN: the node number of a bundle node (draft-johnson-dns-ipn-cla)."""

from __future__ import annotations

from bitwright import u64
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class IPN(RData, tag=Type.IPN):
    """Node number of the scheme ipn (draft-johnson-dns-ipn-cla, section 3.1)."""

    node: int = u64()
