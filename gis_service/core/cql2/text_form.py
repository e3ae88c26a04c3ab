"""CQL2 text: ``street = '桂园街道' AND area_m2 > 1000`` as an expression."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import shapely
from shapely.errors import GEOSException

from gis_service.core.cql2.nodes import (
    COMPARISONS,
    MAX_DEPTH,
    SPATIAL,
    TEMPORAL,
    Expression,
    Operation,
    Property,
    Value,
    box,
    geometry,
    interval,
    limited,
    moment,
    number,
    text_length,
    too_deep,
    wrong,
)
from gis_service.errors import ParameterError

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>'(?:[^'\\]|''|\\.)*')
      | (?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
      | (?P<quoted>"[^"]+")
      | (?P<name>[^\W\d][\w.:]*)
      | (?P<sign><>|<=|>=|[=<>(),])
    )""",
    re.VERBOSE,
)
_WKT = {
    "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON",
    "GEOMETRYCOLLECTION",
}  # fmt: skip
_WORDS = {"AND", "OR", "NOT", "LIKE", "BETWEEN", "IN", "IS", "NULL", "TRUE", "FALSE"}
_FUNCTIONS = {*SPATIAL, *TEMPORAL, "casei"}


class Token(NamedTuple):
    """A word of the text and where it stands."""

    kind: str
    text: str
    at: int


def parse_text(text: str) -> Expression:
    """Read CQL2 text.

    Raises
    ------
    ParameterError
        That names the place at which it can't be read.

    Examples
    --------
    >>> parse_text("a = 1 AND NOT b IS NULL").op
    'and'
    """
    text_length(text)
    reader = _Reader(text)
    found = reader.disjunction(0)
    if reader.next.kind != "end":
        raise reader.unexpected()
    return limited(found)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self.next = self._read()

    def _read(self) -> Token:
        found = _TOKEN.match(self._text, self._position)
        if found is None:
            rest = self._text[self._position :]
            self.next = Token("end" if not rest.strip() else "strange", rest.strip()[:20],
                              self._position)  # fmt: skip
            if self.next.kind == "strange":
                raise self.unexpected()
            return self.next
        self._position = found.end()
        kind = str(found.lastgroup)
        return Token(kind, found[kind], found.start(kind))

    def take(self) -> Token:
        token, self.next = self.next, self._read()
        return token

    def is_word(self, *words: str) -> bool:
        return self.next.kind == "name" and self.next.text.upper() in words

    def is_sign(self, *signs: str) -> bool:
        return self.next.kind == "sign" and self.next.text in signs

    def word(self, word: str) -> bool:
        found = self.is_word(word)
        if found:
            self.take()
        return found

    def sign(self, sign: str) -> None:
        if not self.is_sign(sign):
            raise self.unexpected(sign)
        self.take()

    def unexpected(self, wanted: str = "") -> ParameterError:
        at, seen = self.next.at + 1, self.next.text
        more_zh, more_en = (f"；应为 {wanted}", f"; expected {wanted}") if wanted else ("", "")
        shown = (f"“{seen}”", repr(seen)) if seen else ("结尾", "the end")
        return wrong(
            f"第 {at} 个字符处的{shown[0]}读不懂{more_zh}。",
            f"{shown[1]} at character {at} can't be read{more_en}.",
            position=at,
        )

    def disjunction(self, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise too_deep()
        terms = [self.conjunction(depth)]
        while self.word("OR"):
            terms.append(self.conjunction(depth))
        return terms[0] if len(terms) == 1 else Operation("or", tuple(terms))

    def conjunction(self, depth: int) -> Expression:
        factors = [self.factor(depth)]
        while self.word("AND"):
            factors.append(self.factor(depth))
        return factors[0] if len(factors) == 1 else Operation("and", tuple(factors))

    def factor(self, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise too_deep()
        if self.word("NOT"):
            return Operation("not", (self.factor(depth + 1),))
        if self.is_sign("("):
            self.take()
            inner = self.disjunction(depth + 1)
            self.sign(")")
            return inner
        return self.predicate(depth)

    def predicate(self, depth: int) -> Expression:
        left = self.operand(depth)
        if isinstance(left, Operation) and left.op != "casei":
            return left
        if self.next.kind == "sign" and self.next.text in COMPARISONS:
            return Operation(self.take().text, (left, self.operand(depth)))
        if self.word("IS"):
            negated = self.word("NOT")
            if not self.word("NULL"):
                raise self.unexpected("NULL")
            return _unless(negated, Operation("isNull", (left,)))
        negated = self.word("NOT")
        if self.word("LIKE"):
            return _unless(negated, Operation("like", (left, self.operand(depth))))
        if self.word("BETWEEN"):
            low = self.operand(depth)
            if not self.word("AND"):
                raise self.unexpected("AND")
            return _unless(negated, Operation("between", (left, low, self.operand(depth))))
        if self.word("IN"):
            return _unless(negated, Operation("in", (left, *self.arguments(depth))))
        stands_alone = isinstance(left, Property) or (
            isinstance(left, Value) and left.kind == "boolean"
        )
        if not negated and stands_alone:
            return left
        raise self.unexpected("= <> < > <= >= LIKE BETWEEN IN IS")

    def operand(self, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise too_deep()
        token = self.next
        if token.kind == "string":
            return Value("string", _unquoted(self.take().text))
        if token.kind == "number":
            return number(float(self.take().text))
        if token.kind == "quoted":
            return Property(self.take().text[1:-1])
        if token.kind != "name":
            raise self.unexpected()
        upper = token.text.upper()
        if upper in ("TRUE", "FALSE"):
            self.take()
            return Value("boolean", upper == "TRUE")
        if upper in _WORDS:
            raise self.unexpected()
        if upper in _WKT:
            return self.shape()
        self.take()
        return self.call(token, depth) if self.is_sign("(") else Property(token.text)

    def call(self, token: Token, depth: int) -> Expression:
        name = token.text.lower()
        known = {*_FUNCTIONS, "bbox", "date", "timestamp", "interval"}
        if name not in known:
            listed = ", ".join(sorted(known))
            raise wrong(
                f"没有函数“{token.text}”；可用：{listed}。",
                f"there is no function {token.text!r}; available: {listed}.",
            )
        args = self.arguments(depth + 1)
        if name in _FUNCTIONS:
            return Operation(name, tuple(args))
        given = [arg.value for arg in args if isinstance(arg, Value)]
        kind = float if name == "bbox" else str
        count = {"bbox": (4, 6), "date": (1,), "timestamp": (1,), "interval": (2,)}[name]
        if (
            len(given) not in count
            or len(args) not in count
            or not all(isinstance(value, kind) for value in given)
        ):
            raise wrong(
                f"{token.text} 的参数不可用；应为 {count[0]} 个值。",
                f"the arguments of {token.text} can't be used; it takes {count[0]} literals.",
            )
        if name == "bbox":
            return box(given)
        return interval(*given) if name == "interval" else Value("time", moment(given[0]))

    def arguments(self, depth: int) -> list[Expression]:
        self.sign("(")
        found = [self.operand(depth)]
        while self.is_sign(","):
            self.take()
            found.append(self.operand(depth))
        self.sign(")")
        return found

    def shape(self) -> Value:
        start = self.next.at
        depth = 0
        for end in range(start, len(self._text)):
            depth += {"(": 1, ")": -1}.get(self._text[end], 0)
            if depth == 0 and self._text[end] == ")":
                break
        else:
            raise self.unexpected()
        try:
            with np.errstate(all="ignore"):
                made = shapely.from_wkt(self._text[start : end + 1])
        except (GEOSException, ValueError) as error:
            raise wrong(
                f"WKT 几何读不懂：{error}。", f"WKT that can't be read: {error}."
            ) from error
        self._position = end + 1
        self.next = self._read()
        return geometry(made)


def _unless(negated: bool, operation: Operation) -> Operation:
    return Operation("not", (operation,)) if negated else operation


def _unquoted(text: str) -> str:
    return re.sub(r"''|\\'", "'", text[1:-1])
