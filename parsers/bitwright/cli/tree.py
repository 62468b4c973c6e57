"""Values as trees: every field by name, one line each.

Drawn by rich where it is installed and people look on, otherwise, and always into files and
pipes, by the few lines here.  Labels are escaped when a node is made, so neither can leak.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bitwright import Struct
from bitwright.cli.output import Output
from bitwright.cli.terminal import wants_colour
from bitwright.schema import spec
from bitwright.seeing.summary import summary
from bitwright.seeing.words import scalar

if TYPE_CHECKING:
    from rich.tree import Tree


@dataclasses.dataclass(slots=True)
class Node:
    """A line and what hangs below it.  `name` and `text` are safe for a terminal; `kind` is a `Style` name or ""."""

    name: str
    text: str = ""
    children: list[Node] = dataclasses.field(default_factory=list)
    kind: str = ""


def struct_nodes(value: Struct, skipped: str | None = None) -> list[Node]:
    """The fields of a value, without the field called `skipped`."""
    return [_node(f.name, getattr(value, f.name)) for f in type(value).__bitwright__.visible if f.name != skipped]


def partial_nodes(fields: Mapping[str, Any]) -> list[Node]:
    """Fields that were decoded before an error."""
    return [_node(name, value) for name, value in fields.items()]


def computed_nodes(value: Struct) -> list[Node]:
    """The computed values of a struct."""
    made: spec.StructSpec = type(value).__bitwright__
    return [Node(name, f"{scalar(getattr(value, name))}, computed") for name in made.computed]


def _node(name: str, value: Any) -> Node:
    if isinstance(value, Struct):
        return Node(name, type(value).__name__, struct_nodes(value))
    if isinstance(value, list):
        children = [_item(i, item) for i, item in enumerate(value)]
        return Node(name, f"{len(value)} {'item' if len(value) == 1 else 'items'}", children)
    return Node(name, scalar(value))


def _item(index: int, value: Any) -> Node:
    if isinstance(value, Struct):
        line = summary(value)
        return Node(f"[{index}]", f"{type(value).__name__}  {line}" if line else type(value).__name__, struct_nodes(value))
    return _node(f"[{index}]", value)


def plain_lines(nodes: Iterable[Node], guides: Guides, indent: str = "") -> Iterator[str]:
    """The tree as lines of text."""
    listed = list(nodes)
    for number, node in enumerate(listed):
        last = number == len(listed) - 1
        label = f"{node.name}: {node.text}" if node.text else node.name
        yield f"{indent}{guides.last if last else guides.branch}{label}"
        yield from plain_lines(node.children, guides, indent + (guides.blank if last else guides.bar))


@dataclasses.dataclass(frozen=True, slots=True)
class Guides:
    """The pieces that trees are drawn with."""

    branch: str
    last: str
    bar: str
    blank: str


UNICODE = Guides("├── ", "└── ", "│   ", "    ")
ASCII = Guides("|-- ", "`-- ", "|   ", "    ")


def guides_for(encoding: str) -> Guides:
    """Line-drawing characters where the encoding has them."""
    try:
        UNICODE.branch.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE


class TreePrinter:
    """Draws trees for one output: with rich for people, plain otherwise."""

    def __init__(self, *, for_people: bool, encoding: str) -> None:
        self._guides = guides_for(encoding)
        self._rich = for_people and _rich_installed()

    def text(self, heading: Node, nodes: list[Node]) -> str:
        """A heading with its tree, without a newline at the end."""
        if self._rich:
            return _by_rich(heading, nodes)
        label = f"{heading.name}  {heading.text}" if heading.text else heading.name
        return "\n".join([label, *plain_lines(nodes, self._guides)])


def message_tree(value: Struct, output: Output, note: str = "") -> str:
    """A message with every field by name, as `output` can show it: coloured for people, plain otherwise."""
    printer = TreePrinter(for_people=output.target is None and wants_colour(sys.stdout), encoding=output.encoding)
    return printer.text(Node(type(value).__name__, note), struct_nodes(value) + computed_nodes(value))


def _rich_installed() -> bool:
    import importlib.util

    return importlib.util.find_spec("rich") is not None


_RICH_STYLES = {"bad": "bold red", "warn": "yellow", "name": "cyan", "": ""}


def _by_rich(heading: Node, nodes: list[Node]) -> str:
    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

    tree = Tree(Text.assemble((heading.name, "bold"), "  ", (heading.text, _RICH_STYLES[heading.kind])), guide_style="dim")
    _grow(tree, nodes)
    console = Console(force_terminal=True, highlight=False)
    with console.capture() as captured:
        console.print(tree, soft_wrap=False)
    return captured.get().rstrip("\n")


def _grow(tree: Tree, nodes: list[Node]) -> None:
    from rich.text import Text

    for node in nodes:
        separator = ": " if node.text else ""
        label = Text.assemble((node.name, "cyan"), separator, (node.text, _RICH_STYLES[node.kind]))
        _grow(tree.add(label), node.children)
