"""Reader of answers: tolerant of notation, strict about meaning.

Case, spaces, quotes, brackets, order, lists, JSON, marks of LaTeX and Markdown, "colour", "grey", "forward" for front,
"from red to cyan" for cyan: all of these are read. Any other text in an answer is a fault, so that "2.color.cyan or
2.color.red" is no answer.

An answer goes through `passes.MARKUP`. If it is JSON or a Python literal then, `changes_data` reads it. Otherwise it
goes through `passes.INDEXED` and `calls.as_triplets`, or through `passes.DESCRIBED`, and `_scanned` finds its changes
one after another. The kinds read their own values (`Transformation.read`).

The time that it takes grows no faster than the length of the answer, whatever that is: no regular expression here or in
`passes` can read one text in two ways (tests/questions/forms/ambiguity.py checks each of them).
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from tvrgen._support import limits
from tvrgen.questions.forms import calls, changes_data, literals, passes
from tvrgen.questions.forms.arities import Arities, arity, transformation
from tvrgen.questions.forms.changes_data import NO_KIND
from tvrgen.questions.forms.changes_text import Answer, Looks
from tvrgen.questions.forms.terms import Terms, short, step, words_of
from tvrgen.transformations import reading
from tvrgen.transformations.base import NEW, Step

_LONGEST = 200  # characters of a text whose fault is kept for the next time


def parse_answer(text: str, looks: Sequence[Looks] = (), arities: Arities | None = None) -> Answer:
    """Reads the text between <answer> and </answer>. Never raises.

    Without `looks`, objects are named by their indices. With the `looks` of the initial objects, they are named by
    these, or by those words of them that fit no other object; indices are faults then, as the prompt shows none.
    `arities` are those of kinds that are not built in, as far as they are known.
    """
    text, faults = cut(text)
    text = passes.run(text, passes.MARKUP)
    found = _read(text, Terms(words_of(looks), arities or {}), data=True)
    return Answer(found.steps, found.faults + faults) if faults else found


def cut(text: str) -> tuple[str, tuple[str, ...]]:
    """Returns as much of a text as is read, and a fault if that is not all of it."""
    if len(text) <= (longest := limits.RESPONSE.value):
        return text, ()
    return text[:longest], (f"has {len(text)} characters; {limits.RESPONSE.remedy}",)


def _read(text: str, terms: Terms, data: bool) -> Answer:
    """The changes in a text that has gone through `passes.MARKUP`; `data`: whether it may be JSON or a literal."""
    if not text:
        return Answer((), ("is empty",))
    if data and text[0] in "[{":
        try:
            found = literals.data_in(text)
        except literals.TooLarge:
            return Answer((), (f"cannot read {short(text)}",))
        if found is not None:
            return changes_data.changes_in(
                found, terms, lambda entry: _read(passes.run(entry, passes.MARKUP), terms, data=False)
            )
    if terms.words:
        text = passes.run(text, passes.DESCRIBED)
    else:
        text = calls.as_triplets(passes.run(text, passes.INDEXED), terms.arities)
    return Answer(()) if _NOTHING.fullmatch(text) else _scanned(text, terms)


def _scanned(text: str, terms: Terms) -> Answer:
    """The changes in a text, from left to right; text between them is a fault unless it is only punctuation."""
    steps: list[Step] = []
    faults: list[str] = []
    at = end = 0
    head_from = (_DESCRIBED_HEAD if terms.words else _HEAD).search

    def is_index(end: int) -> bool:
        return not terms.words and _is_index(text, end, terms.arities)

    while head := head_from(text, at):
        name, kind, gap = head.groups()
        value = _value(text, head, terms, is_index)
        if value is None:
            at = head.end() if gap and name != NEW else head.start() + 1
            continue
        objects, before = _objects(name, kind, text[end : head.start()], terms)
        _add_fault(before, faults)
        at = end = value[1]
        if objects is None:
            faults.append(f"no single object is {short(name)}")
        elif len(objects) > 1 and len(set(objects)) < len(objects):
            faults.append(f"{short(name)} names an object twice")
        else:
            steps.append(step(objects, kind, value[0]))
    _add_fault(text[end:], faults)
    if not steps and not faults:
        faults.append(f"cannot read {short(text)}")
    return Answer(tuple(steps), tuple(faults))


_NO = r"no[\s_-]+(?:changes?|differences?|objects?\s+(?:has\s+|have\s+)?changed)"
_NOTHING = re.compile(
    rf"[\s\[({{]*(?:(?:there\s+(?:is|are|was|were)\s+)?{_NO}|nothing(?:\s+(?:has\s+)?changed)?|none|unchanged)"
    r"(?:\s+(?:(?:were\s+|was\s+|are\s+|is\s+)?(?:detected|found)|at\s+all|in\s+the\s+scene|between\s+the\s+(?:two\s+)?(?:images|scenes|pictures)))?[\s\])}.!]*"
)

_SEPARATOR = r"(?:\s*(?:[-=]>|[.:,=/|→])\s*|\s+)"
_KIND = rf"(?P<kind>[^\W\d]\w*)(?P<gap>{_SEPARATOR})?"
_INDEX = r"(?:(?:object|obj)[\s_]*)?\#?[\[(]?[0-9]{1,6}[\])]?"
_HEAD = re.compile(rf"(?<![\w.+-])(?P<name>{_INDEX}(?:\s*\+\s*{_INDEX}){{0,5}}|{NEW}(?=\s*[.:])){_SEPARATOR}{_KIND}")
_DESCRIBED_HEAD = re.compile(
    rf"(?<![\w+-])(?P<name>(?:[^\W\d][\w+-]*\s+){{0,6}}[^\W\d][\w+-]*)[\])]?\s*(?:[.:]|[-=]>|→)\s*{_KIND}"
)
_AROUND = " \t\n,;()[]{}"
"""Characters around the name of an object that have no meaning."""
_NUMBER = re.compile(r"[0-9]+")
_DOTTED = re.compile(r"\.\w")
_EMPTY_CELL = re.compile(r"[ \t]*\|[ \t]*(?:-[ \t]*)?(?=\n|\Z)")
_NEXT = re.compile(
    rf"\s*\+\s*[0-9]|{_SEPARATOR}(?!and\b|then\b|steps?\b|obj)(?P<kind>[^\W\d]\w*)(?P<more>{_SEPARATOR}[\w+-])?"
)
_FILLER = re.compile(r"[\s,;()\[\]{}&]+|\b(?:and|then)\b|\.(?!\S)")
_SILENT = re.compile(r"[-.:_#•…\s'\"“”‘’«»、。，；]*")
"""Text between changes that has no meaning. Any other text may have one: a "not", a cross, a question mark."""


def _value(text: str, head: re.Match[str], terms: Terms, is_index: Callable[[int], bool]) -> reading.Read:
    """The value behind a head, "" for a kind that has none, and where it ends; None if the head begins no change."""
    kind = head["kind"]
    objects, valued, *_ = arity(kind, terms.arities)
    if kind in NO_KIND or (head["name"] == NEW and objects and not terms.words):
        return None
    after = head.end("kind")
    if not valued and not _DOTTED.match(text, after):
        cell = _EMPTY_CELL.match(text, after)
        return "", cell.end() if cell else after
    return transformation(kind).read(text, head.end(), is_index) if head["gap"] else None


def _is_index(text: str, end: int, arities: Arities) -> bool:
    """Whether a number that ends at a character is the index of another change."""
    found = _NEXT.match(text, end)
    if not found:
        return False
    return found["kind"] is None or bool(found["more"]) or not arity(found["kind"], arities).valued


def _objects(name: str, kind: str, before: str, terms: Terms) -> tuple[tuple[int, ...] | None, str]:
    """The indices of the objects that a change names, None if any cannot be told; and the text before that is left.

    Of several objects that are named by their looks, `name` is the last, and the text before holds the others.
    """
    if not terms.words:
        return (int(name),) if name.isdecimal() else tuple(map(int, _NUMBER.findall(name))), before
    last = terms.described(name)
    if last is None:
        if name == NEW and not arity(kind, terms.arities).objects:
            return (), before
        return (_each_described(name.split("+"), terms) if "+" in name else None), before
    if before.rstrip(_AROUND).endswith("+") and (others := _each_described(before.split("+")[:-1], terms)):
        return (*others, last), ""
    return (last,), before


def _each_described(names: Sequence[str], terms: Terms) -> tuple[int, ...] | None:
    """The indices of the objects that looks name; None if any name is none."""
    found = [terms.described(name.strip(_AROUND)) for name in names]
    whole = tuple(k for k in found if k is not None)
    return whole if len(whole) == len(found) else None


def _add_fault(part: str, faults: list[str]) -> None:
    """Adds a fault to `faults` if the text between two changes is more than punctuation and "and"."""
    if part.strip(" ,") and (fault := (_fault_of_short if len(part) <= _LONGEST else _fault_of)(part)):
        faults.append(fault)


def _fault_of(part: str) -> str | None:
    part = _FILLER.sub(" ", part).strip()
    return None if _SILENT.fullmatch(part) else f"cannot read {short(part)}"


_fault_of_short = lru_cache(maxsize=1024)(_fault_of)
