"""Questions of a problem: those of each family in the split's list, about each final view."""

import dataclasses
import itertools
from collections.abc import Iterator
from typing import NamedTuple

from tvrgen.config.settings import Config, QuestionSettings, Split
from tvrgen.questions.base import Question, Subject
from tvrgen.questions.exhibit import Exhibit
from tvrgen.questions.family import Chosen, Family
from tvrgen.questions.registry import CHANGES
from tvrgen.sampling import mirror, sampler
from tvrgen.sampling.problem import Planned
from tvrgen.transformations.base import Rejected, Rule

_PATIENCE = 32  # fair problems that are drawn before one is taken whose questions have other levels than those dealt
_EXACT = Rule(text="a problem's questions have the levels that are dealt to them")


def plan_problem(config: Config, split: str, index: int) -> Planned:
    """Returns problem `index` of a split, which allows all questions that the split asks.

    A function of the config, the split's name and the index alone. Raises UserError if none of the draws is fair.
    """
    own = config.split(split)
    if all(settings.family == CHANGES for settings in own.questions):
        return sampler.plan_problem(config, split, index)
    tried = itertools.count(1)

    def check(planned: Planned) -> None:
        patient = next(tried) < _PATIENCE
        for place in _places(planned, own, config.seed):
            if patient and not place.chosen.exact:
                raise Rejected(_EXACT)

    return sampler.plan_problem(config, split, index, check)


def suffixes(split: Split) -> list[str]:
    """What the ids of questions about a final view have behind that of the view, each before that of its twin."""
    numbers: dict[str, Iterator[int]] = {}
    found = []
    for settings in split.questions:
        own = numbers.setdefault(settings.family, itertools.count())
        name = split.families[settings.family].name
        for _ in range(settings.count // (2 if settings.twin else 1)):
            suffix = "" if name == CHANGES else f"-{name}-{next(own)}"
            found += [suffix, f"{suffix}-mirrored"] if settings.twin else [suffix]
    return found


class _Place(NamedTuple):
    """One of the questions of a problem, before it is worded: what it asks of an exhibit, and of its mirror image."""

    settings: QuestionSettings
    position: int
    exhibit: Exhibit
    mirrored: Exhibit | None
    chosen: Chosen


def questions(planned: Planned, split: Split, seed: int) -> Iterator[tuple[str, Question]]:
    """Yields (final view, question) of all questions about a problem; the dataset's `seed` draws them.

    Raises Rejected if the problem does not allow one of them.
    """
    own = itertools.cycle(suffixes(split))
    for settings, position, exhibit, mirrored, chosen in _places(planned, split, seed):
        family: Family = split.families[settings.family]
        asked = family.ask(exhibit, settings, chosen.found, seed, position)
        if mirrored is None or chosen.twin is None:
            yield from ((exhibit.view, dataclasses.replace(question, suffix=next(own))) for question in asked)
            continue
        twins = family.ask(mirrored, settings, chosen.twin, seed, position, chosen.found)
        for question, twin in zip(asked, twins, strict=True):
            one, other, flips = next(own), next(own), question.said != twin.said
            yield exhibit.view, dataclasses.replace(question, suffix=one, twin=other, flips=flips)
            yield exhibit.view, dataclasses.replace(twin, suffix=other, twin=one, flips=flips, mirrored=True)


def _places(planned: Planned, split: Split, seed: int) -> Iterator[_Place]:
    """Yields what the questions of a problem ask. Raises Rejected if the problem does not allow one of them."""
    problem = planned.problem
    other = mirror.planned(planned, mirror.of_split(split)) if split.mirrors else None
    taken: dict[str, set[Subject]] = {name: set() for name in split.families}
    for place, view in enumerate(problem.views):
        exhibits = {show: Exhibit(planned, view, split, show == "clip") for show in ("images", "clip")}
        mirrored = Exhibit(other, other.problem.views[place], mirror.of_split(split)) if other else None
        for settings in split.questions:
            family: Family = split.families[settings.family]
            exhibit, opposite = exhibits[settings.show], mirrored if settings.twin else None
            for number in range(settings.each):
                position = (problem.index * split.cameras.released + place) * settings.each + number
                chosen = family.choose(exhibit, settings, seed, position, taken[settings.family], opposite)
                yield _Place(settings, position, exhibit, opposite, chosen)
