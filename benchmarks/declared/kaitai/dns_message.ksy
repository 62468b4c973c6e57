meta:
  id: dns_message
  endian: be
  imports:
    - dns_header
doc: |
  A DNS message (RFC 1035, section 4.1) with the data of the commoner record types.  A name is its labels; where the last
  is a pointer (section 4.1.4), the name that it leads to is read when it is asked for.
seq:
  - id: header
    type: dns_header
  - id: questions
    type: question
    repeat: expr
    repeat-expr: header.qdcount
  - id: answers
    type: record
    repeat: expr
    repeat-expr: header.ancount
  - id: authorities
    type: record
    repeat: expr
    repeat-expr: header.nscount
  - id: additionals
    type: record
    repeat: expr
    repeat-expr: header.arcount
types:
  name:
    seq:
      - id: labels
        type: label
        repeat: until
        repeat-until: _.length == 0 or _.is_pointer
  label:
    seq:
      - id: length
        type: u1
      - id: text
        size: length
        type: str
        encoding: ISO-8859-1
        if: not is_pointer
      - id: low
        type: u1
        if: is_pointer
    instances:
      is_pointer:
        value: length >= 0xc0
      target:
        io: _root._io
        pos: ((length & 0x3f) << 8) | low
        type: name
        if: is_pointer
  question:
    seq:
      - id: name
        type: name
      - id: type
        type: u2
      - id: klass
        type: u2
  record:
    seq:
      - id: name
        type: name
      - id: type
        type: u2
      - id: klass
        type: u2
      - id: ttl
        type: u4
      - id: rdlength
        type: u2
      - id: data
        size: rdlength
        type:
          switch-on: 'rdlength == 0 ? 0 : type' # dynamic updates have records without data
          cases:
            2: name
            5: name
            6: soa
            12: name
            15: mx
            16: strings
            41: options
  soa:
    seq:
      - id: mname
        type: name
      - id: rname
        type: name
      - id: serial
        type: u4
      - id: refresh
        type: u4
      - id: retry
        type: u4
      - id: expire
        type: u4
      - id: minimum
        type: u4
  mx:
    seq:
      - id: preference
        type: u2
      - id: exchange
        type: name
  strings:
    seq:
      - id: strings
        type: string
        repeat: eos
  string:
    seq:
      - id: length
        type: u1
      - id: text
        size: length
  options:
    seq:
      - id: options
        type: option
        repeat: eos
  option:
    seq:
      - id: code
        type: u2
      - id: length
        type: u2
      - id: data
        size: length
