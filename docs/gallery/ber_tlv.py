"""ASN.1 BER elements of definite length, at any depth: X.690, section 8.1.  SNMP, LDAP, X.509, Kerberos and MMS are made of them."""

from bitwright import OpenEnum, Struct, array, auto, bits, flag, raw, select, varint, when


class TagClass(OpenEnum):
    UNIVERSAL = 0
    APPLICATION = 1
    CONTEXT = 2
    PRIVATE = 3


class Element(Struct):
    """Tag, length and contents: bytes, or, where it is constructed, more elements."""

    tag_class: TagClass = bits(2, TagClass, default=TagClass.UNIVERSAL)
    constructed: bool = flag(default=False)
    low_tag: int = bits(5, doc="the tag number, or 31 where it follows as `high_tag`")
    high_tag: int | None = when(low_tag == 31, varint("vlq"))
    tag = select(low_tag == 31, high_tag, low_tag)
    length: int = auto(varint("der"))
    contents: bytes | None = when(constructed == 0, raw(size=length))
    elements: "list[Element] | None" = when(constructed, array("Element", size=length))
