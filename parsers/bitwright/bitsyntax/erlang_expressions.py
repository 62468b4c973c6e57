"""Erlang's expressions, guards and terms as patterns: tokens to tree.

Promise: every refusal is a `PatternError` that points at the token at fault.
"""

from __future__ import annotations

from typing import Final, NoReturn
from typing import Literal as OneOf

from bitwright.bitsyntax import erlang_functions, erlang_lexer
from bitwright.bitsyntax.token_cursor import TokenCursor
from bitwright.bitsyntax.tree import Bitstring, Both, Call, Comprehension, Expr, ListOf, Literal, MapOf, TupleOf, Variable, Wildcard
from bitwright.errors import PatternError

_ATOMS: Final[dict[str, bool | None]] = {"true": True, "false": False, "nil": None}
_SIMPLE: Final = frozenset({"var", "number", "string", "atom", "quoted", "char", "sigil"})

# where an expression stands: what is compared, what decides, what is computed
Mode = OneOf["pattern", "guard", "body"]


class Expressions(TokenCursor):
    """The cursor of Erlang, and how it reads expressions."""

    __slots__ = ()

    def __init__(self, text: str, *, extended: bool = False) -> None:
        tokens = erlang_lexer.Tokens(text)
        super().__init__(text, tokens.kinds, tokens.texts, tokens.starts, extended=extended)

    def unexpected(self, wanted: str = "") -> NoReturn:
        """Refuse the next token, which cannot stand where it does."""
        from bitwright.bitsyntax.advice import erlang as likely

        kind, before = self.kinds[self.position], self.kinds[self.position - 1] if self.position else ""
        hint = likely(kind, before, self.texts[self.position], self.position == 0)
        missing = f": {wanted} is missing" if wanted else ""
        empty = kind == "eof" and self.position == 0
        self.refuse("the text is empty" if empty else f"syntax error before {self.shown(self.position)}{missing}", hint)

    def expect(self, kind: str) -> None:
        """Go past a token of a kind, or refuse."""
        if self.kinds[self.position] != kind:
            self.unexpected(kind)
        self.position += 1

    def expression(self, mode: Mode, least: int = 0) -> Expr:
        """An expression whose operators bind at least so tightly."""
        self.enter()
        left = self._operand(mode)
        height = self.height
        binary = erlang_functions.BINARY
        while True:
            found = binary.get(self.kinds[self.position])
            if found is None or found[0] < least:
                break
            place = self.position
            self.position = place + 1
            right = self.expression(mode, found[1])
            if found[0] == erlang_functions.COMPARED and binary.get(self.kinds[self.position], (0,))[0] == erlang_functions.COMPARED:
                self.unexpected()
            self.higher(max(height, self.height) + 1, self.starts[place])
            height = self.height
            left = self._joined(mode, found[2], left, right, place)
        self.depth -= 1
        self.height = height
        return left

    def _joined(self, mode: Mode, operator: str, left: Expr, right: Expr, place: int) -> Expr:
        at = self.starts[place]
        if mode == "pattern":
            if operator == "=":
                return Both(left, right, left.at)
            if operator == "++":
                return self._prefixed(left, right, place)
            return self.folded(operator, (left, right), at)
        if operator == "=":
            what = "a guard compares with =:=" if mode == "guard" else "give the value under the variable's name"
            self.refuse("a match is no expression here", what, place)
        if mode == "guard" and operator in ("++", "--"):
            self.refuse(f"illegal guard expression: {operator}", "", place)
        return Call(operator, (left, right), at)

    def _prefixed(self, left: Expr, right: Expr, place: int) -> Expr:
        if not isinstance(left, ListOf) or left.tail is not None or any(item.__class__ is not Literal for item in left.items):
            self.refuse("illegal pattern", 'before ++ stands a string or a list of numbers: "abc" ++ Rest', place)
        items = left.items
        if not items:
            return right
        if isinstance(right, ListOf):
            return ListOf((*items, *right.items), right.tail, left.at)
        return ListOf(items, right, left.at)

    def folded(self, operator: str, operands: tuple[Expr, ...], at: int) -> Literal:
        """The number that an operator in a pattern stands for."""
        from bitwright import terms

        known = [operand.value for operand in operands if isinstance(operand, Literal)]
        if len(known) == len(operands) and operator in erlang_functions.ARITHMETIC:
            try:
                return Literal(terms.apply(operator, *known), operands[0].at if len(operands) > 1 else at)
            except terms.TermFault as fault:
                raise PatternError(f"illegal pattern: {fault}", self.text, at) from None
        raise PatternError("illegal pattern", self.text, at, "a pattern may compute with numbers only; conditions stand behind when")

    def _operand(self, mode: Mode) -> Expr:
        kind = self.kinds[self.position]
        if kind in erlang_functions.UNARY:
            at = self.starts[self.position]
            self.position += 1
            operand = self.expression(mode, erlang_functions.PREFIX_BINDS)
            self.higher(self.height + 1, at)
            return self.signed(mode, kind, operand, at)
        if kind not in {"atom", "quoted"}:
            return self.primary(mode)
        follows = self.kinds[self.position + 1]
        if follows == "(":
            return self._call(mode, "")
        if follows == ":" and self.kinds[self.position + 2] in ("atom", "quoted") and self.kinds[self.position + 3] == "(":
            module = self.atom()
            self.position += 1
            return self._call(mode, "" if module == "erlang" else f"{module}:")
        return self.primary(mode)

    def signed(self, mode: Mode, operator: str, operand: Expr, at: int) -> Expr:
        """An operator before its operand; a number and its sign are one literal."""
        function = erlang_functions.UNARY[operator]
        if mode == "pattern" or (isinstance(operand, Literal) and operand.value.__class__ in (int, float) and operator == "-"):
            return self.folded(function, (operand,), at)
        return Call(function, (operand,), at)

    def atom(self) -> str:
        """The name that an atom is, with or without quotes."""
        word = self.texts[self.position]
        if self.kinds[self.position] == "quoted":
            word = erlang_lexer.unquoted(word, self.text, self.starts[self.position])
        self.position += 1
        return word

    def _call(self, mode: Mode, module: str) -> Expr:
        place = self.position
        at = self.starts[place]
        name = module + self.atom()
        self.position += 1
        if mode == "pattern":
            self.refuse("illegal pattern", "a pattern calls no function; conditions stand behind when", place)
        args = self._items(mode, ")")
        self.higher(self.height + 1, at)
        found = erlang_functions.call(name, args, at, guard=mode == "guard")
        if found is not None:
            return found
        if (name, len(args)) in erlang_functions.BODIES:
            self.refuse(f"illegal guard expression: {name}/{len(args)}", "a guard may call the functions that Erlang allows there", place)
        if (name, len(args)) == ("binary_part", 2):
            self.refuse("binary_part of something else than {Start, Length}", "write binary_part(Binary, Start, Length)", place)
        return self.refuse(f"there is no function {name}/{len(args)} here", "", place)

    def _items(self, mode: Mode, closing: str) -> tuple[Expr, ...]:
        """What stands between commas up to a closing bracket; `height` becomes that of the highest."""
        if self.kinds[self.position] == closing:
            self.position += 1
            self.height = 0
            return ()
        items = self._further(mode, self.expression(mode))
        self.expect(closing)
        return items

    def _further(self, mode: Mode, first: Expr) -> tuple[Expr, ...]:
        """What was read first, and what follows it between commas."""
        items = [first]
        height = self.height
        while self.kinds[self.position] == ",":
            self.position += 1
            items.append(self.expression(mode))
            height = max(height, self.height)
        self.height = height
        return tuple(items)

    def primary(self, mode: Mode) -> Expr:
        """What needs no parentheses where a segment has its value or its size."""
        kind, at = self.kinds[self.position], self.starts[self.position]
        if kind in _SIMPLE:
            return self._simple(kind, mode, at)
        self.position += 1
        if kind == "(":
            inner = self.expression(mode)
            self.expect(")")
            return inner
        if kind == "<<":
            return self.bitstring(mode)
        if kind == "{":
            items = self._items(mode, "}")
            self.higher(self.height + 1, at)
            return TupleOf(items, at)
        if kind == "[":
            return self._list(mode, at)
        if kind == "#":
            return self._map(mode, at)
        self.position -= 1
        if kind in erlang_lexer.RESERVED and kind not in erlang_functions.BINARY and kind not in ("when", "end", "of"):
            self.refuse(f"{kind} is not understood", "a pattern, a guard or a construction is an expression without control structures")
        return self.unexpected()

    def _simple(self, kind: str, mode: Mode, at: int) -> Expr:
        self.height = 1
        word = self.texts[self.position]
        if kind in {"atom", "quoted"}:
            name = self.atom()
            return Literal(_ATOMS.get(name, name), at)
        if kind == "string":
            return ListOf(tuple(Literal(ord(character), at) for character in self.string()), None, at)
        self.position += 1
        if kind == "var":
            if word != "_":
                return Variable(word, at)
            if mode == "pattern":
                return Wildcard(at)
            self.refuse("variable _ is unbound", "only a pattern may have _", self.position - 1)
        if kind == "number":
            return Literal(erlang_lexer.number(word, self.text, at), at)
        if kind == "char":
            return Literal(erlang_lexer.character(word, self.text, at), at)
        plain = erlang_lexer.unquoted(word[word.index('"') :], self.text, at + word.index('"'))
        if word[1] == "s":
            return ListOf(tuple(Literal(ord(character), at) for character in plain), None, at)
        return Literal(plain.encode(), at)

    def string(self) -> str:
        """A string, or several that follow each other, which are one."""
        parts: list[str] = []
        while self.kinds[self.position] == "string":
            parts.append(erlang_lexer.unquoted(self.texts[self.position], self.text, self.starts[self.position]))
            self.position += 1
        return parts[0] if len(parts) == 1 else "".join(parts)

    def _list(self, mode: Mode, at: int) -> Expr:
        if self.kinds[self.position] == "]":
            self.position += 1
            self.height = 1
            return ListOf((), None, at)
        first = self.expression(mode)
        if self.kinds[self.position] == "||" and mode == "body":
            return self.comprehension(first, "]", at)
        items = self._further(mode, first)
        height = self.height
        tail: Expr | None = None
        if self.kinds[self.position] == "|":
            self.position += 1
            tail = self.expression(mode)
            height = max(height, self.height)
        self.expect("]")
        self.higher(height + 1, at)
        return ListOf(items, tail, at)

    def _map(self, mode: Mode, at: int) -> Expr:
        if self.kinds[self.position] != "{":
            self.refuse("records are not understood", "write the tuple that the record is: {name, Field1, Field2}", self.position - 1)
        self.position += 1
        arrow, other = (":=", "=>") if mode == "pattern" else ("=>", ":=")
        pairs: list[tuple[Expr, Expr]] = []
        height = 0
        while self.kinds[self.position] != "}" or pairs:
            key = self.expression("guard" if mode == "pattern" else mode)
            height = max(height, self.height)
            if self.kinds[self.position] == other:
                what = "a map is matched with" if mode == "pattern" else "a map is made with"
                self.refuse(f"illegal {'pattern' if mode == 'pattern' else 'map'}: {other}", f"{what} {arrow}")
            self.expect(arrow)
            pairs.append((key, self.expression(mode)))
            height = max(height, self.height)
            if self.kinds[self.position] != ",":
                break
            self.position += 1
        self.expect("}")
        self.higher(height + 1, at)
        return MapOf(tuple(pairs), at)

    def bitstring(self, mode: Mode) -> Bitstring | Comprehension:
        """From behind `<<` to behind `>>`."""
        raise NotImplementedError  # a class built on this one reads it

    def comprehension(self, body: Expr, closing: str, at: int) -> Comprehension:
        """From `||` to behind the closing bracket."""
        raise NotImplementedError  # a class built on this one reads it
