"""Records that are domain names: NS, CNAME, PTR and the mailbox types (RFC 1035, section 3.3), DNAME (RFC 6672), TALINK."""

from __future__ import annotations

from bitwright import Name, domain_name
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class NS(RData, tag=Type.NS):
    """Authoritative name server (RFC 1035, section 3.3.11)."""

    nsdname: Name = domain_name()


class CNAME(RData, tag=Type.CNAME):
    """Canonical name of an alias (RFC 1035, section 3.3.1)."""

    cname: Name = domain_name()


class PTR(RData, tag=Type.PTR):
    """Pointer to another name (RFC 1035, section 3.3.12)."""

    ptrdname: Name = domain_name()


class DNAME(RData, tag=Type.DNAME):
    """Redirection of a subtree (RFC 6672, section 2.1); its target is never compressed."""

    target: Name = domain_name(compress=False)


class MD(RData, tag=Type.MD):
    """Mail destination (RFC 1035, section 3.3.4; obsolete)."""

    madname: Name = domain_name()


class MF(RData, tag=Type.MF):
    """Mail forwarder (RFC 1035, section 3.3.5; obsolete)."""

    madname: Name = domain_name()


class MB(RData, tag=Type.MB):
    """Host of a mailbox (RFC 1035, section 3.3.3)."""

    madname: Name = domain_name()


class MG(RData, tag=Type.MG):
    """Member of a mail group (RFC 1035, section 3.3.6)."""

    mgmname: Name = domain_name()


class MR(RData, tag=Type.MR):
    """New name of a mailbox (RFC 1035, section 3.3.8)."""

    newname: Name = domain_name()


class TALINK(RData, tag=Type.TALINK):
    """Neighbours in a list of trust anchors (draft-wijngaards-dnsop-trust-history, section 3)."""

    previous: Name = domain_name(compress=False)
    next: Name = domain_name(compress=False)
