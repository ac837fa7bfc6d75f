"""The text of a query: lexer and parser, with QBO's own complaints (code 4000)."""

import re
from typing import NamedTuple

from . import faults

KEYWORDS = frozenset(
    (
        "select",
        "from",
        "where",
        "and",
        "order",
        "orderby",
        "by",
        "asc",
        "desc",
        "startposition",
        "maxresults",
        "in",
        "like",
        "count",
    )
)
COUNT = "count"
LARGEST_INTEGER = 2**31 - 1

_TOKEN = re.compile(
    r"""
      (?P<blank>\s+)
    | (?P<string>'(?:[^'\\]|\\['\\])*')
    | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
    | (?P<word>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
    | (?P<operator><=|>=|!=|<>|[=<>(),*])
    """,
    re.VERBOSE,
)
_UNFINISHED_STRING = re.compile(r"'(?:[^'\\]|\\['\\])*")
_ESCAPED = re.compile(r"\\(['\\])")


class Token(NamedTuple):
    """One token; `value` is the unescaped text of a string."""

    kind: str
    image: str
    value: str
    position: int


class Condition(NamedTuple):
    """`path operator values`; one value but for IN."""

    path: str
    operator: str
    values: tuple


class Literal(NamedTuple):
    """A literal: `kind` is string, number or word."""

    kind: str
    value: str


class Query(NamedTuple):
    """A parsed query. `projection` is None for *, COUNT, or a tuple of paths.

    `extra` are properties named beside the star (`SELECT *, Sku`): all come anyway.
    """

    entity: str
    projection: object
    extra: tuple
    conditions: tuple
    order: tuple
    start: int | None
    maximum: int | None


def escape(value):
    """Return `value` as it stands between the quotes of a query."""
    return value.replace("\\", "\\\\").replace("'", "\\'")


def unescape(image):
    """Return the value of a quoted literal."""
    return _ESCAPED.sub(r"\1", image[1:-1])


def _place(text, position):
    line = text.count("\n", 0, position) + 1
    column = position - (text.rfind("\n", 0, position) + 1) + 1
    return f"line {line}, column {column}"


def _lexical_fault(text, position):
    after = ""
    unfinished = _UNFINISHED_STRING.match(text, position)
    if unfinished:
        after, position = unfinished.group(), unfinished.end()
    if position < len(text):
        met = f'"{text[position]}" ({ord(text[position])})'
    else:
        met = "<EOF>"
    return faults.query_parse(
        f"Invalid content. Lexical error at {_place(text, position)}.  "
        f'Encountered: {met}, after : "{after}"'
    )


def tokenize(text):
    """Return the tokens of a query; raises 4000 for what is no token."""
    tokens, position = [], 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _lexical_fault(text, position)
        kind, image = match.lastgroup, match.group()
        if kind == "string":
            tokens.append(Token(kind, image, unescape(image), position))
        elif kind != "blank":
            tokens.append(Token(kind, image, image, position))
        position = match.end()
    tokens.append(Token("end", "<EOF>", "", len(text)))
    return tokens


class _Parser:
    def __init__(self, text):
        self._text = text
        self._tokens = tokenize(text)
        self._next = 0

    # --- small steps ---

    @property
    def _token(self):
        return self._tokens[self._next]

    def _fail(self, *expected):
        token = self._token
        image = '"<EOF>"' if token.kind == "end" else f'" "{token.image} ""'
        listed = "".join(f"\n    {word} ..." for word in expected)
        heading = "Was expecting one of:" if len(expected) > 1 else "Was expecting:"
        raise faults.query_parse(
            f"Encountered {image} at {_place(self._text, token.position)}.\n"
            f"{heading}{listed}\n    "
        )

    def _advance(self):
        token = self._token
        self._next += 1
        return token

    def _at(self, word):
        token = self._token
        return token.kind == "word" and token.image.lower() == word

    def _take(self, word):
        if self._at(word):
            self._advance()
            return True
        return False

    def _expect(self, word):
        if not self._take(word):
            self._fail(f'"{word}"')

    def _at_sign(self, sign):
        return self._token.kind == "operator" and self._token.image == sign

    def _take_sign(self, sign):
        if self._at_sign(sign):
            self._advance()
            return True
        return False

    def _expect_sign(self, sign):
        if not self._take_sign(sign):
            self._fail(f'"{sign}"')

    def _name(self):
        token = self._token
        if token.kind != "word" or token.image.lower() in KEYWORDS - {COUNT}:
            self._fail("<IDENTIFIER>")
        return self._advance().image

    # --- the grammar ---

    def parse(self):
        self._expect("select")
        projection, extra = self._projection()
        self._expect("from")
        entity = self._name()
        conditions = self._conditions() if self._take("where") else ()
        order = self._order() if self._take_order() else ()
        start, maximum = self._paging()
        if self._token.kind != "end":
            self._fail(*self._continuations(conditions))
        return Query(entity, projection, extra, conditions, order, start, maximum)

    @staticmethod
    def _continuations(conditions):
        first = '"and"' if conditions else '"where"'
        rest = ("iterator", "maxresults", "order", "orderby", "startposition")
        return ("<EOF>", first, *(f'"{word}"' for word in rest))

    def _projection(self):
        if self._take_sign("*"):
            return None, self._names() if self._take_sign(",") else ()
        if self._at(COUNT) and self._tokens[self._next + 1].image == "(":
            self._advance()
            self._expect_sign("(")
            self._expect_sign("*")
            self._expect_sign(")")
            return COUNT, ()
        return self._names(), ()

    def _names(self):
        names = [self._name()]
        while self._take_sign(","):
            names.append(self._name())
        return tuple(names)

    def _conditions(self):
        conditions = [self._condition()]
        while self._take("and"):
            conditions.append(self._condition())
        return tuple(conditions)

    def _condition(self):
        path = self._name()
        if self._take("in"):
            return Condition(path, "in", self._list())
        if self._take("like"):
            return Condition(path, "like", (self._literal(),))
        token = self._token
        if token.kind != "operator" or token.image in ("(", ")", ",", "*"):
            self._fail('"="', '"<"', '">"', '"<="', '">="', '"in"', '"like"')
        return Condition(path, self._advance().image, (self._literal(),))

    def _list(self):
        self._expect_sign("(")
        values = [self._literal()]
        while self._take_sign(","):
            values.append(self._literal())
        self._expect_sign(")")
        return tuple(values)

    def _literal(self):
        token = self._token
        bare_words = ("true", "false", "current_date")
        if token.kind in ("string", "number"):
            self._advance()
            return Literal(token.kind, token.value)
        if token.kind == "word" and token.image.lower() in bare_words:
            self._advance()
            return Literal("word", token.image.lower())
        return self._fail("<STRING>", "<NUMBER>", '"true"', '"false"')

    def _take_order(self):
        if self._take("orderby"):
            return True
        if self._take("order"):
            self._expect("by")
            return True
        return False

    def _order(self):
        order = [self._order_item()]
        while self._take_sign(","):
            order.append(self._order_item())
        return tuple(order)

    def _order_item(self):
        path = self._name()
        if self._take("desc"):
            return path, True
        self._take("asc")
        return path, False

    def _paging(self):
        start = maximum = None
        while True:
            if start is None and self._take("startposition"):
                start = self._whole_number()
            elif maximum is None and self._take("maxresults"):
                maximum = self._whole_number()
            else:
                return start, maximum

    def _whole_number(self):
        token = self._token
        if token.kind != "number" or not token.image.lstrip("-").isdigit():
            self._fail("<INTEGER>")
        image = self._advance().image
        digits = image.lstrip("-0") or "0"
        if len(digits) > 10 or int(digits) > LARGEST_INTEGER:
            bounds = {
                True: ("small", "Min", 1),
                False: ("large", "Max", LARGEST_INTEGER),
            }
            word, limit, bound = bounds[image.startswith("-")]
            raise faults.query_validation(
                f"value {image} is too {word}. {limit} allowed value is {bound}"
            )
        return -int(digits) if image.startswith("-") else int(digits)


def parse(text):
    """Return the Query of a text; raises 4000."""
    return _Parser(text).parse()
