"""The terms of a question as its answers use them: names of objects, and the arities of kinds of change."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from tvrgen.questions.forms.arities import Arities
from tvrgen.questions.forms.changes_text import Looks, spelled
from tvrgen.transformations.base import Step

_LONGEST = 200  # characters kept of a kind or a value, so that an Answer is small however long its text is
_NO_LOOKS = {"the", "a", "an", "and", "then", "object"}

Words = tuple[frozenset[str], ...]
"""The words for each object; empty where answers name objects by indices."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is known of a question before its answer is read."""

    words: Words
    arities: Arities

    def described(self, name: str) -> int | None:
        """The index of the only object whose looks contain all words of a name; None if there are several, or none."""
        for text in (name, name.replace("_", " ")):
            words = {spelled(word) for word in text.split()} - _NO_LOOKS
            found = [k for k, own in enumerate(self.words) if words <= own]
            if words and len(found) == 1:
                return found[0]
        return None


def words_of(looks: Sequence[Looks]) -> Words:
    """The words for objects of these looks."""
    return _words_of(tuple(map(tuple, looks))) if looks else ()


@lru_cache(maxsize=256)
def _words_of(looks: tuple[tuple[str, ...], ...]) -> Words:
    return tuple(frozenset(spelled(word.lower()) for word in own) for own in looks)


def step(objects: tuple[int, ...], kind: str, value: str) -> Step:
    """The step that an answer says."""
    return Step(objects=objects, kind=spelled(_kept(kind)), value=_kept(value))


def _kept(text: str) -> str:
    """A text as an Answer keeps it: what is cut ends in dots, so that it is not taken for a shorter one."""
    text = text.strip()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def short(text: str) -> str:
    """The beginning of a text, quoted, for a fault."""
    return repr(text if len(text) <= 40 else f"{text[:37]}...")
