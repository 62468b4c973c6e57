"""The rules between service parameters (RFC 9460): what breaks them is read, and named by `faults()`."""

from __future__ import annotations

import dns.exception
import dns.rdata
import pytest

from bitwright_specs.dns import (
    SVCB,
    Alpn,
    DocPath,
    IPv4Hint,
    IPv6Hint,
    Mandatory,
    NoDefaultAlpn,
    Ohttp,
    Port,
    SvcParam,
    SvcParamKey,
    SvcParamValue,
    TlsSupportedGroups,
    UnknownParam,
)  # fmt: skip

H2 = Alpn(protocols=[b"h2"])
CASES: list[tuple[int, list[SvcParamValue], list[str]]] = [
    (1, [], []),
    (0, [], []),
    (1, [H2, Port(port=53)], []),
    (1, [Mandatory(keys=[SvcParamKey.ALPN, SvcParamKey.PORT]), H2, NoDefaultAlpn(), Port(port=1)], []),
    (1, [Ohttp(), DocPath(segments=[b"dns", b"q"])], []),
    (1, [DocPath(segments=[])], []),
    (1, [Port(port=53), H2], ["key 1 follows key 3: keys ascend, each once"]),
    (1, [Port(port=53), Port(port=54)], ["key 3 follows key 3: keys ascend, each once"]),
    (0, [H2], ["alias mode has no parameters"]),
    (1, [NoDefaultAlpn()], ["no-default-alpn without alpn"]),
    (1, [Mandatory(keys=[])], ["mandatory names nothing"]),
    (1, [Mandatory(keys=[SvcParamKey.PORT])], ["mandatory names key 3, which is absent"]),
    (1, [Mandatory(keys=[SvcParamKey.MANDATORY])], ["mandatory names itself"]),
    (
        1, [Mandatory(keys=[SvcParamKey.PORT, SvcParamKey.ALPN]), H2, Port(port=1)],
        ["mandatory names key 1 after 3: keys ascend, each once"],
    ),
    (1, [Alpn(protocols=[])], ["Alpn names nothing"]),
    (1, [Alpn(protocols=[b""])], ["alpn names an empty protocol"]),
    (1, [IPv4Hint(addresses=[])], ["IPv4Hint names nothing"]),
    (1, [IPv6Hint(addresses=[])], ["IPv6Hint names nothing"]),
]  # fmt: skip


@pytest.mark.parametrize(("priority", "values", "faults"), CASES)
def test_faults_are_what_dnspython_refuses(priority: int, values: list[SvcParamValue], faults: list[str]) -> None:
    made = SVCB(priority=priority, target=".", params=[SvcParam(value=value) for value in values])
    assert made.faults() == faults
    wire = made.build()
    read = SVCB.parse(wire)
    assert read.faults() == faults
    assert read.build() == wire
    if not faults:
        assert dns.rdata.from_wire("IN", "SVCB", wire, 0, len(wire)).to_wire() == wire
    else:
        with pytest.raises(dns.exception.DNSException):
            dns.rdata.from_wire("IN", "SVCB", wire, 0, len(wire))


def test_new_parameters(engine: str) -> None:
    params = [
        SvcParam(value=Ohttp()),
        SvcParam(value=TlsSupportedGroups(groups=[29, 4588])),
        SvcParam(value=DocPath(segments=[b"dns", b"q"])),
        SvcParam(key=SvcParamKey(65280), value=UnknownParam(data=b"\x01")),
    ]
    made = SVCB(priority=1, target=".", params=params)
    wire = SVCB.codec(engine).build(made)
    assert wire.hex() == "000100" + "00080000" + "00090004001d11ec" + "000a000603646e730171" + "ff00000101"
    assert SVCB.codec(engine).parse(wire) == made.resolved()
    theirs = dns.rdata.from_wire("IN", "SVCB", wire, 0, len(wire))
    assert theirs.to_wire() == wire
    assert theirs == dns.rdata.from_text("IN", "SVCB", r"1 . ohttp key9=\000\029\017\236 docpath=dns,q key65280=\001")
