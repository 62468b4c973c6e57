meta:
  id: patterns
  endian: be
  bit-endian: be
doc: What the bit patterns say, as types.
types:
  dns:
    seq:
      - id: message_id
        size: 2
      - id: qr
        type: b1
      - id: opcode
        type: b4
      - id: flag_aa
        type: b1
      - id: flag_tc
        type: b1
      - id: flag_rd
        type: b1
      - id: flag_ra
        type: b1
      - id: reserved
        type: b3
      - id: rcode
        type: b4
      - id: qd_count
        type: u2
      - id: an_count
        type: u2
      - id: ns_count
        type: u2
      - id: ar_count
        type: u2
      - id: answer
        size-eos: true
  record:
    seq:
      - id: kind
        type: u1
      - id: length
        type: u2
      - id: value
        size: length
      - id: rest
        size-eos: true
  ipv4:
    seq:
      - id: version
        type: b4
        valid: 4
      - id: ihl
        type: b4
      - id: tos
        type: u1
      - id: total
        type: u2
      - id: id
        type: u2
      - id: flags
        type: b3
      - id: fragment
        type: b13
      - id: ttl
        type: u1
      - id: protocol
        type: u1
      - id: checksum
        type: u2
      - id: source
        size: 4
      - id: destination
        size: 4
      - id: options
        size: (ihl - 5) * 4
      - id: payload
        size-eos: true
  pixels:
    seq:
      - id: all
        type: pixel
        repeat: eos
  pixel:
    seq:
      - id: r
        type: u1
      - id: g
        type: u1
      - id: b
        type: u1
  clauses:
    seq:
      - id: tag
        type: u1
      - id: body
        type:
          switch-on: tag
          cases:
            1: pair
            2: text
            3: numbers
            4: point
            5: flagged
  pair:
    seq:
      - id: key
        type: u2
      - id: value
        type: u4
  text:
    seq:
      - id: length
        type: u1
      - id: text
        size: length
  numbers:
    seq:
      - id: count
        type: u2
      - id: rest
        size-eos: true
  point:
    seq:
      - id: x
        type: s4
      - id: y
        type: s4
  flagged:
    seq:
      - id: flags
        type: u1
      - id: body
        size-eos: true
