"""The protocol of a form of answers: how one is written, asked for, read and compared with the right one.

Forms need the standard library alone, since rewards read answers where tvrgen's other dependencies are not installed.
"""

import reprlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple


class Verdict(NamedTuple):
    """A response's answer compared with the right one: the share of it that is right, in [0, 1], and what is wrong with
    its form, if anything. A share of 1 is a right answer."""

    share: float
    fault: str = ""


class Form(ABC):
    """A form of answers, such as a number."""

    name: ClassVar[str]

    @abstractmethod
    def how(self, truth: Mapping[str, Any]) -> str:
        """The words that ask for an answer of this form: "a number, in digits"."""

    def data(self, value: Any) -> Any:
        """A value as JSON data."""
        return value

    def write(self, value: Any) -> str:
        """The answer with this value."""
        return str(value)

    @abstractmethod
    def judge(self, text: str, truth: Mapping[str, Any]) -> Verdict:
        """Compares the text of an answer with the truth of a question line: `value`, and `among` or others."""

    @abstractmethod
    def guess(self, truth: Mapping[str, Any], draw: Callable[[int], int]) -> str:
        """An answer at random, of those that the question allows; `draw(n)` returns one of 0 to n - 1."""

    @abstractmethod
    def fault(self, truth: Mapping[str, Any]) -> str:
        """What is wrong with a truth of this form, which may be a stranger's; "" if nothing is."""


class _Shown(reprlib.Repr):
    """The beginning of a value's repr. Python writes out no whole number of more than some thousand digits."""

    def repr_int(self, x: int, level: int) -> str:
        return repr(x) if abs(x) < 1e20 else "a whole number of more than 20 digits"


def shown(value: Any, most: int = 40) -> str:
    """The beginning of what is no right answer, for a message: of data nested deep, the outer levels."""
    return _Shown().repr(value)[:most]


def are_texts(values: Any) -> bool:
    """Whether data is a list of texts."""
    return isinstance(values, list) and all(isinstance(text, str) for text in values)
