/* The classes of DNS messages, and how the data of records, options and parameters lie in theirs. */
#pragma once
#include "objects.h"

static Class message, question, record, option, parameter, window, address4, address6;
static Members types, classes_, opcodes, rcodes, algorithms, digests, hashes, families, codes, keys, errors;
static PyObject *timestamps, *root;
static unsigned char plain[256];

/* Each letter of a layout is a field, the digit behind it its place among the arguments:
 *   b h i   a number of 1, 2, 4 bytes         n N   a name, one that is not compressed
 *   p P r   bytes after their number (1 byte, 2 bytes), all that is left
 *   4 6     an address                        T A D H R F K E  a member: Type, Algorithm, DigestType, Nsec3Hash, Rcode, ...
 *   S U     a point in time of 4, 6 bytes     s w o v x y      a list to the end: strings, windows, options, parameters, addresses
 *   c f     a byte that is a flag and seven bits: the flag above them, below them
 */
typedef struct {
    unsigned number;
    const char *name, *layout;
    int empty; /* whether it may have no bytes at all */
    Class class;
} Kind;

static Kind kinds[] = {
    {1, "A", "40"}, {28, "AAAA", "60"}, {5, "CNAME", "n0"}, {2, "NS", "n0"}, {12, "PTR", "n0"}, {15, "MX", "h0n1"},
    {6, "SOA", "n0n1i2i3i4i5i6"}, {41, "OPT", "o0", 1}, {16, "TXT", "s0", 1}, {99, "SPF", "s0", 1}, {10, "NULL", "r0", 1},
    {46, "RRSIG", "T0A1b2i3S4S5h6N7r8"}, {48, "DNSKEY", "h0b3A1r2"}, {43, "DS", "h0A1D2r3"}, {47, "NSEC", "N0w1"},
    {50, "NSEC3", "H0f5h1p2p3w4"}, {51, "NSEC3PARAM", "H0b3h1p2"}, {33, "SRV", "h0h1h2N3"}, {257, "CAA", "c2p0r1"},
    {250, "TSIG", "N0U1h2P3h4R5P6"}, {44, "SSHFP", "b0b1r2"}, {35, "NAPTR", "h0h1p2p3p4N5"}, {13, "HINFO", "p0p1"},
    {64, "SVCB", "h0N1v2"}, {65, "HTTPS", "h0N1v2"}, {~0u, "Opaque", "r0", 1},
};
static Kind values_of_options[] = {
    {3, "Nsid", "r0", 1}, {8, "ClientSubnet", "F0b1b3r2"}, {10, "Cookie", "80r1"}, {11, "TcpKeepalive", "h0"},
    {15, "ExtendedError", "E0r1"}, {~0u, "UnknownOption", "r0", 1},
};
static Kind values_of_parameters[] = {
    {1, "Alpn", "s0", 1}, {3, "Port", "h0"}, {4, "IPv4Hint", "x0", 1}, {6, "IPv6Hint", "y0", 1}, {~0u, "UnknownParam", "r0", 1},
};
static Kind *by_type[65536], *by_code[65536], *by_key[65536];

static const unsigned char sizes[128] = {
    ['b'] = 1, ['h'] = 2, ['i'] = 4, ['4'] = 4, ['6'] = 16, ['8'] = 8, ['T'] = 2, ['A'] = 1, ['D'] = 1, ['H'] = 1, ['R'] = 2, ['F'] = 2,
    ['E'] = 2, ['S'] = 4, ['U'] = 6, ['c'] = 1, ['f'] = 1, ['p'] = 1, ['P'] = 2,
};

#define COUNT(of) (sizeof(of) / sizeof(*of))
