"""The family "what changed?": the answer lists the steps that lead from the first image to the second."""

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tvrgen._support.json_lines import Record
from tvrgen._support.rng import generator
from tvrgen.config.settings import Prompt, QuestionSettings, Split
from tvrgen.questions import difficulty, prompts, rationale
from tvrgen.questions.base import Answered, Question, Sentence, Subject
from tvrgen.questions.exhibit import Exhibit, told_of_clip
from tvrgen.questions.family import Family, Found
from tvrgen.questions.forms import arities, changes_text
from tvrgen.sampling.problem import Planned
from tvrgen.sampling.touching import changed_places
from tvrgen.scene.model import State
from tvrgen.transformations import replay
from tvrgen.transformations.base import Step


class Changes(Family):
    """What changed from the first image to the second? Asked once of each final view, of all objects."""

    name = "changes"
    form = "triplet"

    def subjects(self, exhibit: Exhibit) -> Iterator[Subject]:
        yield Subject((exhibit.first, exhibit.second))

    def answer(self, exhibit: Exhibit, subject: Subject) -> Answered:
        return Answered(exhibit.planned.said)

    def words(self, exhibit: Exhibit, subject: Subject) -> Mapping[str, str]:
        return {}

    def near(self, exhibit: Exhibit, subject: Subject, answered: Answered) -> Sequence[Any]:
        return ()

    def ask(
        self,
        exhibit: Exhibit,
        settings: QuestionSettings,
        found: Found,
        seed: int,
        position: int,
        original: Found | None = None,
    ) -> Iterator[Question]:
        planned, view, split, form = exhibit.planned, exhibit.view, exhibit.split, settings.prompt.answer
        initial = planned.problem.initial
        alternatives = [changes(planned, alternative, split) for alternative in planned.alternatives]
        own = _arities(planned, split)
        yield Question(
            family=self.name,
            shows=(exhibit.first, exhibit.second),
            of_clip=exhibit.of_clip,
            prompt=_prompt(exhibit, settings.prompt, seed),
            answer=changes_text.write(planned.said, form, [o.looks for o in initial.objects]),
            answer_form=form,
            details={
                "changes": changes(planned, planned.accepted, split),
                **({"alternatives": alternatives} if alternatives else {}),
                **({"arities": own} if own else {}),
                "initial_objects": _listed(initial, split),
            },
            difficulty=difficulty.difficulty(planned, view, split.vocabulary),
            rationale=_rationale(exhibit, settings, seed),
        )


def _prompt(exhibit: Exhibit, template: Prompt, seed: int) -> str:
    """Returns the prompt, with variants drawn by the question's id, and with twins the objects' places in the image."""
    problem, split, locations = exhibit.planned.problem, exhibit.split, None
    if split.sampling.twins:  # looks alone do not identify objects
        shot = exhibit.planned.initial
        width, height = shot.view.width, shot.view.height
        locations = [prompts.location(sight.box, width, height) if sight.box else None for sight in shot.seen]
    rng = generator(seed, "prompt", problem.id, exhibit.drawn_by)
    text = prompts.prompt(rng, problem.initial, split, template, locations)
    return told_of_clip(text) if exhibit.of_clip else text


def changes(planned: Planned, answer: Sequence[Sequence[Step]], split: Split) -> list[Record]:
    """The changes of an answer as question lines hold them: objects, kind, value, and every right way to say it.

    `answer` has these ways for each change, the first of which is the change itself.
    """
    return [_change([planned.as_said(step) for step in ways], split) for ways in answer]


def _change(ways: Sequence[Step], split: Split) -> Record:
    step = ways[0]
    return {
        "objects": list(step.objects),
        **({"index": step.object} if len(step.objects) == 1 else {}),
        "attribute": step.kind,
        "value": step.value,
        "accepted": accepted(step, _in_all_orders(ways, split)),
    }


def _in_all_orders(ways: Sequence[Step], split: Split) -> Iterator[Step]:
    """Yields the ways with their objects in each order in which they may be named: all in the first, then the next."""
    orders = [
        [way.objects] if split.kinds[way.kind].ordered else [*itertools.permutations(way.objects)] for way in ways
    ]
    for number in range(max(map(len, orders))):
        for way, own in zip(ways, orders, strict=True):
            if number < len(own):
                yield way if own[number] == way.objects else dataclasses.replace(way, objects=own[number])


def accepted(step: Step, ways: Iterable[Step]) -> list[Any]:
    """The right ways to say a step as records hold them: its own value as a text, if it names one object.

    Any other way is a mapping of objects and value, and of the kind if that is another.
    """
    return [
        way.value
        if len(step.objects) == 1 and (way.objects, way.kind) == (step.objects, step.kind)
        else {
            "objects": [*way.objects],
            **({"attribute": way.kind} if way.kind != step.kind else {}),
            "value": way.value,
        }
        for way in ways
    ]


def _arities(planned: Planned, split: Split) -> dict[str, Record]:
    """The arities that readers of answers cannot know, by kind; with what these kinds change, where orders need it."""
    found = arities.unknown(split.kinds.values())
    for answer in (planned.accepted, *planned.alternatives):
        found |= _changing(answer, found, planned, split)
    return {kind: arities.record(own) for kind, own in found.items()}


def _changing(
    answer: Sequence[Sequence[Step]], known: arities.Arities, planned: Planned, split: Split
) -> dict[str, arities.Arity]:
    """The arities of kinds with what they change, where whether the order of an answer counts is not known without."""
    said = [{(way.objects, way.kind.lower()) for way in map(planned.as_said, ways)} for ways in answer]
    named = [{k for objects, _ in own for k in objects} for own in said]
    if sum(map(len, named)) == len(set().union(*named)):
        return {}
    kinds = {way.kind for ways in answer for way in ways}
    full = {kind.lower(): _whole(kind, planned, split) for kind in kinds}
    found: dict[str, arities.Arity] = {}
    for own, others in itertools.combinations(said, 2):
        for one, other in itertools.product(own, others):
            if arities.order(one, other, full) != arities.order(one, other, known):
                found |= {kind: full[kind] for _, kind in (one, other) if full[kind] != arities.arity(kind, known)}
    return found


def _whole(name: str, planned: Planned, split: Split) -> arities.Arity:
    """The arity of a kind with what it changes: of one that does not say so, what its steps in the problem change."""
    kind, fields = split.kinds[name], split.kinds[name].fields
    if fields is None:
        seen = [
            replay.changed_fields(before[k], after[k])
            for step, (before, after) in zip(planned.problem.steps, itertools.pairwise(planned.states), strict=True)
            for k in (replay.differing(before, after) if step.kind == name else ())
        ]
        fields = frozenset(itertools.chain(*seen)) or None
    places = changed_places(kind, split)
    named = [place for place, role in enumerate(kind.roles) if not role.is_new]
    changed = tuple(k for k, place in enumerate(named) if place in places)
    return arities.Arity(
        kind.named, kind.valued, fields, changed if len(changed) < len(named) else None, kind.cumulative
    )


def _listed(initial: State, split: Split) -> list[Record]:
    on_stage = split.vocabulary.grid.shows
    return [
        {"index": k, **o.attributes, "on_stage": on_stage(o), **({"looks": [*o.looks]} if o.further else {})}
        for k, o in enumerate(initial.objects)
        if o.present
    ]


def _rationale(exhibit: Exhibit, settings: QuestionSettings, seed: int) -> Sequence[Sentence]:
    if settings.rationale == "none":
        return ()
    rng = generator(seed, "rationale", exhibit.planned.problem.id, exhibit.drawn_by)
    told = rationale.rationale(rng, exhibit.planned, exhibit.view, exhibit.split, settings)
    return [dataclasses.replace(own, text=told_of_clip(own.text)) for own in told] if exhibit.of_clip else told
