"""What a zone answers: each rule of RFC 1034, 2308, 4592, 6672, 8482 and 9471, in the sample zone."""

from __future__ import annotations

import pytest

from bitwright_specs.dns import Rcode, Type
from tests.specs.dns.zones import SOA_LINE, example, line, zone

ZONE = example()


def lines(name: str, kind: Type, *, every: bool = False) -> tuple[str, bool, list[str], list[str]]:
    """The response code, whether it is authoritative, answers and authorities."""
    found = ZONE.lookup(name, kind, every=every)
    return str(found.rcode), found.authoritative, [*map(line, found.answers)], [*map(line, found.authorities)]


def test_data_are_found_under_any_spelling_and_have_the_one_that_was_asked_for() -> None:
    assert lines("wWw.eXample.", Type.A) == ("NOERROR", True, ["wWw.eXample. 60 A 192.0.2.80", "wWw.eXample. 60 A 192.0.2.81"], [])


def test_a_name_that_does_not_exist_is_denied_with_the_soa_and_the_lesser_time() -> None:
    assert lines("nothing.example.", Type.A) == ("NXDOMAIN", True, [], [SOA_LINE])
    assert ZONE.soa()[0].ttl == 3600


def test_a_name_without_the_type_exists() -> None:
    assert lines("mail.example.", Type.AAAA) == ("NOERROR", True, [], [SOA_LINE])


def test_a_name_between_others_exists_although_it_has_nothing() -> None:
    assert lines("_udp.example.", Type.A) == ("NOERROR", True, [], [SOA_LINE])


def test_an_alias_leads_to_what_was_asked_for() -> None:
    answers = ["ftp.example. 3600 CNAME www.example.", "www.example. 3600 AAAA 2001:db8::80"]
    assert lines("ftp.example.", Type.AAAA) == ("NOERROR", True, answers, [])


def test_an_alias_whose_target_lacks_the_type_is_followed_by_the_denial() -> None:
    assert lines("ftp.example.", Type.MX) == ("NOERROR", True, ["ftp.example. 3600 CNAME www.example."], [SOA_LINE])


def test_an_alias_is_not_followed_when_it_is_asked_for() -> None:
    assert lines("ftp.example.", Type.CNAME) == ("NOERROR", True, ["ftp.example. 3600 CNAME www.example."], [])


def test_an_alias_out_of_the_zone_ends_there() -> None:
    assert lines("away.example.", Type.A) == ("NOERROR", True, ["away.example. 3600 CNAME www.elsewhere.test."], [])


def test_aliases_in_a_circle_end() -> None:
    found = zone('[records.a]\nCNAME = "b"\n[records.b]\nCNAME = "A"').lookup("a.test.", Type.A)
    assert [*map(line, found.answers)] == ["a.test. 300 CNAME b.test.", "b.test. 300 CNAME A.test."]


def test_aliases_without_end_are_cut_off() -> None:
    records = "\n".join(f'[records.a{i}]\nCNAME = "a{i + 1}"' for i in range(40))
    assert len(zone(records).lookup("a0.test.", Type.A).answers) == 16


def test_an_alias_to_nothing_is_nxdomain() -> None:
    found = zone('[records.a]\nCNAME = "b"').lookup("a.test.", Type.A)
    assert found.rcode == Rcode.NXDOMAIN
    assert [record.name for record in found.answers] == ["a.test."]


@pytest.mark.parametrize("name", ["x.pages.example.", "y.x.pages.example.", "*.pages.example."])
def test_a_wildcard_stands_for_every_name_below(name: str) -> None:
    assert lines(name, Type.A) == ("NOERROR", True, [f"{name} 3600 A 192.0.2.90"], [])
    assert lines(name, Type.AAAA) == ("NOERROR", True, [], [SOA_LINE])


def test_a_wildcard_does_not_stand_for_what_exists_nor_for_what_is_below_that() -> None:
    assert lines("fixed.pages.example.", Type.TXT) == ("NOERROR", True, [], [SOA_LINE])
    assert lines("x.fixed.pages.example.", Type.TXT) == ("NXDOMAIN", True, [], [SOA_LINE])
    assert lines("pages.example.", Type.A) == ("NOERROR", True, [], [SOA_LINE])


def test_what_belongs_to_a_zone_below_is_referred_to_its_servers_with_their_addresses() -> None:
    for name in ("sub.example.", "a.sub.example.", "ns.sub.example."):
        found = ZONE.lookup(name, Type.A)
        assert (found.rcode, found.authoritative, found.answers) == (Rcode.NOERROR, False, [])
        assert [*map(line, found.authorities)] == ["sub.example. 3600 NS ns.sub.example.", "sub.example. 3600 NS ns2.example."]
        assert [*map(line, found.glue)] == ["ns.sub.example. 3600 A 203.0.113.53"]
        assert [*map(line, found.extras)] == ["ns2.example. 3600 A 198.51.100.53"]


def test_ds_is_the_parents() -> None:
    assert lines("sub-secure.example.", Type.DS)[1:3] == (
        True, ["sub-secure.example. 3600 DS 60485 13 2 D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A"],
    )  # fmt: skip
    assert lines("sub.example.", Type.DS) == ("NOERROR", True, [], [SOA_LINE])
    assert lines("a.sub.example.", Type.DS)[1] is False


def test_dname_redirects_what_is_below_it() -> None:
    answers = [
        "old.example. 3600 DNAME pages.example.", "X.y.old.example. 3600 CNAME X.y.pages.example.", "X.y.pages.example. 3600 A 192.0.2.90",
    ]  # fmt: skip
    assert lines("X.y.old.example.", Type.A) == ("NOERROR", True, answers, [])
    assert lines("old.example.", Type.DNAME)[2] == answers[:1]
    assert lines("old.example.", Type.A) == ("NOERROR", True, [], [SOA_LINE])


def test_dname_to_a_name_that_is_too_long_is_yxdomain() -> None:
    long = ".".join(["a" * 60] * 3)
    found = zone(f'[records.old]\nDNAME = "{long}"').lookup(f"{'b' * 60}.{'c' * 60}.old.test.", Type.A)
    assert found.rcode == Rcode.YXDOMAIN
    assert len(found.answers) == 1


def test_any_is_one_record_set_or_all() -> None:
    assert lines("www.example.", Type.ANY)[2] == ["www.example. 60 A 192.0.2.80", "www.example. 60 A 192.0.2.81"]
    assert len(lines("www.example.", Type.ANY, every=True)[2]) == 4
    assert lines("_udp.example.", Type.ANY) == ("NOERROR", True, [], [SOA_LINE])


def test_addresses_of_what_the_data_name_go_along() -> None:
    found = ZONE.lookup("_sip._udp.example.", Type.SRV)
    assert [*map(line, found.extras)] == ["mail.example. 3600 A 192.0.2.25"]


def test_the_size_is_never_underestimated() -> None:
    for name in ("example.", "WWW.example.", "ftp.example.", "a.old.example.", "x.sub.example.", "big.example.", "none.example."):
        for kind in (Type.A, Type.ANY, Type.NS, Type.MX, Type.TXT, Type.SRV):
            found = ZONE.lookup(name, kind, every=True)
            needed = sum(len(r.name) + 1 + 10 + len(r.rdata.build()) for r in (*found.answers, *found.authorities, *found.glue))
            assert found.octets >= needed


def test_a_root_zone_answers_for_every_name() -> None:
    from bitwright_specs.dns.zone_file import zone_of

    text = 'origin = "."\nsoa = { mname = "a", rname = "b", serial = 1, refresh = 2, retry = 3, expire = 4, minimum = 5 }\n'
    root = zone_of(text + '[records."@"]\nNS = "a.net."\n[records."*"]\nA = "192.0.2.1"\n[records.com]\nNS = "ns.com"\n')
    assert [*map(line, root.lookup("x.y.", Type.A).answers)] == ["x.y. 3600 A 192.0.2.1"]
    assert [*map(line, root.lookup("www.com.", Type.A).authorities)] == ["com. 3600 NS ns.com."]
