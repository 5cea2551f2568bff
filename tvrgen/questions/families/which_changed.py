"""Which object changed, in what it changed, and how many of a few objects did."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from tvrgen.config.settings import Split
from tvrgen.questions.base import Answered, Sentence, Subject
from tvrgen.questions.exhibit import Exhibit
from tvrgen.questions.family import SOMETHING_CHANGES, Family
from tvrgen.questions.naming import names
from tvrgen.questions.wording import capitalized, joined
from tvrgen.sampling.combinations import on_stage_numbers
from tvrgen.scene.attributes import in_looks
from tvrgen.scene.model import Object
from tvrgen.transformations import replay

OBJECT, WHAT, NUMBER = "object", "what", "number"
"""What is asked: which object changed, what of an object changed, how many of some objects changed."""

_MOST_LISTED = 4
_IN_WORDS = {2: "two", 3: "three", 4: "four"}


class WhichChanged(Family):
    """Which of these objects changed? What of the red cube changed? How many of these objects changed?

    Objects are listed by their names in the first image, which shows all of them. Those that did not change are seen in
    the second image, too. What an object changed in follows from the problem's changes, which are dealt evenly; all
    else is dealt here.
    """

    name = "which_changed"
    places = ("asked",)
    objects = 3

    def lacks(self, split: Split) -> str:
        if split.sampling.no_change:
            return SOMETHING_CHANGES
        _, most = _changed_at_once(split)
        if not most:
            return "a kind that changes what the first image shows; add color to sampling.kinds, say"
        if _kept_at_least(split) > 0 or len(_aspects(split)) > 1 or 2 in _numbers(split):
            return ""
        due = max(split.sampling.steps) * most + 1
        return f"an object that no step changes; write sampling.on_stage: {due} or more, or lower sampling.steps"

    def levels(self, split: Split) -> tuple[str, ...]:
        listed = range(1, _listed(split) + 1)
        numbers = (f"{NUMBER}.{number}" for number in _numbers(split))
        return (*(f"{OBJECT}.{place}" for place in listed), *([WHAT] if len(_aspects(split)) > 1 else []), *numbers)

    def most_options(self, split: Split) -> int:
        own = (_listed(split), len(_numbers(split)), len(_aspects(split)))
        return max(own)

    def subjects(self, exhibit: Exhibit) -> Iterator[Subject]:
        images = (exhibit.first, exhibit.second)
        changed, kept = _changed(exhibit), _kept(exhibit)
        count, numbers = _listed(exhibit.split), _numbers(exhibit.split)
        if len(_aspects(exhibit.split)) > 1:
            yield from (Subject(images, (k,), (WHAT,)) for k in changed)
        for number in sorted({1, *numbers}):
            for own, rest in itertools.product(_runs(changed, number), _runs(kept, count - number)):
                listed = (*own, *rest)
                for turn in range(count if number == 1 else 1):
                    yield Subject(images, (*listed[turn:], *listed[:turn]), (OBJECT if number == 1 else NUMBER,))
                if number == 1:
                    yield Subject(images, tuple(sorted(listed)), (NUMBER,))

    def answer(self, exhibit: Exhibit, subject: Subject) -> Answered | None:
        changed, kept = _changed(exhibit), _kept(exhibit)
        (asked,) = subject.about
        if not {*subject.objects} <= {*changed, *kept}:
            return None
        found = [k for k in subject.objects if k in changed]
        if asked == WHAT:
            (k,) = subject.objects
            aspects = replay.changed_fields(*_states(exhibit, k))
            known = len(aspects) == 1 and aspects[0] in _aspects(exhibit.split) and k not in exhibit.renewed
            return Answered(aspects[0], WHAT) if known else None
        if asked == NUMBER:
            return Answered(str(len(found)), f"{NUMBER}.{len(found)}")
        if len(found) != 1:
            return None
        return Answered(_named(exhibit)[found[0]], f"{OBJECT}.{subject.objects.index(found[0]) + 1}")

    def among(self, exhibit: Exhibit, subject: Subject) -> Sequence[str]:
        (asked,) = subject.about
        if asked == WHAT:
            return _aspects(exhibit.split)
        if asked == NUMBER:
            return [str(number) for number in _numbers(exhibit.split)]
        return [_named(exhibit)[k] for k in subject.objects]

    def words(self, exhibit: Exhibit, subject: Subject) -> Mapping[str, str]:
        (asked,) = subject.about
        listed = [_named(exhibit)[k] for k in subject.objects]
        if asked == WHAT:
            return {"asked": f"what is different about {listed[0]}"}
        number = _IN_WORDS[len(subject.objects)]
        if asked == NUMBER:
            return {"asked": f"how many of these {number} objects have changed: {joined(listed)}"}
        return {"asked": f"which one of these {number} objects has changed: {joined(listed, ' or ')}"}

    def rationale(self, exhibit: Exhibit, subject: Subject, answered: Answered) -> Iterator[Sentence]:
        shows, last = exhibit.split.vocabulary.grid.shows, exhibit.called(exhibit.second, subject.images)
        for k in subject.objects:
            named, (before, after) = _named(exhibit)[k], _states(exhibit, k)
            if not shows(after):
                yield Sentence("match", f"{capitalized(last)} does not have {named} any more.")
            elif before == after:
                yield Sentence("match", f"{capitalized(named)} is in {last} as it was, where it was.")
            else:
                looks = " ".join(after.looks).replace("_", " ")
                yield Sentence("match", f"In {last}, {named} is the {looks}.")
                told = " and ".join(replay.changed_fields(before, after))
                yield Sentence("compare", f"What is different about it: {told}.")


@lru_cache(maxsize=16)
def _named(exhibit: Exhibit) -> Mapping[int, str]:
    return names(exhibit, exhibit.first)


def _states(exhibit: Exhibit, k: int) -> tuple[Object, Object]:
    """An object as it is in the first image and in the second."""
    return exhibit.object(exhibit.first, k), exhibit.object(exhibit.second, k)


@lru_cache(maxsize=16)
def _changed(exhibit: Exhibit) -> tuple[int, ...]:
    """The objects with a name in the first image that changed, and that the second image shows or has no more."""
    there, seen = {*exhibit.there(exhibit.second)}, {*exhibit.seen(exhibit.second)}
    differ = replay.differing(*(exhibit.images[image].state for image in (exhibit.first, exhibit.second)))
    return tuple(k for k in _named(exhibit) if k in differ and (k in seen or k not in there))


@lru_cache(maxsize=16)
def _kept(exhibit: Exhibit) -> tuple[int, ...]:
    """The objects with a name in the first image that did not change, and that the second image shows."""
    seen = exhibit.seen(exhibit.second)
    differ = replay.differing(*(exhibit.images[image].state for image in (exhibit.first, exhibit.second)))
    return tuple(k for k in _named(exhibit) if k not in differ and k in seen)


def _runs(objects: Sequence[int], count: int) -> list[tuple[int, ...]]:
    """So many of the objects, as they follow each other around: few sets, in which each object is as often."""
    if not 0 < count < len(objects):
        return [tuple(objects)] if count == len(objects) else [()] if not count else []
    return [tuple((*objects, *objects)[k : k + count]) for k in range(len(objects))]


def _listed(split: Split) -> int:
    """The number of objects that a question lists: as many as do not change in any problem, but two at least."""
    return max(2, min(_MOST_LISTED, _kept_at_least(split)))


def _kept_at_least(split: Split) -> int:
    """The number of objects that do not change, in the problems of the split in which most do; below 1 for none."""
    fewest = min(on_stage_numbers(split.sampling))
    return fewest - max(split.sampling.steps) * _changed_at_once(split)[1]


def _changed_at_once(split: Split) -> tuple[int, int]:
    """The fewest and the most objects of the first image that one step changes.

    Of several objects, a step changes all if their order does not count, and else the first, with regard to the others.
    """
    numbers = []
    for kind in split.kinds.values():
        for roles in kind.variants(split.sampling).values():
            number = sum(not role.is_new and not role.enters for role in roles)
            numbers.append(min(number, 1) if kind.ordered else number)
    return min(numbers), max(numbers)


def _numbers(split: Split) -> range:
    """The numbers of changed objects that are asked for: those that nearly all problems of the split may have."""
    changed = min(split.sampling.steps) * _changed_at_once(split)[0]
    return range(1 + min(2, max(1, changed)))


def _aspects(split: Split) -> list[str]:
    """What the split's kinds of change can change of an object and leave all else, in the words of answers."""
    all_aspects = [*sorted(in_looks(split.vocabulary.attributes)), "position"]
    fields = [kind.fields for kind in split.kinds.values()]
    return [own for own in all_aspects if frozenset({own}) in fields]
