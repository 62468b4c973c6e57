"""Mail and host exchange: MX (RFC 1035, section 3.3.9), RP and AFSDB (RFC 1183), KX (RFC 2230), MINFO (RFC 1035)."""

from __future__ import annotations

from bitwright import Name, domain_name, u16
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class MX(RData, tag=Type.MX):
    """Mail exchange (RFC 1035, section 3.3.9)."""

    preference: int = u16()
    exchange: Name = domain_name()


class MINFO(RData, tag=Type.MINFO):
    """Mailboxes of a mailing list (RFC 1035, section 3.3.7)."""

    rmailbx: Name = domain_name(doc="responsible")
    emailbx: Name = domain_name(doc="receives errors")


class RP(RData, tag=Type.RP):
    """Responsible person (RFC 1183, section 2.2)."""

    mbox: Name = domain_name(compress=False)
    txt: Name = domain_name(compress=False, doc="where TXT records tell more")


class AFSDB(RData, tag=Type.AFSDB):
    """Server of an AFS or DCE cell (RFC 1183, section 1; RFC 5864)."""

    subtype: int = u16()
    hostname: Name = domain_name(compress=False)


class KX(RData, tag=Type.KX):
    """Key exchanger (RFC 2230, section 3.1)."""

    preference: int = u16()
    exchanger: Name = domain_name(compress=False)
