"""Questions asked as a choice: the right answer among others that are nearly right, with its letter dealt evenly."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tvrgen._support.rng import generator
from tvrgen.config.settings import QuestionSettings
from tvrgen.questions.base import Answered, Subject
from tvrgen.questions.exhibit import Exhibit
from tvrgen.questions.forms.choice import LETTERS
from tvrgen.sampling.decks import Deck, shuffled

if TYPE_CHECKING:
    from tvrgen.questions.family import Family


def options(
    family: "Family", exhibit: Exhibit, subject: Subject, answered: Answered, settings: QuestionSettings
) -> list[str]:
    """The texts of the options, the right one first and the nearest wrong ones next.

    Nothing if there are fewer than two, or fewer than the rotations of a circular choice.
    """
    values = [answered.value, *family.near(exhibit, subject, answered)]
    texts = list(dict.fromkeys(family.told(value) for value in values))
    return texts[: settings.choices] if len(texts) >= (settings.choices if settings.circular else 2) else []


def mixed(exhibit: Exhibit, subject: Subject, others: Sequence[Any]) -> list[Any]:
    """Wrong answers in an order that depends on the problem and the subject's objects alone, and not on the right one.

    For families whose answers are a closed set: whichever of them a choice offers, each is right equally often. The
    nearest wrong ones around the right one would show which of them is in the middle.
    """
    return shuffled(generator(0, "near", exhibit.planned.problem.id, *subject.objects, len(others)), [*others])


def arranged(
    rng: np.random.Generator,
    options: Sequence[str],
    settings: QuestionSettings,
    key: Sequence[Any],
    position: int,
    original: Sequence[str] = (),
) -> Iterator[tuple[list[str], str]]:
    """Yields options in order, with the letter of the right one: once, or in every rotation where it is `circular`.

    Letters are dealt evenly over the questions. A mirrored twin has its options in the places of the `original` ones if
    they are the same, so that its letter is another one where its answer is. Yields nothing and no letter where there
    are no options.
    """
    if not options:
        yield [], ""
        return
    said, own = options[0], options if {*original} != {*options} else original
    right, *others = own
    (letter,) = Deck(LETTERS[: len(options)], *key, "letter").cards(position, 1)
    mixed = shuffled(rng, others)
    mixed.insert(LETTERS.index(letter), right)
    for turn in range(len(mixed) if settings.circular else 1):
        turned = mixed[turn:] + mixed[:turn]
        yield turned, LETTERS[turned.index(said)]
