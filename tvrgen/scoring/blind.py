"""Blind guesses: the answers that the words of questions suggest, to who has seen other questions and no image."""

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence

from tvrgen._support.json_lines import Record
from tvrgen.questions.forms import changes_text
from tvrgen.questions.forms.choice import LETTERS
from tvrgen.questions.forms.registry import FORMS
from tvrgen.questions.registry import CHANGES

Wording = tuple[str, ...]
"""What the words of a question tell: its family, the form of its answer, and of its level the first part."""

_CLUES = ((True, False), (False, True), (True, True))
"""What a guess goes by: the text of an answer, its place among those listed, or both."""
_PARTS = 3  # of the questions of a wording: each is held out once, to tell which clue is the best
_MOST_NAMES = 5  # of a sequence whose orders are compared: they are 120


class Blind:
    """Guesser that has learned from question lines.

    Where questions list the answers that they allow, each of these has two clues: its text, and its place in the list.
    A clue's odds are how often an answer with it was right to how often it was wrong; a guess is the answer with the
    highest odds of its text, or of its place, or the highest product of both. Which of the three, is chosen for each
    wording: the one that was right most often on every third question, after learning from the others, for each of the
    thirds. Then all are learned. Otherwise the guess is the most frequent answer to such questions.
    """

    def __init__(self, seen: Iterable[Record]) -> None:
        by_wording: dict[Wording, list[Record]] = {}
        for question in seen:
            by_wording.setdefault(wording(question), []).append(question)
        self._guessers = {key: _guesser(own) for key, own in by_wording.items()}

    def guess(self, question: Record) -> str:
        """The guess for the answer to a question."""
        guesser, allowed = self._guessers.get(wording(question)), answers(question)
        if guesser is None:
            return allowed[0][1] if allowed else changes_text.NO_CHANGE
        return guesser.guess(allowed)


class _Guesser:
    """What was right of the questions of a wording, by text and by place."""

    def __init__(self, questions: Iterable[Record]) -> None:
        self.clues = _CLUES[-1]
        self._answers: Counter[str] = Counter()
        self._right: Counter[str | int] = Counter()
        self._allowed: Counter[str | int] = Counter()
        for question in questions:
            self._answers[question["answer"]] += 1
            for place, (text, answer) in enumerate(answers(question)):
                for told in (text, place):
                    self._allowed[told] += 1
                    self._right[told] += answer == question["answer"]

    def guess(self, allowed: Sequence[tuple[str, str]]) -> str:
        if not allowed:
            return self._answers.most_common(1)[0][0]
        by_text, by_place = self.clues

        def odds(place: int) -> tuple[float, str]:
            text = allowed[place][0]  # of equal odds, any text will do: the first place may be right more often
            own = self._odds(text, len(allowed)) if by_text else 1.0
            return own * (self._odds(place, len(allowed)) if by_place else 1.0), text

        return allowed[max(range(len(allowed)), key=odds)][1]

    def _odds(self, told: str | int, count: int) -> float:
        """How often an answer with this clue was right to how often it was wrong; if never seen, as one in `count`."""
        right = self._right[told]
        return (right + 1) / (self._allowed[told] - right + max(1, count - 1))


def _guesser(questions: Sequence[Record]) -> _Guesser:
    """The guesser that has learned from all of the questions, and goes by the best clues."""
    right = Counter(dict.fromkeys(reversed(_CLUES), 0))
    for part in range(_PARTS):
        trial = _Guesser(own for k, own in enumerate(questions) if k % _PARTS != part)
        for trial.clues in right:
            held = ((own, answers(own)) for own in questions[part::_PARTS])
            right[trial.clues] += sum(trial.guess(listed) == own["answer"] for own, listed in held if listed)
    found = _Guesser(questions)
    ((found.clues, _),) = right.most_common(1)
    return found


def wording(question: Record) -> Wording:
    """What the words of a question tell besides its answer: of its level, the part before the first dot."""
    told, dot, _ = question.get("level", "").partition(".")
    return question.get("family", CHANGES), question["answer_form"], told if dot else ""


def answers(question: Record) -> Sequence[tuple[str, str]]:
    """(text, answer) of each answer that a question lists: its options with their letters, its words, or of names that
    are to be put in order, all orders."""
    if options := question.get("options"):
        return [*zip(options, LETTERS, strict=False)]
    among = question.get("truth", {}).get("among", ())
    if question["answer_form"] == "sequence":
        orders = itertools.permutations(among) if len(among) <= _MOST_NAMES else ()
        return [(text, text) for text in map(FORMS["sequence"].write, orders) if text]
    return [(word, word) for word in among]
