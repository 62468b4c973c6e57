"""CAN frames whose signals are numbered from both ends of a byte, as database files (DBC) describe them."""

from bitwright import Struct, bits, flag, pad, u8, u16


class ExampleMessage(Struct):
    """Motorola order: `Enable : 7|1@0+`, `AverageRadius : 6|6@0+ (0.1,0)`, `Temperature : 0|12@0- (0.01,250)`."""

    enable: bool = flag()
    average_radius: int = bits(6, doc="0.1 m")
    temperature: int = bits(12, signed=True, doc="0.01 degrees above 250 K")
    _unused = pad(bits=45)


class EngineController1(Struct, bit_order="lsb"):
    """Intel order: J1939 EEC1 (PGN 61444); the lowest bit of the first byte comes first."""

    torque_mode: int = bits(4)
    torque_high_resolution: int = bits(4, doc="0.125 %")
    driver_demand: int = u8(doc="1 % above -125 %")
    actual_torque: int = u8(doc="1 % above -125 %")
    engine_speed: int = u16(doc="0.125 revolutions a minute")
    source_address: int = u8()
    starter_mode: int = bits(4)
    _unused = pad(bits=4)
    demand_torque: int = u8(doc="1 % above -125 %")


class Mixed(Struct):
    """Both in one frame: each run of one order fills whole bytes."""

    wheel_speed: int = bits(13, bit_order="lsb", doc="Intel, 0|13@1+")
    direction: int = bits(3, bit_order="lsb", doc="Intel, 13|3@1+")
    steering_angle: int = bits(14, signed=True, doc="Motorola, 23|14@0-")
    quality: int = bits(2, doc="Motorola, 25|2@0+")
    counter: int = bits(4, bit_order="lsb", doc="Intel, 32|4@1+")
    checksum_nibble: int = bits(4, bit_order="lsb", doc="Intel, 36|4@1+")
    yaw_rate: int = u16(endian="little", doc="Intel, 40|16@1+")
    _unused = pad(bits=8)
