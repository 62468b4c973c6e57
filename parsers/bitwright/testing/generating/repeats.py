"""Lists, in each of the ways in which they end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bitwright.errors import BuildError
from bitwright.schema import measure, spec
from bitwright.schema.expr import Binary, FieldRef, ItemRef, Node, Select, Unary
from bitwright.testing.generating import content
from bitwright.testing.generating.frame import Frame, Made, Region, Stuck, number, typed, unknowns
from bitwright.testing.generating.plan import compared, fewest_bits
from bitwright.testing.generating.solving import is_closed
from bitwright.testing.numbers import bounds_of

if TYPE_CHECKING:
    from bitwright.testing.generating.maker import Maker

TRIES: Final = 12
MOST: Final = 400  # elements


def array(maker: Maker, frame: Frame, wire: spec.ArrayType, region: Region) -> Made:
    """A list."""
    item = wire.item
    if wire.count is not None:
        return _counted(maker, frame, wire, wire.count, region)
    if wire.size is not None:
        return maker.sized(frame, wire.size, region, lambda inside: filled(maker, frame, item, inside))
    if wire.prefix is not None:
        _, most = bounds_of(wire.prefix)
        taken = content.bits_of_number(wire.prefix, 0) // 8
        made = filled(maker, frame, item, Region(region.room - taken, region.exact))
        if len(made.value) > most:
            raise Stuck("more elements than the prefix can count")
        return Made(made.value, made.bits + content.bits_of_number(wire.prefix, len(made.value)))
    if wire.until is not None:
        return _until(maker, frame, item, wire.until, region)
    if wire.terminator is not None:
        made = filled(maker, frame, item, Region(region.room - len(wire.terminator), region.exact))
        if any(_begins_with(value, wire.terminator) for value in made.value):
            raise Stuck("an element would end the list")
        return Made(made.value, made.bits + 8 * len(wire.terminator))
    made = filled(maker, frame, item, region)
    return Made(made.value, made.bits, greedy=True)


def _begins_with(value: Any, terminator: bytes) -> bool:
    """Whether a struct certainly begins with the bytes that end a list; of other elements, building says it."""
    if not hasattr(type(value), "__bitwright__"):
        return False
    try:
        built: bytes = value.build()
    except (BuildError, TypeError):  # it takes something from outside
        return False
    return built.startswith(terminator)


def element(maker: Maker, frame: Frame, item: spec.WireType, region: Region) -> Made:
    """One element."""
    maker.effort -= 1
    maker.elements -= maker.elements > 0
    if maker.effort < 0 or region.room < 0:
        raise Stuck("no room, or too much effort")
    return maker.value(frame, None, item, region)


def filled(maker: Maker, frame: Frame, item: spec.WireType, region: Region) -> Made:
    """Elements that fill a region, or some."""
    if region.room < 0:
        raise Stuck("no room")
    return _filling(maker, frame, item, region) if region.exact else _some(maker, frame, item, region)


def _some(maker: Maker, frame: Frame, item: spec.WireType, region: Region, count: int | None = None) -> Made:
    """So many elements at most, or some: as far as there is room, and up to one that takes all there is."""
    values: list[Any] = []
    bits, fewest = 0, fewest_bits(item)
    while len(values) < count if count is not None else maker.another():
        room = region.room - bits // 8
        if 8 * room < fewest:
            break
        made = element(maker, frame, item, Region(room))
        if made.bits > 8 * room:
            break
        values.append(made.value)
        bits += made.bits
        if made.greedy:
            return Made(values, bits, greedy=True)
    return Made(values, bits)


def _filling(maker: Maker, frame: Frame, item: spec.WireType, region: Region) -> Made:
    """Elements of exactly so many bytes together."""
    values: list[Any] = []
    bits, fewest, stuck = 0, fewest_bits(item), 0
    while bits < 8 * region.room:
        if bits % 8 == 0 and (stuck or len(values) > MOST or maker.draw.chance(0.3)):
            last = _last(maker, frame, item, region.room - bits // 8)
            if last is not None:
                return Made([*values, last.value], 8 * region.room)
        left = 8 * region.room - bits
        try:
            made = element(maker, frame, item, Region(left // 8))
        except Stuck:
            made = None
        if made is None or made.bits == 0 or (made.bits != left and (made.greedy or made.bits > left - fewest)):
            stuck += 1
            if stuck > TRIES:
                raise Stuck("no elements fill the region")
            continue
        values.append(made.value)
        bits += made.bits
    return Made(values, bits)


def _last(maker: Maker, frame: Frame, item: spec.WireType, room: int) -> Made | None:
    """An element that takes all that is left; None if there is none."""
    size = measure.size_of(item).fixed
    if size is not None and size != 8 * room:
        return None
    try:
        made = element(maker, frame, item, Region(room, exact=True))
    except Stuck:
        return None
    return made if made.bits == 8 * room else None


def _counted(maker: Maker, frame: Frame, wire: spec.ArrayType, node: Node, region: Region) -> Made:

    if unknowns(node, frame):
        made = _filling(maker, frame, wire.item, region) if region.exact else _some(maker, frame, wire.item, region)
        if region.exact or maker.can_be(frame, node, len(made.value)):
            maker.equate(frame, node, len(made.value))
            return made
        count = _near(maker, frame, node, len(made.value))
    else:
        count = number(node, frame)
    if not 0 <= count <= 8 * region.room:
        raise Stuck(f"a count of {count}")
    most_free = count - 1 if region.exact and count else count
    made = _some(maker, frame, wire.item, region, most_free)
    if len(made.value) != most_free:
        raise Stuck("no room for all elements")
    if most_free == count:
        if region.exact and region.room:
            raise Stuck("nothing fills the region")
        return made
    last = element(maker, frame, wire.item, Region(region.room - made.bits // 8, exact=made.bits % 8 == 0 and _stretches(wire.item)))
    return Made([*made.value, last.value], made.bits + last.bits)


def _near(maker: Maker, frame: Frame, node: Node, count: int) -> int:
    """The count nearest to one that is possible."""
    tried = [*range(count, count + 33), *range(count - 1, -1, -1)]
    found: int | None = next((other for other in tried if maker.can_be(frame, node, other)), None)
    if found is None:
        raise Stuck("no count is possible")
    maker.equate(frame, node, found)
    return found


def _stretches(item: spec.WireType) -> bool:
    return measure.size_of(item).fixed is None


def _until(maker: Maker, frame: Frame, item: spec.WireType, condition: Node, region: Region) -> Made:
    """Elements of which the condition does not hold, and one of which it does."""
    values: list[Any] = []
    bits = 0
    wanted = 0
    while not wanted:
        wanted = int(not maker.another())
        made = _element_of_which(maker, frame, item, condition, wanted, Region(region.room - bits // 8))
        values.append(made.value)
        bits += made.bits
    return Made(values, bits)


def _element_of_which(maker: Maker, frame: Frame, item: spec.WireType, condition: Node, wanted: int, region: Region) -> Made:
    if isinstance(item, spec.NestedType) and item.size is None:
        own = _own(condition)
        outer = frozenset((leaf, "condition") for leaf in _paths(condition) if leaf)
        made, _ = maker.struct(item.struct, region, maker.arguments(frame, item), outer, ((own, wanted),))
        return made
    for _ in range(10 * TRIES):
        made = _likely(maker, item, condition) if isinstance(item, spec.IntType) else element(maker, frame, item, region)
        if bool(_of_value(condition, made.value)) == bool(wanted):
            return made
    raise Stuck("no element ends the list")


def _likely(maker: Maker, item: spec.IntType, condition: Node) -> Made:
    """A number that often is one that the condition asks for."""
    low, high = bounds_of(item)
    asked = [value for value in compared(condition, ()) if low <= value <= high and not is_closed(item)]
    value = maker.draw.choice(asked) if asked and maker.draw.chance(0.5) else content.draw_int(maker.draw, item)
    return Made(typed(item, value), content.bits_of_number(item, value))


def _own(node: Node) -> Node:
    """The condition as one of the element on its own fields."""
    match node:
        case ItemRef(names):
            return FieldRef(names)
        case Unary(op, a):
            return Unary(op, _own(a))
        case Binary(op, a, b):
            return Binary(op, _own(a), _own(b))
        case Select(c, a, b):
            return Select(_own(c), _own(a), _own(b))
    return node


def _paths(node: Node) -> set[tuple[str, ...]]:
    from bitwright.schema.expr import walk

    return {leaf.names for leaf in walk(node) if isinstance(leaf, ItemRef)}


def _of_value(node: Node, value: Any) -> int:
    """The condition of an element that is a number itself, or has other parts."""
    from bitwright.evaluate import evaluate

    class Holder:
        it = value

    def lifted(part: Node) -> Node:
        match part:
            case ItemRef(names):
                return FieldRef(("it", *names))
            case Unary(op, a):
                return Unary(op, lifted(a))
            case Binary(op, a, b):
                return Binary(op, lifted(a), lifted(b))
            case Select(c, a, b):
                return Select(lifted(c), lifted(a), lifted(b))
        return part

    try:
        return evaluate(lifted(node), Holder)
    except ValueError:
        raise Stuck("the condition reads what is not part of the element") from None
