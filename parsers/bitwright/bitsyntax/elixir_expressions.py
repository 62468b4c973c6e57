"""Elixir's expressions, which patterns are too: operators by how tightly they bind, and what they combine.

Promise: operators bind as in Elixir 1.18; every function is known, or refused with its place; work grows with the length of the text.
"""

from __future__ import annotations

from typing import Final

from bitwright.bitsyntax import functions, literals
from bitwright.bitsyntax.elixir_containers import WORDS, Containers
from bitwright.bitsyntax.functions import BINARY, UNARY
from bitwright.bitsyntax.tree import (
    Bitstring,
    Both,
    Call,
    Comprehension,
    Expr,
    ListOf,
    Literal,
    MapOf,
    Pin,
    RangeOf,
    Segment,
    TupleOf,
    Variable,
    Wildcard,
)
from bitwright.errors import PatternError

_OPERAND: Final = frozenset({"id", "number", "string", "charlist", "character", "atom", "alias", "true", "false", "nil"})


class Expressions(Containers):
    """Reads expressions; what `<<` and `for` begin is for the classes built on it."""

    __slots__ = ("enclosed",)

    enclosed: Expr  # what stood in parentheses last

    def bitstring(self, *, generator: bool = False) -> Bitstring:
        """From behind `<<` to behind `>>`."""
        raise NotImplementedError  # a class built on this one reads it

    def comprehension(self) -> Comprehension:
        """From behind `for`."""
        raise NotImplementedError  # a class built on this one reads it

    def expression(self, least: int, left: Expr | None = None) -> Expr:
        """An operand, and every operator behind it that binds at least so tightly; `left` is an operand that was read already."""
        if left is None:
            left = self.operand()
        kinds = self.kinds
        while True:
            kind = kinds[self.position]
            operator = BINARY.get(kind)
            if operator is None or operator[0] < least:
                return left
            if kind in {"+", "-"}:
                if self.new_line_before(self.position):
                    return left
                self.refuse_lopsided(self.position)
            left = self._combined(left, operator)

    def _combined(self, left: Expr, operator: tuple[int, int, str]) -> Expr:
        at, height = self.starts[self.position], self.height
        begin = left.at
        _, right_least, name = operator
        self.position += 1
        if name == "|>":
            return self._piped(left, begin)
        if name == "not in":
            self.expect("in")
        self.enter()
        if name == "<>":
            return self._concatenation(left, begin, height)
        enclosed = left is getattr(self, "enclosed", None)
        right = self.expression(right_least)
        self.depth -= 1
        self.higher(max(height, self.height) + 1, at)
        if name == "=":
            return Both(left, right, begin)
        if name == "..":
            return RangeOf(left, right, None, begin)
        if name == "//":
            if not isinstance(left, RangeOf) or left.step is not None:
                raise PatternError("the range step operator (//) must immediately follow the range definition operator (..)", self.text, at)
            return RangeOf(left.first, left.last, right, begin)
        if name == "not in":
            return Call("not", (Call("in", (left, right), begin),), begin)
        if name == "in" and isinstance(left, Call) and left.function in {"not", "!"} and not enclosed:
            return Call(left.function, (Call("in", (*left.args, right), begin),), begin)  # Elixir reads `not a in b` so
        return Call(name, (left, right), begin)

    def _concatenation(self, left: Expr, begin: int, height: int) -> Expr:
        """`a <> b <> c`: one bitstring, as in Elixir, where only the last operand of a pattern may be of any size."""
        operands = [left]
        while True:
            operands.append(self.expression(201))
            height = max(height, self.height)
            if self.kinds[self.position] != "<>":
                break
            self.position += 1
        self.depth -= 1
        self.higher(height + 1, begin)
        for operand in operands[:-1]:
            if self.matching and isinstance(operand, (Variable, Wildcard)):
                name = operand.name if isinstance(operand, Variable) else "_"
                raise PatternError(
                    "cannot perform prefix match because the left operand of <> has unknown size. The left operand of <> inside a match "
                    f"should either be a literal binary or an existing variable with the pin operator (such as ^some_var). Got: {name}",
                    self.text, operand.at, f"write <<{name}::binary-size(n), ...>>",
                )  # fmt: skip
        return Bitstring(tuple(map(self._joined, operands)), begin, self.end_of(self.position - 1))

    def _joined(self, operand: Expr) -> Segment:
        at = operand.at
        if isinstance(operand, (TupleOf, ListOf, MapOf)) or (isinstance(operand, Literal) and operand.value.__class__ is not bytes):
            raise PatternError("expected binary argument in <> operator", self.text, at, 'join strings and binaries: "ab" <> rest')
        return Segment(operand, "binary", None, 8, at=at, end=at)

    def operand(self) -> Expr:
        """What stands between operators."""
        position = self.position
        kind, at = self.kinds[position], self.starts[position]
        self.position = position + 1
        self.height = 0
        if kind == "id":
            return self._named(position, at)
        if kind == "number":
            return Literal(literals.number(self.texts[position], self.text, at), at)
        if kind == "string":
            return self._string(position, at)
        if kind == "<<":
            return self.bitstring()
        if kind in UNARY:
            return self._unary(kind, at)
        if kind == "^":
            return self._pin(at)
        if kind == "(":
            self.enter()
            inside = self.expression(100)
            self.depth -= 1
            self.expect(")")
            self.enclosed = inside
            return inside
        if kind in WORDS:
            return Literal(WORDS[kind], at)
        return self._other_operand(kind, position, at)

    def _other_operand(self, kind: str, position: int, at: int) -> Expr:
        if kind == "{":
            items = self.items("}")
            return TupleOf(items, at)
        if kind == "[":
            return self.list_(at)
        if kind == "%":
            return self.map_(at)
        if kind == "character":
            return Literal(literals.character(self.texts[position]), at)
        if kind == "charlist" or (kind == "sigil" and self.texts[position][1] in "cC"):
            codes = literals.string(self.texts[position], self.text, at).decode("utf-8", "surrogateescape")
            return ListOf(tuple(Literal(ord(code), at) for code in codes), None, at)
        if kind == "sigil":
            return self._string(position, at)
        if kind == "atom":
            return self._atom(position, at)
        if kind == "alias":
            return self._module(position, at)
        self.position = position
        advice = self.advice_at(position)
        if kind in {"&", "fn"}:
            advice = "functions are no values here"
        raise self.error(self.unexpected(position), advice)

    def _string(self, position: int, at: int) -> Expr:
        written = self.texts[position]
        if written[-1] == ":":
            self.refuse(f"unexpected {self.shown(position)}", "a size follows ::", position)
        found = literals.parts(written, self.text, at)
        if len(found) == 1 and isinstance(found[0], bytes):
            return Literal(found[0], at)
        if not any(isinstance(part, tuple) for part in found):
            return Literal(b"".join(part for part in found if isinstance(part, bytes)), at)
        self.enter()
        height = 0
        made: list[Segment] = []
        for part in found:
            if isinstance(part, bytes):
                made += [Segment(Literal(part, at), "binary", None, 8, at=at, end=at)] if part else []
                continue
            made.append(Segment(self._interpolated(*part), "binary", None, 8, at=part[0], end=part[1]))
            height = max(height, self.height)
        self.depth -= 1
        self.higher(height + 2, at)
        return Bitstring(tuple(made), at, self.end_of(position))

    def _interpolated(self, begin: int, end: int) -> Expr:
        """What `#{...}` puts into a string."""
        inner = self.__class__(self.text, extended=self.extended, begin=begin, end=end)
        inner.depth = self.depth
        value = inner.expression(100)
        if inner.kinds[inner.position] != "eof":
            inner.refuse(inner.unexpected(inner.position))
        self.height = inner.height
        return Call("to_string", (value,), begin)

    def _atom(self, position: int, at: int) -> Expr:
        written = self.texts[position]
        if self.kinds[self.position] == "." and self.kinds[self.position + 1] == "id" and written == ":erlang":
            return self._remote(written, at)
        name = written[1:]
        if name[0] in "\"'":
            name = literals.string(name, self.text, at).decode("utf-8", "replace")
        return Literal(WORDS.get(name, name), at)

    def _module(self, position: int, at: int) -> Expr:
        name = self.texts[position]
        while self.kinds[self.position] == "." and self.kinds[self.position + 1] == "alias":
            name += "." + self.texts[self.position + 1]
            self.position += 2
        if self.kinds[self.position] == ".":
            return self._remote(name, at)
        return Literal(f"Elixir.{name}", at)

    def _unary(self, kind: str, at: int) -> Expr:
        self.enter()
        operand = self.expression(300)
        self.depth -= 1
        if kind in {"-", "+"} and isinstance(operand, Literal) and operand.value.__class__ in {int, float}:
            return Literal(-operand.value if kind == "-" else operand.value, at)
        self.higher(self.height + 1, at)
        return Call(UNARY[kind], (operand,), at)

    def _pin(self, at: int) -> Expr:
        position, closings = self.position, 0
        while self.kinds[position] == "(":
            position, closings = position + 1, closings + 1
        if self.kinds[position] != "id" or self.texts[position] == "_":
            self.refuse(
                f"invalid argument for unary operator ^, expected an existing variable, got: {self.shown(position)}",
                "^name compares with the value of name", position,
            )  # fmt: skip
        self.position = position + 1
        for _ in range(closings):
            self.expect(")")
        return Pin(self.texts[position], at)

    def _named(self, position: int, at: int) -> Expr:
        """A variable, or a call."""
        name, behind = self.texts[position], self.kinds[position + 1]
        if name == "_":
            return Wildcard(at)
        if name in {"if", "unless"}:
            return self._if(name, at)
        if name == "for":
            return self.comprehension()
        if behind == "(" and not self.new_line_before(position + 1):
            self.position += 1
            return self._call("", name, self.items(")"), position, at)
        if behind in _OPERAND and self._is_function(name) and not self.new_line_before(position + 1):
            return self._call("", name, self._arguments(), position, at)
        return Variable(name, at)

    def _is_function(self, name: str) -> bool:
        return any(functions.canonical("", name, arity) for arity in (1, 2, 3))

    def _arguments(self) -> tuple[Expr, ...]:
        """The arguments of a call without parentheses."""
        self.enter()
        found = [self.expression(100)]
        height = self.height
        while self.kinds[self.position] == ",":
            self.position += 1
            found.append(self.expression(100))
            height = max(height, self.height)
        self.depth -= 1
        self.height = height
        return tuple(found)

    def _remote(self, module: str, at: int) -> Expr:
        """`Module.function(...)`, from the dot."""
        position = self.position + 1
        if self.kinds[position] != "id":
            self.refuse(f"expected the name of a function, found {self.shown(position)}", "", position)
        self.position = position + 1
        items: tuple[Expr, ...] = ()
        if self.kinds[self.position] == "(":
            self.position += 1
            items = self.items(")")
        return self._call(module, self.texts[position], items, position, at)

    def _call(self, module: str, name: str, args: tuple[Expr, ...], position: int, at: int) -> Expr:
        found = functions.canonical(module, name, len(args))
        if found is None:
            shown = f"{module}.{name}" if module else name
            raise PatternError(
                f"undefined function {shown}/{len(args)}", self.text, self.starts[position], functions.advice(module, name, len(args))
            )
        self.higher(self.height + 1, at)
        return Call(found, args, at)

    def _piped(self, left: Expr, begin: int) -> Expr:
        """`left |> name(more)`, from behind the operator."""
        position, height = self.position, self.height
        kind, module = self.kinds[position], ""
        if kind == "alias":
            module = self.texts[position]
            position += 1
            while self.kinds[position] == "." and self.kinds[position + 1] == "alias":
                module += "." + self.texts[position + 1]
                position += 2
            position += self.kinds[position] == "."
        if self.kinds[position] != "id":
            self.refuse(f"expected a call behind |>, found {self.shown(position)}", "write value |> function()", position)
        self.position = position + 1
        more: tuple[Expr, ...] = ()
        self.height = 0
        if self.kinds[self.position] == "(":
            self.position += 1
            more = self.items(")")
        self.height = max(height, self.height)
        tighter = BINARY.get(self.kinds[self.position])
        if tighter is not None and tighter[0] > BINARY["|>"][0]:
            self.refuse(f"cannot pipe into {self.shown(self.position)}", "put the pipe in parentheses")
        return self._call(module, self.texts[position], (left, *more), position, begin)

    def _if(self, name: str, at: int) -> Expr:
        """`if condition, do: a, else: b`, with parentheses or without, or with `do` and `end`."""
        self.enter()
        parenthesized = self.kinds[self.position] == "(" and self._comma_before_closing()
        self.position += parenthesized
        condition = self.expression(100)
        height = self.height
        branches: dict[str, Expr] = {}
        if self.kinds[self.position] == ",":
            self.position += 1
            for key, value in self.pairs(")"):
                assert isinstance(key, Literal)
                branches[key.value] = value
            height = max(height, self.height)
        if parenthesized:
            self.expect(")")
        if not branches:
            self.expect("do", "do")
            branches["do"] = self.expression(100)
            height = max(height, self.height)
            if self.kinds[self.position] == "else":
                self.position += 1
                branches["else"] = self.expression(100)
                height = max(height, self.height)
            self.expect("end")
        self.depth -= 1
        self.higher(height + 1, at)
        if "do" not in branches or branches.keys() - {"do", "else"}:
            raise PatternError(f"{name} takes do: and else:", self.text, at, f"write {name} condition, do: a, else: b")
        both = (branches["do"], branches.get("else", Literal(None, at)))
        return Call("if", (condition, *(both if name == "if" else both[::-1])), at)

    def _comma_before_closing(self) -> bool:
        """Whether the parenthesis here holds all of the arguments: `if(a, do: b)`, and not only a part of the first."""
        level = 0
        for place in range(self.position, len(self.kinds)):
            kind = self.kinds[place]
            if kind in {"(", "[", "{", "<<"}:
                level += 1
            elif kind in {")", "]", "}", ">>"}:
                level -= 1
                if level == 0:
                    return False
            elif kind == "," and level == 1:
                return True
        return False
