#!/usr/bin/env bash
# Fuzz nsd, unbound and dnsmasq on loopback, over UDP and over TCP, and write a report of each.
#
#   docs/fuzzing/servers/run.sh [OUT_DIRECTORY [UDP_INPUTS [TCP_INPUTS]]]
#
# Needs Debian's nsd, unbound, dnsmasq-base, util-linux, and bitwright on the PATH (or in BITWRIGHT).  Run it at the top of the
# repository, as an ordinary user; started as root, the servers become nobody.  They listen on 127.0.0.1 at ports 5301 to 5303, and
# nothing that they do leaves the machine: unbound and dnsmasq ask nsd, and nobody else.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=$(realpath "${1:-.}")
udp=${2:-100000}
tcp=${3:-10000}
bitwright=${BITWRIGHT:-bitwright}
export PATH=$PATH:/usr/sbin:/sbin

work=$(mktemp -d)
started=()
finish() {
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait
    rm -rf "$work"
}
trap finish EXIT
cp "$here"/*.conf "$here"/*.zone "$work"
as=()
if [ "$(id -u)" = 0 ]; then
    chown -R nobody "$work"
    as=(setpriv --reuid nobody --regid nogroup --clear-groups)
fi
serve() { # NAME COMMAND...: starts a server in the working directory
    (cd "$work" && exec "${as[@]}" "${@:2}") >"$work/$1.out" 2>&1 &
    started+=($!)
}
serve nsd nsd -d -c nsd.conf
serve unbound unbound -d -c unbound.conf
serve dnsmasq dnsmasq -C dnsmasq.conf
sleep 2

fuzz() { # NAME SPEC CAPTURE ADDRESS RUNS OPTION...: one campaign; 1 means that there are findings, which the report tells
    $bitwright fuzz "$2" --input "$3" --connect "$4" --runs "$5" --seed 6 --format html -o "$out/$1.html" "${@:6}" || [ $? = 1 ]
}
port=5301
for server in nsd unbound dnsmasq; do
    fuzz "$server-udp" dns samples/dns.pcap "udp:127.0.0.1:$port" "$udp"
    fuzz "$server-tcp" dns_tcp "$here/conversations.pcap" "tcp:127.0.0.1:$port" "$tcp" --conversation
    port=$((port + 1))
done
grep -H . "$work"/*.log "$work"/*.out >"$out/servers.log" || true # what they said, for whoever looks into a finding
for pid in "${started[@]}"; do kill -0 "$pid" || echo "a server has ended" >&2; done
