"""Reader of data in answers: JSON, lines of JSON, and literals of Python, from text in lower case without backslashes.

Time and stack are limited whatever the text is: `ast.literal_eval` needs a stack that threads may not have.
"""

import json
import re
from typing import Any

DEEPEST = 40
"""The deepest nesting of brackets that is read."""
_LONGEST = 20_000  # longest text that is read as a literal of Python, in characters
_DIGITS = 1000  # longest number that is read, in characters: the time that one takes grows with their square


class TooLarge(ValueError):
    """Data whose brackets are nested too deep, or with a number that is too long."""


def data_in(text: str) -> Any:
    """Returns the data that a text is; None if it is neither JSON nor a literal of Python. Raises TooLarge."""
    check_depth(text)
    for whole in (text, f"[{','.join(text.splitlines())}]", f"[{text}]"):
        try:
            return json.loads(whole, object_pairs_hook=_without_repeats, parse_int=_whole)
        except TooLarge:
            raise
        except ValueError:
            continue
    if len(text) <= _LONGEST and "'" in text and "#" not in text:  # a comment could take a change back
        try:
            return _Literal(text).whole()
        except TooLarge:
            raise
        except (ValueError, TypeError):  # TypeError: a list or mapping as a key
            return None
    return None


def check_depth(text: str) -> None:
    """Raises TooLarge if brackets in a text are nested deeper than DEEPEST; those in quotes count too."""
    depth = 0
    for bracket in _BRACKET.finditer(text):
        depth = depth + 1 if bracket[0] in "([{" else max(0, depth - 1)
        if depth > DEEPEST:
            raise TooLarge(f"brackets are nested deeper than {DEEPEST}")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A mapping of (key, value) pairs. Raises ValueError if a key occurs twice: the answer would say two things."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key occurs twice")
    return found


def _whole(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise TooLarge("a number is too long")
    return int(digits)


_BRACKET = re.compile(r"[][(){}]")
_QUOTED = "|".join(f"{q}{q}{q}(?:[^{q}]|{q}(?!{q}{q}))*{q}{q}{q}|{q}[^{q}\\n]+{q}|{q}{q}(?!{q})" for q in "'\"")
_TOKEN = re.compile(rf"\s*(?:([][(){{}},:])|[ru]?({_QUOTED})|((?:[+-]\s*)?[0-9.][\w.]*(?:(?<=e)[+-]\w+)?)|\Z)")
_CLOSING = {"(": ")", "[": "]", "{": "}"}


class _Literal:
    """A literal of Python that is read from left to right: numbers, texts, lists, tuples, mappings, sets."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._next()

    def whole(self) -> Any:
        """The value of the whole text. Raises ValueError if it is no literal."""
        found, many = self._values("")
        return tuple(found) if many else found[0]

    def _next(self, at: int = 0) -> None:
        """Goes on to the next token: `_mark` is a bracket, comma or colon, or "" for a value or the end."""
        token = _TOKEN.match(self._text, at)
        if not token:
            raise ValueError("is no literal")
        mark, self._quoted, self._number = token.groups()
        self._mark, self._end = mark or "", token.end()

    def _passed(self, mark: str) -> bool:
        """Whether the next token is this mark, which is passed over then."""
        if self._mark != mark or (self._quoted or self._number):
            return False
        self._next(self._end)
        return True

    def _values(self, closing: str) -> tuple[list[Any], bool]:
        """The values up to a closing bracket or, for "", to the end; and whether there is a comma among them."""
        found: list[Any] = []
        many = False
        while self._mark != closing or self._quoted or self._number:
            found.append(self._value())
            if not self._passed(","):
                break
            many = True
        if self._mark != closing or self._quoted or self._number:
            raise ValueError("is no literal")
        if closing:
            self._next(self._end)
        return found, many

    def _value(self) -> Any:
        if self._quoted:
            parts = []
            while self._quoted:  # texts beside each other are one
                quotes = 3 if self._quoted[:3] in ("'''", '"""') else 1
                parts.append(self._quoted[quotes:-quotes])
                self._next(self._end)
            return "".join(parts)
        if self._number:
            number = self._number
            self._next(self._end)
            return _number(number)
        if self._passed("("):
            found, many = self._values(")")
            return found[0] if len(found) == 1 and not many else tuple(found)
        if self._passed("["):
            return self._values("]")[0]
        if self._passed("{"):
            return self._braced()
        raise ValueError("is no literal")

    def _braced(self) -> Any:
        """A mapping or a set, from behind its opening brace."""
        if self._passed("}"):
            return {}
        first = self._value()
        if not self._passed(":"):
            rest = self._values("}")[0] if self._passed(",") else self._closed()
            return {first, *rest}
        pairs = [(first, self._value())]
        while self._passed(",") and self._mark != "}":
            key = self._value()
            if not self._passed(":"):
                raise ValueError("is no literal")
            pairs.append((key, self._value()))
        self._closed()
        return _without_repeats(pairs)

    def _closed(self) -> list[Any]:
        if not self._passed("}"):
            raise ValueError("is no literal")
        return []


def _number(text: str) -> int | float:
    """A number as Python writes it. Raises ValueError if it is none."""
    if len(text) > _DIGITS:
        raise TooLarge("a number is too long")
    sign, digits = (text[0], text[1:].strip()) if text[0] in "+-" else ("+", text)
    try:
        value: int | float = int(digits, 0)
    except ValueError:
        if digits.isdecimal():  # such as 01
            raise
        value = float(digits)
    return -value if sign == "-" else value
