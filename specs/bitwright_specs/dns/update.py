"""Dynamic update (RFC 2136): what the sections of a message mean under opcode UPDATE, and the records that say it.

An update is a `Message`: its questions are the zone, its answers prerequisites, its authorities the
changes (`Message.zone`, `.prerequisites`, `.updates`).  A record's class and missing data say what it asks;
the functions here make such records, `Meaning` names them again.
"""

from __future__ import annotations

import enum

from bitwright_specs.dns.enums import Class, Type
from bitwright_specs.dns.rdata import Opaque, RData
from bitwright_specs.dns.record import Record


class Meaning(enum.Enum):
    """What a record of an update asks for (RFC 2136, sections 2.4 and 2.5)."""

    NAME_IN_USE = "name in use"
    NAME_NOT_IN_USE = "name not in use"
    RRSET_EXISTS = "rrset exists"
    RRSET_EXISTS_AS = "rrset exists with these data"
    RRSET_ABSENT = "rrset does not exist"
    ADD = "add to an rrset"
    DELETE_RRSET = "delete an rrset"
    DELETE_NAME = "delete all rrsets from a name"
    DELETE_RECORD = "delete a record from an rrset"


def name_in_use(name: str) -> Record:
    """Prerequisite: some record has the name (RFC 2136, section 2.4.4)."""
    return _bare(name, Type.ANY, Class.ANY)


def name_not_in_use(name: str) -> Record:
    """Prerequisite: no record has the name (RFC 2136, section 2.4.5)."""
    return _bare(name, Type.ANY, Class.NONE)


def rrset_exists(name: str, kind: Type) -> Record:
    """Prerequisite: the name has records of the type (RFC 2136, section 2.4.1)."""
    return _bare(name, kind, Class.ANY)


def rrset_absent(name: str, kind: Type) -> Record:
    """Prerequisite: the name has no records of the type (RFC 2136, section 2.4.3)."""
    return _bare(name, kind, Class.NONE)


def delete_rrset(name: str, kind: Type) -> Record:
    """Change: delete the records of the type (RFC 2136, section 2.5.2)."""
    return _bare(name, kind, Class.ANY)


def delete_name(name: str) -> Record:
    """Change: delete all records of the name (RFC 2136, section 2.5.3)."""
    return _bare(name, Type.ANY, Class.ANY)


def delete_record(name: str, rdata: RData) -> Record:
    """Change: delete the record with these data (RFC 2136, section 2.5.4)."""
    return Record(name=name, rclass=Class.NONE, ttl=0, rdata=rdata)


def _bare(name: str, kind: Type, rclass: Class) -> Record:
    return Record(name=name, type=kind, rclass=rclass, ttl=0, rdata=Opaque())


def prerequisite_of(record: Record) -> Meaning:
    """What a record of the prerequisite section asks (RFC 2136, section 3.2.4)."""
    if record.rclass == Class.ANY:
        return Meaning.NAME_IN_USE if record.type == Type.ANY else Meaning.RRSET_EXISTS
    if record.rclass == Class.NONE:
        return Meaning.NAME_NOT_IN_USE if record.type == Type.ANY else Meaning.RRSET_ABSENT
    return Meaning.RRSET_EXISTS_AS


def change_of(record: Record) -> Meaning:
    """What a record of the update section asks (RFC 2136, section 3.4.2.7)."""
    if record.rclass == Class.ANY:
        return Meaning.DELETE_NAME if record.type == Type.ANY else Meaning.DELETE_RRSET
    return Meaning.DELETE_RECORD if record.rclass == Class.NONE else Meaning.ADD
