"""The gallery: every format reads real bytes, writes them back, is at most 60 lines, and has the certificate that its page says."""

from __future__ import annotations

import importlib.util
import re
import ssl
import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bitwright import ParseError, capture, stack
from tests.engines.agreement import agreed

ROOT = Path(__file__).resolve().parent.parent
GALLERY = ROOT / "docs" / "gallery"
CAPTURES = ROOT.parent / "shared" / "captures"
NAMES = sorted(path.stem for path in GALLERY.glob("*.py"))


def load(name: str) -> ModuleType:
    """A module of the gallery, which is no package."""
    known = sys.modules.get(f"gallery_{name}")
    if known is not None:
        return known
    spec = importlib.util.spec_from_file_location(f"gallery_{name}", GALLERY / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


# The outermost class of each, and bytes that others wrote, with where they are from.
MESSAGES = {
    "ber_tlv": "Element",
    "ble_advertisement": "Packet",
    "can_signals": "ExampleMessage",
    "deflate_header": "Block",
    "elf_tables": "File",
    "mqtt_connect": "Connect",
    "png_file": "File",
    "protobuf_message": "Message",
    "quic_long_header": "Datagram",
    "tls_client_hello": "Record",
}


def client_hello() -> bytes:
    """What this Python's OpenSSL sends first."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname="www.example.com").do_handshake()
    return outgoing.read()


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG file, by the standard library alone."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png() -> bytes:
    """A red pixel."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\xff\0\0")
    chunks = [chunk(b"IHDR", header), chunk(b"tEXt", b"Comment\0red"), chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def deflated(data: bytes, level: int = 9, strategy: int = zlib.Z_DEFAULT_STRATEGY) -> bytes:
    """Raw deflate data of zlib."""
    deflater = zlib.compressobj(level, zlib.DEFLATED, -15, strategy=strategy)
    return deflater.compress(data) + deflater.flush()


REAL: dict[str, dict[str, bytes]] = {
    "ber_tlv": {
        "an OBJECT IDENTIFIER, 1.2.840.113549 (X.690, 8.19)": bytes.fromhex("06062a864886f70d"),
        "the personnel record of X.690, annex A.3": bytes.fromhex(
            "60818561101a044a6f686e1a01501a05536d697468a00a1a084469726563746f72420133a10a43083139373130393137"
            "a21261101a044d6172791a01541a05536d697468a342311f61111a0552616c70681a01541a05536d697468a00a430831"
            "393537313131" "31311f61111a05537573616e1a01421a054a6f6e6573a00a43083139353930373137"
        ),
    },
    "ble_advertisement": {
        "an alert notification server": bytes.fromhex(
            "d6be898e402116234282437d02011a030311181309416c657274204e6f74696669636174696f6ee5b902"
        ),
    },
    "can_signals": {"a motor's frame": bytes.fromhex("c006e00000000000")},
    "deflate_header": {
        "dynamic": deflated(" ".join(str(n * n) for n in range(400)).encode()),
        "fixed": deflated(b"hello", strategy=zlib.Z_FIXED),
        "stored": deflated(b"hello", level=0),
    },
    "elf_tables": {},
    "mqtt_connect": {
        "clean start, a client's name": bytes.fromhex("101000044d5154540502003c032100140000"),
    },
    "png_file": {"a red pixel": png()},
    "protobuf_message": {
        "150 in field 1": bytes.fromhex("089601"),
        "text in field 2": bytes.fromhex("120774657374696e67"),
        "a message in field 3": bytes.fromhex("1a03089601"),
        "packed numbers in field 6": bytes.fromhex("3206038e029ea705"),
    },
    "quic_long_header": {},
    "tls_client_hello": {"this Python's": client_hello()},
}


def cases() -> Iterator[Any]:
    for name, messages in REAL.items():
        for about, data in messages.items():
            yield pytest.param(name, data, id=f"{name}-{about}")


def test_every_format_is_here() -> None:
    assert set(MESSAGES) == set(REAL) == set(NAMES)
    assert len(NAMES) >= 10


@pytest.mark.parametrize("name", NAMES)
def test_a_format_fits_a_screen(name: str) -> None:
    assert len((GALLERY / f"{name}.py").read_text(encoding="utf-8").splitlines()) <= 60


@pytest.mark.parametrize(("name", "data"), [*cases()])
def test_real_bytes(name: str, data: bytes) -> None:
    struct_ = getattr(load(name), MESSAGES[name])
    assert_both_ways(struct_, data)
    for size in range(0, len(data), 7):
        agreed(struct_, "parse", data[:size])


def assert_both_ways(struct_: Any, data: bytes) -> None:
    """It is read without findings on every engine, and written back to the byte; what is derived is derived right."""
    found = agreed(struct_, "check", data)
    assert found.ok, found.error
    value, findings = found.value
    assert findings == []
    assert agreed(struct_, "build", value).value == data
    assert agreed(struct_, "build", value.relaxed()).value == data


@pytest.mark.parametrize("name", NAMES)
def test_the_page_says_the_certificate(name: str) -> None:
    page = (GALLERY / "README.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if f"({name}.py)" in line)
    certificate = getattr(load(name), MESSAGES[name]).certificate()
    assert f"| {certificate.kind} |" in row, (row, str(certificate))
    reasons = {loss.reason for loss in certificate.losses}
    assert set(re.findall(r"`([a-z-]+)`", row.rsplit("|", 2)[1])) == reasons


# --- real files and traffic -----------------------------------------------------------------------


def payloads(path: Path) -> Iterator[bytes]:
    """What the packets of a capture carry above UDP or TCP."""
    walker = stack.Walker(stack.load_standard())
    with capture.open(path) as packets:
        for packet in packets:
            top = walker.decode(packet).layers[-1]
            found = getattr(top.value, "payload", b"")
            if found:
                yield found


@pytest.mark.parametrize(("name", "file", "accept", "least"), [
    ("mqtt_connect", "OISF+suricata-verify/mqtt5-pub-userpass__input.pcap", lambda data: data[0] == 0x10, 1),
    ("tls_client_hello", "seladb+PcapPlusPlus/SSL-ClientHello1.pcap", lambda data: data[0] == 22 and data[5] == 1, 1),
    ("tls_client_hello", "zeek+zeek/tls13_wolfssl.pcap", lambda data: data[0] == 22 and data[5] == 1, 1),
    ("quic_long_header", "the-tcpdump-group+tcpdump/quic_handshake.pcap", lambda data: data[0] >= 0x80, 5),
    ("ber_tlv", "zeek+zeek/snmpv2_get_next.pcap", lambda data: data[0] == 0x30, 8),
])  # fmt: skip
def test_captured_traffic(name: str, file: str, accept: Any, least: int) -> None:
    path = CAPTURES / file
    if not path.exists():
        pytest.skip(f"no capture at {path}")
    struct_ = getattr(load(name), MESSAGES[name])
    count = 0
    for data in payloads(path):
        if not accept(data):
            continue
        count += 1
        found = agreed(struct_, "parse", data)
        assert found.ok, found.error
        assert struct_.parse(data, keep=True).build() == data
    assert count >= least


def test_captured_advertisements() -> None:
    path = CAPTURES / "mikeryan+crackle" / "le_secure_connections.pcapng"
    if not path.exists():
        pytest.skip(f"no capture at {path}")
    packet, right = load("ble_advertisement").Packet, 0
    with capture.open(path) as packets:
        for frame in packets:
            air = frame.data[10:]  # behind the pseudo-header of LINKTYPE_BLUETOOTH_LE_LL_WITH_PHDR
            if air[:4] == bytes.fromhex("d6be898e") and air[4] & 15 in (0, 2, 4, 6):
                assert_both_ways(packet, air)
                right += 1
    assert right >= 3


@pytest.mark.parametrize("path", [Path("/bin/true"), Path(sys.executable).resolve()], ids=["true", "python"])
def test_a_program_of_this_machine(path: Path) -> None:
    data = path.read_bytes() if path.exists() else b""
    if data[:5] != b"\x7fELF\2":
        pytest.skip(f"{path} is no ELF file of 64 bits")
    file = load("elf_tables").File.parse(data)
    names = file.body.sections[file.body.names_index].contents
    found = {names[section.name_offset : names.index(b"\0", section.name_offset)] for section in file.body.sections}
    assert {b".text", b".dynamic", b".shstrtab"} <= found
    assert all(len(section.contents or b"") in (0, section.size) for section in file.body.sections)
    built = file.build()
    assert len(built) == len(data)
    assert load("elf_tables").File.parse(built) == file
    with pytest.raises(ParseError):
        load("elf_tables").File.parse(data[:-200])


def test_a_deflate_block_beside_bits_taken_by_hand() -> None:
    data = REAL["deflate_header"]["dynamic"]
    word = int.from_bytes(data, "little")
    block = load("deflate_header").Block.parse(data)
    content = block.content
    assert [block.final, block.type, block.hlit, content.hdist, content.hclen] == [
        word & 1, word >> 1 & 3, word >> 3 & 31, word >> 8 & 31, word >> 13 & 15
    ]  # fmt: skip
    there = content.code_length_count
    assert content.code_lengths[:there] == [word >> 17 + 3 * at & 7 for at in range(there)]
    assert load("deflate_header").Block.parse(REAL["deflate_header"]["stored"]).content.data == b"hello"


def test_what_the_values_mean() -> None:
    """A few numbers that the formats' own documents give."""
    can = load("can_signals").ExampleMessage.parse(REAL["can_signals"]["a motor's frame"])
    assert (can.enable, can.average_radius, 250 + can.temperature / 100) == (True, 32, 250.55)
    can = load("can_signals").ExampleMessage.parse(bytes.fromhex("804a0f0000000000"), keep=True)
    assert (can.enable, can.average_radius, 250 + can.temperature / 100) == (True, 0, 255.92)
    assert can.build().hex() == "804a0f0000000000", "the bits that no signal uses are not zero, and are kept"
    number = load("protobuf_message").Message.parse(bytes.fromhex("089601")).fields[0]
    assert (number.number, number.value.value) == (1, 150)
    pixel = load("png_file").File.parse(png())
    assert [c.data.keyword for c in pixel.chunks if c.type.name == "tEXt"] == [b"Comment"]
    hello = load("tls_client_hello").Record.parse(client_hello()).handshake.hello
    assert hello.extensions[0].body.names[0].name == "www.example.com"
