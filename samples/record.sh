#!/usr/bin/env bash
# Record samples/dns.pcap: a signed zone of our own, asked with dig, on a loopback interface of its own.
#
#   sudo samples/record.sh [OUT_DIRECTORY]
#
# Needs Debian's bind9-dnsutils, iproute2, ldnsutils, nsd, python3, tcpdump, tshark, unbound and util-linux.
# nsd answers for the zone on 127.0.0.1, unbound resolves and validates on ::1 by asking nsd.  Everything
# runs in a new network namespace, so that nothing else is on the wire and nothing leaves the machine.
# Keys are new each time: a new recording differs in signatures, ids, ports and times, not in kind.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here}
if [ "${BITWRIGHT_RECORDING:-}" != inside ]; then
    BITWRIGHT_RECORDING=inside exec unshare --net "$0" "$out"
fi
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
ip link set lo up
work=$(mktemp -d)
started=()
finish() {
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait
    rm -rf "$work"
}
trap finish EXIT
cd "$work"

cat >example.test.zone <<'ZONE'
$ORIGIN example.test.
$TTL 3600
@        SOA   ns1 hostmaster 2024010101 7200 3600 1209600 300
@        NS    ns1
@        MX    10 mail
@        MX    20 mail.backup
@        TXT   "v=spf1 mx -all"
@        CAA   0 issue "ca.example.test"
@        HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.10 ipv6hint=2001:db8::10
ns1      A     127.0.0.1
mail     A     192.0.2.25
mail     AAAA  2001:db8::25
mail.backup A  192.0.2.26
www      A     192.0.2.10
www      A     192.0.2.11
www      AAAA  2001:db8::10
alias    CNAME www
_dns._udp SRV  0 5 53 ns1
_dns._udp PTR  resolver._dns._udp
svc      SVCB  1 backend port=8443 alpn=dot
dotted\.label A 192.0.2.99
texts    TXT   "first" "second string" "caf\195\169 \"quoted\" \000"
unknown  TYPE65280 \# 5 0102abcdef
child    NS    ns1
*.wild   A     192.0.2.77
ZONE
for i in $(seq 1 24); do printf 'big TXT "%02d %s"\n' "$i" "$(printf 'x%.0s' $(seq 1 90))" >>example.test.zone; done

cat >child.example.test.zone <<'ZONE'
$ORIGIN child.example.test.
$TTL 600
@        SOA   ns1.example.test. hostmaster.example.test. 1 7200 3600 1209600 60
@        NS    ns1.example.test.
leaf     A     198.51.100.7
leaf     TXT   "below a secure delegation"
ZONE

sign() { # ZONE: makes ZONE.key (one combined signing key) and ZONE.zone.signed
    local key
    key=$(ldns-keygen -a ECDSAP256SHA256 -k "$1")
    ldns-signzone -e 20380101000000 -i 20240101000000 -o "$1" -f "$1.zone.signed" "$1.zone" "$key"
    cp "$key.key" "$1.key"
    cp "$key.ds" "$1.ds"
}
sign child.example.test
cat child.example.test.ds >>example.test.zone
sign example.test

cat >nsd.conf <<CONF
server:
    ip-address: 127.0.0.1@53
    username: ""
    chroot: ""
    zonesdir: "$work"
    database: ""
    pidfile: "$work/nsd.pid"
    xfrdfile: ""
    zonelistfile: "$work/zone.list"
    xfrdir: "$work"
    cookie-secret-file: ""
    nsid: "ascii_sample"
    rrl-ratelimit: 0
    server-count: 1
remote-control:
    control-enable: no
zone:
    name: example.test
    zonefile: example.test.zone.signed
zone:
    name: child.example.test
    zonefile: child.example.test.zone.signed
    provide-xfr: 127.0.0.1 NOKEY
CONF
cat >unbound.conf <<CONF
server:
    interface: ::1
    port: 53
    access-control: ::1 allow
    username: ""
    chroot: ""
    directory: "$work"
    pidfile: "$work/unbound.pid"
    use-syslog: no
    verbosity: 0
    do-not-query-localhost: no
    do-ip6: yes
    num-threads: 1
    minimal-responses: no
    qname-minimisation: no
    trust-anchor-file: "$work/example.test.key"
    local-zone: "test." nodefault
    local-zone: "local.test." static
    local-data: "printer.local.test. 60 IN A 192.0.2.200"
    local-data: "printer.local.test. 60 IN TXT 'answered from local data'"
remote-control:
    control-enable: no
stub-zone:
    name: example.test
    stub-addr: 127.0.0.1
CONF

tcpdump -i lo -U -w recorded.pcap 'port 53 or icmp or icmp6' 2>tcpdump.log &
started+=($!)
nsd -d -c nsd.conf 2>nsd.log &
nsd=$!
started+=("$nsd")
unbound -d -c unbound.conf 2>unbound.log &
started+=($!)
sleep 2

at_nsd() { dig @127.0.0.1 +norecurse +tries=1 +timeout=2 "$@" >>dig.log; }
at_unbound() { dig @::1 +tries=1 +timeout=2 "$@" >>dig.log; }

at_unbound +dnssec www.example.test A # validated: the ad bit, and the resolver's own questions
at_unbound www.example.test AAAA
at_unbound alias.example.test A
at_unbound example.test MX
at_unbound +tcp texts.example.test TXT
at_unbound example.test HTTPS
at_unbound +dnssec missing.example.test A # NXDOMAIN with NSEC
at_unbound +dnssec leaf.child.example.test A
at_unbound +cdflag +noedns wildcard.wild.example.test A
at_unbound printer.local.test A
at_unbound printer.local.test TXT
at_nsd example.test SOA
at_nsd +noedns example.test NS
at_nsd +nsid example.test CAA
at_nsd _dns._udp.example.test SRV
at_nsd _dns._udp.example.test PTR
at_nsd svc.example.test SVCB
at_nsd unknown.example.test TYPE65280
at_nsd 'dotted\.label.example.test' A
at_nsd +dnssec example.test DNSKEY
at_nsd +dnssec child.example.test DS
at_nsd www.example.test NSEC
at_nsd nothing.example.test A # NXDOMAIN
at_nsd www.example.test MX    # no data
at_nsd elsewhere.test A       # REFUSED
at_nsd +subnet=192.0.2.0/24 www.example.test A
at_nsd +tcp www.example.test A
at_nsd +bufsize=512 big.example.test TXT # truncated, then again over TCP
at_nsd +tcp child.example.test AXFR
kill "$nsd" && wait "$nsd" || true
dig @127.0.0.1 +tries=1 +timeout=1 www.example.test A >>dig.log 2>&1 || true # nobody there: ICMP port unreachable
sleep 1
kill "${started[0]}" && wait "${started[0]}" || true

# The kernel leaves UDP and TCP checksums of loopback unfinished; complete them as a network card would.
python3 "$here/finish_checksums.py" recorded.pcap dns.pcap
editcap -F pcapng dns.pcap dns.pcapng
cp dns.pcap dns.pcapng "$out/"
cat dig.log >&2
