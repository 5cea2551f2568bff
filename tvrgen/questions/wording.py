"""Words of sentences: lists of names, and first letters."""

from collections.abc import Sequence


def joined(words: Sequence[str], last: str = " and ") -> str:
    """A list of words as a sentence has it: "size, color and shape"; "" for none. `last` stands before the last one."""
    return last.join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def capitalized(text: str) -> str:
    """A text whose first letter is a capital; the others stay as they are."""
    return text[:1].upper() + text[1:]
