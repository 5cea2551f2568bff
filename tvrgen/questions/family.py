"""Families of questions: what one asks of an exhibit, and what is right.

A family lists what it may ask of an exhibit (`subjects`) and answers it from the scene (`answer`). All else follows:
which question is asked so that answers are dealt evenly, its form, options, prompt and difficulty. The built-in
families are one file each in `families`; a user's own is named in the config as `package.module:Class`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from tvrgen._support.rng import generator
from tvrgen.config.settings import QuestionSettings, Split
from tvrgen.questions import choices, difficulty, templates
from tvrgen.questions.base import Answered, Question, Sentence, Subject
from tvrgen.questions.exhibit import Exhibit
from tvrgen.questions.forms.registry import FORMS
from tvrgen.sampling.decks import Deck, shuffled
from tvrgen.transformations.base import Rejected, Rule


class Found(NamedTuple):
    """What may be asked, with the options of a choice, the right one first."""

    subject: Subject
    answered: Answered
    options: Sequence[str]


class Chosen(NamedTuple):
    """What a question asks, and its twin if there are twins; `exact`: whether it has the level that was dealt to it."""

    found: Found
    twin: Found | None
    exact: bool


class Family(ABC):
    """A family of questions. Instances hold no state, because each worker makes its own.

    name     its name in configs and records
    form     the form of its answers: number, word, sequence or map; any may be asked as a choice instead
    approximate  whether a number near the right one earns a part of the reward
    places   what its templates may hold in {braces}: the keys that `words` returns
    objects  how many objects on stage it needs
    """

    name: ClassVar[str]
    form: ClassVar[str] = "word"
    approximate: ClassVar[bool] = False
    places: ClassVar[tuple[str, ...]] = ()
    objects: ClassVar[int] = 1

    def levels(self, split: Split) -> tuple[str, ...]:
        """Levels of questions, each of which a split asks equally often: all must be possible in each of its problems.

        A level holds the answer, and all that the question's words tell besides, so that they tell nothing about the
        answer. ("",) for a family whose answers follow from what is dealt already, such as the final view.
        """
        return ("",)

    def lacks(self, split: Split) -> str:
        """What a split lacks without which no question can be asked, and what to write instead; "" for nothing."""
        return ""

    def most_options(self, split: Split) -> int:
        """The most options that a question can have where it is asked as a choice."""
        return 10

    @abstractmethod
    def subjects(self, exhibit: Exhibit) -> Iterable[Subject]:
        """All that may be asked of an exhibit."""

    @abstractmethod
    def answer(self, exhibit: Exhibit, subject: Subject) -> Answered | None:
        """The right answer; None where the images do not tell it, or where it is within the margin of another one."""

    @abstractmethod
    def words(self, exhibit: Exhibit, subject: Subject) -> Mapping[str, str]:
        """The words for each of `places`."""

    def near(self, exhibit: Exhibit, subject: Subject, answered: Answered) -> Sequence[Any]:
        """Wrong answers, those first that are offered first where it is asked as a choice.

        The default offers all words but the right one, in an order that does not depend on it.
        """
        return choices.mixed(
            exhibit, subject, [word for word in self.among(exhibit, subject) if word != answered.value]
        )

    def among(self, exhibit: Exhibit, subject: Subject) -> Sequence[str]:
        """The words of which the answer is one, where its form is a word."""
        return ()

    def told(self, value: Any) -> str:
        """The text of an option with this value."""
        return FORMS[self.form].write(value)

    def mirror(self, mirrored: Exhibit, subject: Subject) -> Subject:
        """A subject of an exhibit as one of its mirror image, where images have other names.

        A family replaces it whose subjects hold what is another thing in the mirror, such as a direction.
        """
        return mirrored.subject(subject)

    def rationale(self, exhibit: Exhibit, subject: Subject, answered: Answered) -> Iterator[Sentence]:
        """The reasoning that leads from the images to the answer; a sentence that concludes is added."""
        return iter(())

    def choose(
        self,
        exhibit: Exhibit,
        settings: QuestionSettings,
        seed: int,
        position: int,
        taken: set[Subject],
        mirrored: Exhibit | None = None,
    ) -> "Chosen":
        """Returns what the question with number `position` of a split's questions of these settings asks.

        It has the level that is dealt to it, or, where the exhibit does not allow that, another one. What is `taken` is
        asked again only where there is nothing else to ask; the subject is added. The twin asks the same of the
        `mirrored` exhibit if there is one. Raises Rejected if the exhibit allows no question of the family.
        """
        key = settings.key_of(seed, exhibit.split.name)
        (level,) = Deck(self.levels(exhibit.split), *key, "level").cards(position, 1)
        subjects = shuffled(generator(*key, "subject", position), [*self.subjects(exhibit)])
        again = [subject for subject in subjects if subject in taken] if taken else []
        fresh = [subject for subject in subjects if subject not in again] if again else subjects
        chosen = self._found(exhibit, settings, fresh, level) or self._found(exhibit, settings, again, level)
        if not chosen:
            raise Rejected(Rule(text=f"a problem has a question of the family {self.name}", remedies=_REMEDIES))
        taken.add(chosen.subject)
        twin = self._again(mirrored, settings, chosen.subject) if mirrored else None
        return Chosen(chosen, twin, exact=chosen.answered.level == level)

    def _found(
        self, exhibit: Exhibit, settings: QuestionSettings, subjects: Sequence[Subject], level: str
    ) -> Found | None:
        """The first of the subjects whose answer has the level, or else the first that can be asked about at all."""
        others = []
        for subject in subjects:
            if (answered := self.answer(exhibit, subject)) is None:
                continue
            if answered.level != level:
                others.append((subject, answered))
            elif own := self._offered(exhibit, settings, subject, answered):
                return own
        return next(filter(None, (self._offered(exhibit, settings, *other) for other in others)), None)

    def _again(self, mirrored: Exhibit, settings: QuestionSettings, subject: Subject) -> Found:
        """What a question about a subject asks of the mirrored exhibit."""
        subject = self.mirror(mirrored, subject)
        answered = self.answer(mirrored, subject)
        found = answered and self._offered(mirrored, settings, subject, answered)
        if not found:
            raise Rejected(Rule(text=f"a question of the family {self.name} has a twin", remedies=_REMEDIES))
        return found

    def _offered(
        self, exhibit: Exhibit, settings: QuestionSettings, subject: Subject, answered: Answered
    ) -> Found | None:
        """A subject with its answer, and with options where there is a choice; None if these are too few."""
        options = choices.options(self, exhibit, subject, answered, settings) if settings.is_choice else ()
        return Found(subject, answered, options) if options or not settings.is_choice else None

    def ask(
        self,
        exhibit: Exhibit,
        settings: QuestionSettings,
        found: "Found",
        seed: int,
        position: int,
        original: "Found | None" = None,
    ) -> Iterator[Question]:
        """Yields the question about what was found for its number `position`: of a circular choice, each rotation.

        Of a mirrored twin, `original` is what was found for the other one.
        """
        subject, answered, options = found
        key = settings.key_of(seed, exhibit.split.name)
        rng, form = generator(*key, "words", position), FORMS["choice" if options else self.form]
        words = {**self.words(exhibit, subject)}
        drawn = templates.draw(rng, settings.prompt)
        first = original.options if original else ()
        for arranged, letter in choices.arranged(rng, options, settings, key, position, first):
            value = letter or answered.value
            truth = {"form": form.name, "value": form.data(value)}
            if among := self.among(exhibit, subject) if not options else ():
                truth["among"] = [*among]
            if self.approximate and not options:
                truth["approximate"] = True
            yield Question(
                family=self.name,
                shows=subject.images,
                of_clip=exhibit.of_clip,
                prompt=templates.filled(settings.prompt, drawn, words, form.how(truth), arranged),
                answer=form.write(value),
                answer_form=form.name,
                details={
                    "truth": truth,
                    "objects": len(exhibit.there(exhibit.first)),
                    **({"level": answered.level} if answered.level else {}),
                    **({"options": arranged} if arranged else {}),
                },
                difficulty=difficulty.of_objects(
                    exhibit.planned, exhibit.view, exhibit.split.vocabulary, subject.objects, len(subject.images) > 1
                ),
                rationale=[
                    *(self.rationale(exhibit, subject, answered) if settings.rationale != "none" else ()),
                    *(
                        [Sentence("conclude", f"So the answer is {form.write(value)}.")]
                        * (settings.rationale != "none")
                    ),
                ],
            )


SOMETHING_CHANGES = "that something changes in each problem; set sampling.no_change to 0, or leave the family out"
"""What families lack that ask of what has changed, where a split has problems in which nothing does."""

_REMEDIES = "raise sampling.on_stage, lower sampling.min_visible_pixels, or ask fewer questions (questions.each)"
