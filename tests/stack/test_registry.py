"""Registrations: what is refused, when, and how it is said."""

from __future__ import annotations

import pytest

from bitwright import Struct, param, payload, u8
from bitwright.stack import Registry, RegistryError, Walker
from tests.stack import toys


class Needy(Struct):
    """A layer that cannot be read without being told something."""

    depth = param(int)
    kind: int = u8()
    payload: bytes = payload()


def refused(make: object) -> str:
    with pytest.raises(RegistryError) as raised:
        make()  # type: ignore[operator]  # a function
    return str(raised.value)


def test_a_name_can_be_registered_once() -> None:
    made = toys.registry()
    assert "'net' is taken" in refused(lambda: made.layer("net", toys.Net))
    assert "'net' is taken" in refused(lambda: made.choice("net", bits=4, cases={}))


def test_keys_must_be_fields_or_computed_values() -> None:
    assert "no field 'proto'" in refused(lambda: Registry().layer("net", toys.Net, keys={"t": ("proto",)}))


def test_keys_need_a_payload() -> None:
    assert "no payload() field" in refused(lambda: Registry().layer("note", toys.Note, keys={"t": ("size",)}))


def test_parameters_need_defaults() -> None:
    assert "parameter 'depth' of Needy needs a default" in refused(lambda: Registry().layer("needy", Needy))


def test_only_structs_are_layers() -> None:
    with pytest.raises(TypeError):
        Registry().layer("int", int)  # type: ignore[arg-type]  # the mistake


def test_the_order_of_registrations_does_not_matter_until_a_walker_is_made() -> None:
    made = Registry()
    made.link(1, "frame")
    made.bind("frame.kind", 1, "net")
    made.choice("either", bits=1, cases={0: "net"})
    made.layer("frame", toys.Frame, keys={"frame.kind": ("kind",)})
    assert "'net', which is not a registered layer; there are: either, frame" in refused(lambda: Walker(made))
    made.layer("net", toys.Net)
    Walker(made)


def test_after_validation_mistakes_are_told_at_once() -> None:
    made = toys.registry()
    made.validate()
    said = refused(lambda: made.bind("udp.port", 1, "net"))
    assert "no layer uses the binding table 'udp.port'; there are: frame.kind, net.protocol, port" in said
    assert "port 5300 is bound to 'dns'" in refused(lambda: made.bind("port", 5300, "dns"))
    assert "link type 3 is bound to 'dns'" in refused(lambda: made.link(3, "dns"))
    assert "choice c 1 is bound to 'dns'" in refused(lambda: made.choice("c", bits=2, cases={1: "dns"}))
    made.bind("port", 5300, "note")
    assert made.tables["port"][5300] == "note"


def test_a_table_that_no_layer_uses_is_refused() -> None:
    made = toys.registry()
    made.bind("prot", 1, "net")
    assert "no layer uses the binding table 'prot'" in refused(made.validate)


def test_choices_are_of_layers_and_of_1_to_32_bits() -> None:
    made = toys.registry()
    made.choice("second", bits=4, cases={1: "first"})
    assert "it must be a layer" in refused(made.validate)
    for bits in (0, 33):
        assert "1 to 32" in refused(lambda bits=bits: Registry().choice("c", bits=bits, cases={}))


def test_what_is_registered_can_be_seen_but_not_changed() -> None:
    made = toys.registry()
    assert made.links[7] == "net"
    assert made.layers["net"].struct is toys.Net
    assert made.choices["first"].cases == {0: "net", 5: "note"}
    with pytest.raises(TypeError):
        made.links[7] = "note"  # type: ignore[index]  # the mistake
    with pytest.raises(TypeError):
        made.tables["port"][1] = "note"  # type: ignore[index]  # the mistake


def test_the_last_binding_wins_and_walkers_keep_what_they_were_made_with(engine: str) -> None:
    made = toys.registry()
    before = Walker(made, backend=engine)
    made.bind("frame.kind", 1, "note")
    after = Walker(made, backend=engine)
    packet = toys.Packet(toys.frame(toys.note().build()))
    assert [layer.name for layer in after.decode(packet).layers] == ["frame", "note"]
    assert before.decode(packet).status == "malformed"
