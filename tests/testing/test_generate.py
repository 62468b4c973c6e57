"""Generated messages: valid, the same for every seed, for every shipped spec and the gallery."""

from __future__ import annotations

import importlib
import pathlib
import random
import tomllib

import pytest

from bitwright import Struct, check, param, raw, u8
from bitwright.testing.generate import GenerationError, examples, generate

ROOT = pathlib.Path(__file__).parent.parent.parent
GALLERY = (
    "ber_tlv:Element", "ble_advertisement:Packet", "can_signals:ExampleMessage", "can_signals:EngineController1", "can_signals:Mixed",
    "deflate_header:Block", "elf_tables:File", "mqtt_connect:Connect", "png_file:File", "protobuf_message:Framed",
    "quic_long_header:Datagram", "tls_client_hello:Record",
)  # fmt: skip
SHIPPED = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["bitwright.specs"]
FORMATS = sorted({*SHIPPED.values(), *(f"docs.gallery.{place}" for place in GALLERY)})
COUNT = 25


def loaded(place: str) -> type[Struct]:
    """The class that an entry point names."""
    module, name = place.split(":")
    found: type[Struct] = getattr(importlib.import_module(module), name)
    return found


@pytest.mark.parametrize("place", FORMATS)
def test_every_format_has_messages_that_are_read_back(place: str, engine: str) -> None:
    message = loaded(place)
    made = examples(message, random.Random(1))
    for data, value in (next(made) for _ in range(COUNT)):
        codec = message.codec(engine)
        assert codec.parse(data, strict=True) == value
        assert codec.parse(codec.build(value)) == value


def test_the_gallery_is_complete() -> None:
    files = {path.stem for path in (ROOT / "docs" / "gallery").glob("*.py")}
    assert files == {place.partition(":")[0] for place in GALLERY}


@pytest.mark.parametrize("place", FORMATS)
def test_the_same_seed_gives_the_same_messages(place: str) -> None:
    message = loaded(place)
    first, second, other = ([data for data, _ in (next(made) for _ in range(10))] for made in (
        examples(message, random.Random(7)), examples(message, random.Random(7)), examples(message, random.Random(8)),
    ))  # fmt: skip
    assert first == second
    assert first != other


class Impossible(Struct):
    """What no byte can be."""

    small: int = u8()
    check((small * 6) % 4 == 1, "is even")


def test_what_no_message_fulfils_is_said() -> None:
    with pytest.raises(GenerationError, match="no valid Impossible was found in 50 attempts; of the last one: "):
        generate(Impossible, random.Random(1))


class Sized(Struct):
    """Takes a size from outside."""

    given = param(int)
    data: bytes = raw(size=given)


def test_a_parameter_is_asked_for() -> None:
    with pytest.raises(GenerationError, match="Sized needs the parameter given="):
        next(examples(Sized, random.Random(1)))
    assert generate(Sized, random.Random(1), given=3).build(given=3) == generate(Sized, random.Random(1), given=3).data
