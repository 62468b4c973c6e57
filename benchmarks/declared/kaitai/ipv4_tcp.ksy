meta:
  id: ipv4_tcp
  endian: be
  bit-endian: be
doc: An IPv4 header (RFC 791, section 3.1) and the TCP header (RFC 9293, section 3.1) that it carries, both with options.
seq:
  - id: version
    type: b4
  - id: ihl
    type: b4
  - id: tos
    type: u1
  - id: length
    type: u2
  - id: id
    type: u2
  - id: flags
    type: b3
  - id: fragment_offset
    type: b13
  - id: ttl
    type: u1
  - id: protocol
    type: u1
  - id: checksum
    type: u2
  - id: src
    size: 4
  - id: dst
    size: 4
  - id: options
    size: ihl * 4 - 20
    type: options
  - id: tcp
    type: tcp
types:
  tcp:
    seq:
      - id: src_port
        type: u2
      - id: dst_port
        type: u2
      - id: sequence_number
        type: u4
      - id: acknowledgment_number
        type: u4
      - id: data_offset
        type: b4
      - id: reserved
        type: b4
      - id: flags
        type: b8
      - id: window
        type: u2
      - id: checksum
        type: u2
      - id: urgent_pointer
        type: u2
      - id: options
        size: data_offset * 4 - 20
        type: options
      - id: payload
        size-eos: true
  options:
    seq:
      - id: options
        type: option
        repeat: eos
  option:
    seq:
      - id: kind
        type: u1
      - id: length
        type: u1
        if: kind > 1
      - id: data
        size: length - 2
        if: kind > 1
