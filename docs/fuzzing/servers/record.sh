#!/usr/bin/env bash
# Record conversations.pcap: clients that ask nsd several questions on one connection.
#
#   sudo docs/fuzzing/servers/record.sh
#
# Needs Debian's bind9-dnsutils, iproute2, nsd, tcpdump and util-linux.  It runs in a network namespace with nothing but loopback.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
if [ "${BITWRIGHT_RECORDING:-}" != inside ]; then
    BITWRIGHT_RECORDING=inside exec unshare --net "$0"
fi
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
ip link set lo up
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$work"' EXIT
cp "$here"/nsd.conf "$here"/example.test.zone "$work"
cd "$work"
sed -i 's/@5301/@53/' nsd.conf
tcpdump -i lo -U -w conversations.pcap 'tcp port 53' 2>tcpdump.log &
nsd -d -c nsd.conf 2>nsd.out &
sleep 2

ask() { dig @127.0.0.1 +tcp +keepopen +norecurse +tries=1 +timeout=2 "$@" >/dev/null; }
ask www.example.test A www.example.test AAAA alias.example.test A
ask example.test SOA example.test NS example.test MX example.test TXT example.test CAA example.test HTTPS
ask +dnssec +nsid mail.example.test ANY missing.example.test A a.b.wild.example.test A
ask _dns._udp.example.test SRV _dns._udp.example.test PTR svc.example.test SVCB unknown.example.test TYPE65280
ask +nocookie texts.example.test TXT child.example.test DNAME x.child.example.test A version.bind CH TXT
ask +subnet=192.0.2.0/24 www.example.test A +ednsopt=65001:00ff example.org A
ask example.test AXFR
ask +opcode=notify example.test SOA +opcode=status example.test A +opcode=update example.test SOA

sleep 1
kill %1
wait %1 || true
cp conversations.pcap "$here"
