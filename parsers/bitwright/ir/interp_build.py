"""What the ops of build programs do."""

from __future__ import annotations

from typing import Any

from bitwright import kept
from bitwright.errors import Fault
from bitwright.field_codec import encode
from bitwright.ir.interp import Frame, Handler, KeptName, Machine, checksum_of
from bitwright.ir.interp_push import PUSH
from bitwright.ir.ops import Op
from bitwright.kept import Place
from bitwright.values import SKIPPED
from bitwright.wire.areas import check_terminated, fill
from bitwright.wire.bitstrings import as_bits, number_of_bits
from bitwright.wire.compression import NameMemo, fit_region
from bitwright.wire.floats import bits_of_float
from bitwright.wire.names import POINTER_RANGE, Memo, NameFault, join_labels, read_name, split_name
from bitwright.wire.pointers import Blocks, begin_block, end_block
from bitwright.wire.varints import write_varint


def _bits_written(m: Machine) -> int:
    return len(m.out) * 8 - (8 - m.loose if m.loose else 0)


def _enter(m: Machine, op: Op, args: list[Any]) -> None:
    name = op.attrs["name"] if op.attrs["name"] is not None else args[0]
    frame = Frame((*m.path, name), _bits_written(m), op.attrs["location"])
    frame.segment, frame.type = op.attrs.get("segment"), op.attrs.get("type", "")
    m.frames.append(frame)


def _leave(m: Machine, op: Op, args: list[Any]) -> None:
    begin, end = m.frames[-1].bit_offset, _bits_written(m)
    m.leave(m.frames[-1], end, args[0] if args else None)
    gap = m.kept.get(m.place("gap")) if m.kept else None
    if gap is not None and gap[0] == end - begin:  # zeros were written; what lay there belongs in their place
        _, number, order = gap
        first, after = begin // 8, -(-end // 8)
        there = int.from_bytes(m.out[first:after], order) | number << (-end % 8 if order == "big" else begin % 8)
        m.out[first:after] = there.to_bytes(after - first, order)
    m.frames.pop()


def _as_int(m: Machine, op: Op, args: list[Any]) -> int:
    value, (low, high) = args[0], (op.attrs["lo"], op.attrs["hi"])
    if not isinstance(value, int):
        raise m.fail("type", f"takes an int, not {_shown(value)}")
    if not low <= value <= high:
        raise m.fail("range", f"{int(value)} does not fit; the field holds {low} to {high}")
    return int(value)


def _as_float(m: Machine, op: Op, args: list[Any]) -> int:
    value, width = args[0], op.attrs["width"]
    if not isinstance(value, float | int):
        raise m.fail("type", f"takes a float, not {_shown(value)}")
    try:
        return bits_of_float(float(value), width)
    except OverflowError:
        raise m.fail("range", f"{_shown(value)} is too large for a float of {width} bits") from None


def _shown(value: Any) -> str:
    if value is SKIPPED:
        return "SKIPPED: it was left out when the message was parsed with only="
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}" if value is not None else "None"


def _as_bytes(m: Machine, op: Op, args: list[Any]) -> bytes:
    value, size = args[0], op.attrs["size"]
    if type(value) is not bytes:
        try:
            value = bytes(memoryview(value))
        except (TypeError, ValueError):  # the latter from a view that was released
            raise m.fail("type", f"takes bytes, not {_shown(value)}") from None
    if size is not None and len(value) != size:
        raise m.fail("size", f"takes {size} bytes, got {len(value)}")
    return bytes(value)


def _as_text(m: Machine, op: Op, args: list[Any]) -> tuple[bytes, str]:
    value = args[0]
    if not isinstance(value, str):
        raise m.fail("type", f"takes a str, not {_shown(value)}")
    kept = m.kept.get(m.place("text")) if m.kept else None
    if kept is not None and _decoded(kept, op.attrs["encoding"]) == value:
        return kept, str(value)
    try:
        return value.encode(op.attrs["encoding"]), str(value)
    except UnicodeEncodeError as error:
        raise m.fail("text", f"{value[error.start]!r} cannot be written in {op.attrs['encoding']}") from None
    except UnicodeError as error:  # of encodings that judge the whole, such as idna
        raise m.fail("text", f"{_shown(value)} cannot be written in {op.attrs['encoding']}: {error}") from None


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeError:
        return None


def _as_list(m: Machine, op: Op, args: list[Any]) -> list[Any]:
    if not isinstance(args[0], list | tuple):
        raise m.fail("type", f"takes a list, not {_shown(args[0])}")
    return list(args[0])


def _as_value(m: Machine, op: Op, args: list[Any]) -> bytes:
    as_type = m.program.symbols[op.attrs["class"]]
    try:
        made: bytes = args[0] if type(args[0]) is as_type else as_type(args[0])
    except (ValueError, TypeError) as error:
        raise m.fail("type", f"takes {as_type.__name__}, not {_shown(args[0])}: {error}") from None
    return made


def _encode(m: Machine, op: Op, args: list[Any]) -> bytes:
    try:
        found = encode(m.program.symbols[op.attrs["codec"]], args[0])
    except Fault as fault:
        raise m.fail("codec", fault.message) from fault.__cause__
    kept = m.kept.get(m.place("codec")) if m.kept else None
    return kept[0] if kept is not None and kept[1] == found else found


def _as_class(m: Machine, op: Op, args: list[Any]) -> None:
    struct = m.program.symbols[op.attrs["class"]]
    if type(args[0]) is not struct:
        raise m.fail("type", f"takes {struct.__name__}, not {_shown(args[0])}")


def _arm(m: Machine, op: Op, args: list[Any]) -> int:
    arms = [m.program.symbols[c] for c in op.attrs["classes"]]
    if type(args[0]) not in arms:
        raise m.fail("type", f"takes one of {', '.join(a.__name__ for a in arms)}, not {_shown(args[0])}")
    return arms.index(type(args[0]))


def _put(m: Machine, op: Op, args: list[Any]) -> None:
    _write(m, args[0], op.attrs["width"], op.attrs["order"])


def _put_pack(m: Machine, op: Op, args: list[Any]) -> None:
    for value, (width, order) in zip(args, op.attrs["layout"], strict=True):
        _write(m, value, width, order)


def _write(m: Machine, value: int, width: int, order: str) -> None:
    """Append bits; a byte that is not full yet waits in `out` with zeros for the bits to come."""
    value &= (1 << width) - 1
    if m.loose and order == "little":
        value = value << m.loose | m.out.pop()
        width += m.loose
    elif m.loose:
        value |= m.out.pop() >> (8 - m.loose) << width
        width += m.loose
    m.loose = width % 8
    gap = -width % 8
    m.out += (value if order == "little" else value << gap).to_bytes((width + gap) // 8, order)  # type: ignore[arg-type]  # verified


def _here(m: Machine, op: Op, args: list[Any]) -> int:
    return len(m.out) - (1 if m.loose else 0) + int(op.attrs.get("ahead", 0))


def _patch(m: Machine, op: Op, args: list[Any]) -> None:
    at, value = args
    width, phase, order = op.attrs["width"], op.attrs["phase"], op.attrs["order"]
    size = (phase + width + 7) // 8
    value &= (1 << width) - 1
    there = int.from_bytes(m.out[at : at + size], order)
    m.out[at : at + size] = (there | value << (phase if order == "little" else 8 * size - phase - width)).to_bytes(size, order)


def _put_name(m: Machine, op: Op, args: list[Any]) -> str:
    text, origin, memo = args
    if not isinstance(text, str):
        raise m.fail("type", f"takes a domain name as str, not {_shown(text)}")
    try:
        labels = split_name(text)
    except ValueError as error:
        raise m.fail("name", str(error)) from None
    canonical = join_labels(labels)
    if not (m.kept and _put_kept_name(m, canonical, labels, origin, memo, op.attrs["compress"])):
        memo.write(labels, m.out, origin, op.attrs["compress"])
    return canonical


def _put_kept_name(m: Machine, text: str, labels: list[bytes], origin: int, memo: NameMemo, compress: bool) -> bool:
    """Write the name as it was read, if it still says the same and was not found to lead astray."""
    place = m.place("name")
    kept = m.kept.get(place)
    where = (id(m.kept), place)
    if kept is None or kept[1] != text or where in m.refused:
        return False
    begin = len(m.out)
    if not memo.write_as(kept[0], labels, m.out, origin, compress):
        return False
    m.kept_names.append(KeptName(begin, len(m.out), origin, text, where))
    return True


def names_led_astray(m: Machine) -> set[tuple[int, Place]]:
    """Which names, written as they were read, say something else in the finished message."""
    data, memos, wrong = bytes(m.out), dict[int, Memo](), set[tuple[int, Place]]()
    for name in m.kept_names:
        try:
            found = read_name(data, name.begin, name.end, name.origin, memos.setdefault(name.origin, {}), POINTER_RANGE)
        except NameFault:
            found = None
        if found != (name.text, name.end):
            wrong.add(name.place)
    return wrong


def _fit(m: Machine, op: Op, args: list[Any]) -> int:
    origin, begin, wanted, memo = args
    taken_back = wanted >= 0 and fit_region(m.out, memo, origin, begin, wanted)
    if taken_back:
        m.kept_names = [name for name in m.kept_names if name.begin < begin]
    return int(taken_back)


def _defer(m: Machine, op: Op, args: list[Any]) -> None:
    blocks, hole, *values = args
    blocks.add(hole, op.attrs["size"], (m.program.functions[op.attrs["function"]], values, list(m.frames), (m.kept, m.level)))


def _blocks(m: Machine, op: Op, args: list[Any]) -> Blocks:
    made = Blocks(op.attrs["factor"])
    m.bases[id(made)] = len(m.out)
    return made


def _run(m: Machine, op: Op, args: list[Any]) -> None:
    frames = m.frames
    for function, values, m.frames, own in args[0]:
        m.call(function, values, own)
    m.frames = frames
    before = m.kept.get(kept.APART) if m.kept else None
    if before is not None:  # between the blocks are zeros; what lay there belongs in their place
        data, base = before
        for begin, end in args[0].gaps:
            lay = data[base + begin - m.bases[id(args[0])] :][: end - begin]
            m.out[begin : begin + len(lay)] = lay


def _block(m: Machine, op: Op, args: list[Any]) -> tuple[int, Any]:
    return begin_block(m.out, args[0], args[1], args[2], op.attrs["align"], movable=op.attrs["movable"])


def _block_end(m: Machine, op: Op, args: list[Any]) -> None:
    blocks, position, held = args
    try:
        end_block(m.out, blocks, position, held)
    except Fault as fault:
        raise m.fail(fault.code, fault.message) from None


def _put_checksum(m: Machine, op: Op, args: list[Any]) -> int:
    begin, stop, at, prefix = args
    return checksum_of(m, op, bytes(m.out[begin : max(begin, stop)]), at - begin, prefix)


def _put_bytes(m: Machine, op: Op, args: list[Any]) -> None:
    content, terminator = args[0], op.attrs.get("terminator")
    if terminator:
        try:
            check_terminated(content, terminator, op.attrs.get("unit", 1))
        except ValueError as error:
            raise m.fail("size", str(error)) from None
        content += terminator
    m.out += content


def _put_area(m: Machine, op: Op, args: list[Any]) -> None:
    content, size = args
    try:
        area = fill(content, size, op.attrs["pad"], op.attrs["terminator"], op.attrs["unit"])
    except ValueError as error:
        raise m.fail("size", str(error)) from None
    kept = m.kept.get(m.place("area")) if m.kept else None
    m.out += content + kept if kept is not None and len(content) + len(kept) == size else area


def _as_bits(m: Machine, op: Op, args: list[Any]) -> Any:
    as_type, size = m.program.symbols[op.attrs["class"]], op.attrs["size"]
    try:
        value = as_bits(args[0], as_type)
    except TypeError:
        raise m.fail("type", f"takes {as_type.__name__}, not {_shown(args[0])}") from None
    if size is not None and len(value) != size:
        raise m.fail("size", f"takes {size} bits, got {len(value)}")
    return value


def _put_bits(m: Machine, op: Op, args: list[Any]) -> None:
    value, order = args[0], op.attrs["order"]
    count = len(value)
    _write(m, number_of_bits(value, order), count, order)
    if op.attrs["fill"] and m.loose:
        kept = m.kept.get(m.place("spare")) if m.kept else None
        _write(m, kept[1] if kept is not None and kept[0] == count else 0, 8 - m.loose, order)


def _put_varint(m: Machine, op: Op, args: list[Any]) -> None:
    m.out += _encoded(m, args[0], op.attrs["coding"])


def _encoded(m: Machine, number: int, coding: str) -> bytes:
    """The shortest form, or the one that was read."""
    kept = m.kept.get(m.place("varint")) if m.kept else None
    found: bytes = kept[0] if kept is not None and kept[1] == number else write_varint(number, coding)
    return found


def _insert_varint(m: Machine, op: Op, args: list[Any]) -> int:
    at, number = args
    encoded = _encoded(m, number, op.attrs["coding"])
    m.out[at:at] = encoded
    m.kept_names = [name if name.begin < at else name.moved(len(encoded)) for name in m.kept_names]
    return len(encoded)


def _put_zeros(m: Machine, op: Op, args: list[Any]) -> None:
    m.out += bytes(args[0])


HANDLERS: dict[str, Handler] = {
    "enter": _enter, "leave": _leave, "as_int": _as_int, "as_bits": _as_bits,
    "as_float": _as_float, "as_bytes": _as_bytes, "as_text": _as_text, "as_list": _as_list,
    "encode": _encode, "as_value": _as_value, "as_class": _as_class, "arm": _arm, "put": _put, "put.pack": _put_pack,
    "put.bytes": _put_bytes,
    "put.area": _put_area,
    "put.bits": _put_bits,
    "put.zeros": _put_zeros, "put.name": _put_name, "fit": _fit, "put.varint": _put_varint, "insert.varint": _insert_varint,
    "memo": lambda m, op, args: NameMemo(), "patch": _patch, "put.checksum": _put_checksum, "here": _here,
    "attr": lambda m, op, args: getattr(args[0], op.attrs["name"]),
    "set": lambda m, op, args: setattr(args[0], op.attrs["name"], args[1]),
    "item": lambda m, op, args: args[0][op.attrs["index"]],
    "blocks": _blocks, "defer": _defer, "blocks.run": _run, "block": _block, "block.end": _block_end,
    "wrote": lambda m, op, args: int(m.out.startswith(op.attrs["value"], args[0])),
    "is_none": lambda m, op, args: int(args[0] is None),
    **PUSH,
}  # fmt: skip
