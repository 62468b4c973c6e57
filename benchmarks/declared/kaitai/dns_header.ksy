meta:
  id: dns_header
  endian: be
  bit-endian: be
doc: A DNS header (RFC 1035, section 4.1.1; RFC 4035, section 3.1.6).
seq:
  - id: id
    type: u2
  - id: qr
    type: b1
  - id: opcode
    type: b4
  - id: aa
    type: b1
  - id: tc
    type: b1
  - id: rd
    type: b1
  - id: ra
    type: b1
  - id: z
    type: b1
  - id: ad
    type: b1
  - id: cd
    type: b1
  - id: rcode
    type: b4
  - id: qdcount
    type: u2
  - id: ancount
    type: u2
  - id: nscount
    type: u2
  - id: arcount
    type: u2
