"""Families of users' own, as the rest of tvrgen calls them: what they raise, or return amiss, is an error of one line.

`registry` puts every imported family behind an `Own`, which asks the family, checks what it returns, and says what is
wrong: "family same_color: answer: raised KeyError: 'x' (alike.py:12)". Nothing else guards against such code.
"""

import functools
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from tvrgen._support import own_modules
from tvrgen._support.errors import UserError
from tvrgen._support.messages import shown
from tvrgen.config.settings import Split
from tvrgen.questions.base import Answered, Sentence, Subject
from tvrgen.questions.exhibit import Exhibit
from tvrgen.questions.family import Family
from tvrgen.questions.forms.registry import FORMS
from tvrgen.transformations.base import Rejected

_DOES = ("locate", "match", "compare", "conclude")


class FamilyError(UserError):
    """What is wrong with a user's family: "family NAME: MEMBER: TEXT"."""

    def __init__(self, family: str, member: str, text: str) -> None:
        super().__init__(family, member, text)

    def __str__(self) -> str:
        return "family {}: {}: {}".format(*self.args)


class Own(Family):
    """A user's family. Members raise FamilyError where the user's code raises, or returns what the protocol does not
    allow."""

    def __init__(self, family: Family) -> None:
        self._family, self.template = family, getattr(family, "template", None)
        self.name, self.form, self.approximate = family.name, family.form, family.approximate  # type: ignore[misc]
        self.places, self.objects = tuple(family.places), family.objects  # type: ignore[misc]

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules of the user's class and of those that it inherits from, tvrgen's and Python's own apart."""
        names = dict.fromkeys(own.__module__ for own in type(self._family).__mro__)
        return tuple(name for name in names if name.partition(".")[0] not in ("tvrgen", "abc", "builtins"))

    def levels(self, split: Split) -> tuple[str, ...]:
        levels = self._asked("levels", split)
        if not isinstance(levels, tuple | list) or not levels or not all(isinstance(own, str) for own in levels):
            self._fail("levels", f"returned {shown(levels)}; return a tuple of texts")
        return tuple(levels)

    def lacks(self, split: Split) -> str:
        return self._text("lacks", split)

    def most_options(self, split: Split) -> int:
        most = self._asked("most_options", split)
        if not isinstance(most, int) or most < 2:
            self._fail("most_options", f"returned {shown(most)}; return a whole number of at least 2")
        return min(most, 10)

    def subjects(self, exhibit: Exhibit) -> Iterable[Subject]:
        subjects = self._asked("subjects", exhibit, read=list)
        for subject in subjects:
            self._check("subjects", exhibit, subject)
        return list(subjects)

    def answer(self, exhibit: Exhibit, subject: Subject) -> Answered | None:
        answered = self._asked("answer", exhibit, subject)
        if answered is None:
            return None
        if not isinstance(answered, Answered):
            self._fail("answer", f"returned {shown(answered)}; return an Answered, or None")
        if answered.level not in (levels := self.levels(exhibit.split)):
            self._fail("answer", f"has the level {shown(answered.level)}; expected one of {shown(list(levels))}")
        among = self.among(exhibit, subject)
        if fault := self._fault(answered.value, among if among or self.form == "word" else None):
            self._fail("answer", f"returned {shown(answered.value)}: {fault}")
        return answered

    def words(self, exhibit: Exhibit, subject: Subject) -> Mapping[str, str]:
        words = self._asked("words", exhibit, subject)
        if not isinstance(words, Mapping) or not all(isinstance(words.get(place), str) for place in self.places):
            self._fail("words", f"returned {shown(words)}; return a text for each of {', '.join(self.places)}")
        for place in self.places:
            self._without_token("words", words[place])
        return words

    def near(self, exhibit: Exhibit, subject: Subject, answered: Answered) -> Sequence[Any]:
        values = self._listed("near", exhibit, subject, answered)
        for value in values:
            if self.form == "word" and not isinstance(value, str):
                self._fail("near", f"returned {shown(value)}; return texts")
            if fault := self._fault(value, [value] if self.form == "word" else None):
                self._fail("near", f"returned {shown(value)}: {fault}")
        return values

    def among(self, exhibit: Exhibit, subject: Subject) -> Sequence[str]:
        words = self._listed("among", exhibit, subject)
        if words and self.form not in ("word", "sequence"):
            self._fail("among", f"returned {shown(words)}; return (), as the family's form is {self.form}")
        for word in words:
            if not isinstance(word, str):
                self._fail("among", f"returned {shown(words)}; return a list of texts")
            self._without_token("among", word)
        return words

    def told(self, value: Any) -> str:
        text = self._text("told", value)
        self._without_token("told", text)
        return text

    def mirror(self, mirrored: Exhibit, subject: Subject) -> Subject:
        return self._check("mirror", mirrored, self._asked("mirror", mirrored, subject))

    def rationale(self, exhibit: Exhibit, subject: Subject, answered: Answered) -> Iterator[Sentence]:
        for sentence in self._asked("rationale", exhibit, subject, answered, read=list):
            if not isinstance(sentence, Sentence) or sentence.does not in _DOES or not isinstance(sentence.text, str):
                self._fail("rationale", f"returned {shown(sentence)}; return Sentences that {', '.join(_DOES)}")
            self._without_token("rationale", sentence.text)
            yield sentence

    def _check(self, member: str, exhibit: Exhibit, subject: Any) -> Subject:
        """A subject, if it is one of the exhibit."""
        if not isinstance(subject, Subject):
            self._fail(member, f"returned {shown(subject)}; return subjects, each with images of the exhibit")
        for name, kind in (("images", str), ("objects", int), ("about", str)):
            own = getattr(subject, name)
            if not isinstance(own, tuple) or not all(isinstance(entry, kind) for entry in own):
                what = "whole numbers" if kind is int else "texts"
                self._fail(member, f"returned a subject whose {name} are {shown(own)}; write a tuple of {what}")
        if not subject.images or not {*subject.images} <= exhibit.images.keys():
            self._fail(member, f"returned {shown(subject)}; return subjects, each with images of the exhibit")
        count = len(exhibit.images[exhibit.first].state.objects)
        if not all(0 <= k < count for k in subject.objects):
            self._fail(member, f"returned a subject whose objects are {shown(subject.objects)}; write 0 to {count - 1}")
        return subject

    def _fault(self, value: Any, among: Sequence[Any] | None) -> str:
        """What is wrong with a value as an answer, of those `among` if there are any; "" if nothing is."""
        truth = {"form": self.form, "value": FORMS[self.form].data(value)}
        return FORMS[self.form].fault(truth if among is None else truth | {"among": [*among]})

    def _without_token(self, member: str, text: str) -> None:
        """Fails if a text holds <image>, of which exports add one for each image."""
        if "<image>" in text:
            self._fail(member, f"returned {shown(text)} with <image>, which exports add themselves; leave it out")

    def _text(self, member: str, *arguments: Any) -> str:
        text = self._asked(member, *arguments)
        if not isinstance(text, str):
            self._fail(member, f"returned {shown(text)}; return a text")
        return text

    def _listed(self, member: str, *arguments: Any) -> Sequence[Any]:
        found = self._asked(member, *arguments)
        if not isinstance(found, tuple | list):
            self._fail(member, f"returned {shown(found)}; return a list")
        return found

    def _asked(self, member: str, *arguments: Any, read: Callable[[Any], Any] = lambda found: found) -> Any:
        try:
            return read(functools.partial(getattr(self._family, member), *arguments)())
        except (UserError, Rejected, MemoryError):
            raise
        except Exception as error:  # a user's code may fail in any way
            files = [Path(file) for own in type(self._family).__mro__ if (file := _file(own))]
            text = own_modules.said_in(error, {file.parent for file in files})
            raise FamilyError(self.name, member, f"raised {text}") from error

    def _fail(self, member: str, text: str) -> NoReturn:
        raise FamilyError(self.name, member, text)


def _file(own: type) -> str | None:
    """The file of a class, but for those of tvrgen and of Python."""
    if own.__module__.partition(".")[0] in ("tvrgen", "abc", "builtins"):
        return None
    return getattr(sys.modules.get(own.__module__), "__file__", None)
