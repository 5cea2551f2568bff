"""Checks of the answers of planned problems: written, read back, paid, and told in words."""

import dataclasses
import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tvrgen._support.messages import shown
from tvrgen.checking.cases import Case
from tvrgen.checking.faults import Fault
from tvrgen.checking.steps import counted_steps
from tvrgen.questions.forms import changes_text
from tvrgen.questions.forms.changes_reader import parse_answer
from tvrgen.questions.forms.changes_text import normal
from tvrgen.sampling.problem import Planned
from tvrgen.scene.model import State
from tvrgen.scoring.outcome import outcome_score
from tvrgen.scoring.star_r1 import Reward, star_r1_reward
from tvrgen.scoring.truth import Truth, ground_truth, truth_of
from tvrgen.transformations.base import Rejected, Step

_MOST_ANSWERS = 2000
"""Answers with one way to say a step that are tried, until one is right."""

_MOST_ORDERS = 24
"""Orders of one answer that are looked at, at most."""


class Answers:
    """The answer in each form is read back and paid in full, each accepted value too, and a damaged answer less.

    In another order it is paid in full exactly where that leads to the same last image.
    """

    def __init__(self) -> None:
        self._forms: Counter[str] = Counter()
        self._accepted = self._damaged = self._answers = self._reordered = 0

    def faults(self, case: Case) -> Iterable[Fault]:
        planned, question = case.planned, case.changes[0]
        looks = [obj.looks for obj in planned.problem.initial.objects]
        self._answers += 1
        for form in changes_text.FORMS:
            if form == "description" and not _is_told_by_looks(case):
                continue
            self._forms[form] += 1
            truth = truth_of(json.loads(json.dumps(ground_truth({**question, "answer_form": form}))))
            said = changes_text.write(planned.said, form, looks)
            yield from _unread(said, planned.said, truth)
            if not _paid(said, truth).correct:
                yield Fault("reward", f"the right answer in the form {form} is not paid in full: {shown(said)}")
        truth = truth_of(question)
        found = outcome_score(
            parse_answer(changes_text.write(planned.said), arities=truth.arities), case.scene, case.split
        )
        if not found.correct:
            yield Fault("outcome", "replaying the right answer does not lead to what the last image shows")
        yield from self._other_ways(case, truth)
        yield from self._damages(case, truth)
        yield from self._orders(case, truth)

    def summaries(self) -> Iterator[tuple[str, str]]:
        if not self._answers:
            return
        forms = ", ".join(f"{count:,} as {form}" for form, count in self._forms.items())
        yield "values", f"answers are written and read back ({forms})"
        yield (
            "reward",
            (f"{self._answers:,} right answers are paid in full, {self._damaged:,} damaged ones are paid less"),
        )
        yield (
            "accepted",
            f"{self._accepted:,} other ways to say a change lead to the same last image, and are paid in full",
        )
        if self._reordered:
            yield "fields", f"{self._reordered:,} other orders are paid in full where they lead to the same last image"
        yield "outcome", f"replaying {self._answers:,} right answers leads to what the last image shows"

    def _other_ways(self, case: Case, truth: Truth) -> Iterator[Fault]:
        """Faults of the ways to say a step that are accepted in place of its own, and of the alternatives."""
        planned = case.planned
        for number, ways in enumerate(planned.accepted):
            step = planned.problem.steps[number]
            if ways[:1] != (step,):
                yield Fault("accepted", "does not begin with the step's own value", step.kind, str(step))
            for way in map(planned.as_said, ways[1:]):
                answers = itertools.islice(_answers_with(planned, number, way), _MOST_ANSWERS)
                yield from self._unlike(case, truth, answers, "a way to say a step", step, f"{step}, {way}")
        for other in planned.alternatives:
            steps = tuple(planned.as_said(ways[0]) for ways in other)
            yield from self._unlike(case, truth, iter([steps]), "an alternative", steps[0], changes_text.write(steps))

    def _unlike(
        self, case: Case, truth: Truth, answers: Iterator[tuple[Step, ...]], what: str, step: Step, where: str
    ) -> Iterator[Fault]:
        """The fault of answers none of which explains the images, or of the first, which has to be paid in full."""
        self._accepted += 1
        answer = next(answers)
        same_kinds = Counter(s.kind for s in answer) == Counter(s.kind for s in case.planned.said)
        explain = any(_explains(case, steps) for steps in itertools.chain([answer], answers)) if same_kinds else True
        if not explain:  # outcomes know no other object in the place of one
            text = f"has {what} that does not lead to what the last image shows"
            yield Fault("accepted", text, step.kind, where)
        elif not _paid(changes_text.write(answer), truth).correct:
            yield Fault("accepted", f"has {what} that is not paid in full", step.kind, where)

    def _damages(self, case: Case, truth: Truth) -> Iterator[Fault]:
        """Faults of the pay of answers that lack a step, or have another value."""
        said = case.planned.said
        for number, step in enumerate(said):
            damaged = {"without a step": (*said[:number], *said[number + 1 :])}
            right = {way.value for way in _ways(case.planned) if (way.kind, way.objects) == (step.kind, step.objects)}
            if others := [value for value in case.split.values[step.kind] if value not in right]:
                damaged["with another value"] = _with(said, number, dataclasses.replace(step, value=others[0]))
            for what, steps in damaged.items():
                reward = _paid(changes_text.write(steps), truth)
                self._damaged += 1
                if (reward.correct or reward.total >= reward.best) and not _explains(case, steps):
                    text = f"an answer {what} is paid as the right one: {shown(changes_text.write(steps))}"
                    yield Fault("reward", text, step.kind)

    def _orders(self, case: Case, truth: Truth) -> Iterator[Fault]:
        """Faults of the pay of the right answer in other orders: in full where they lead to the same last image."""
        steps, said = case.planned.problem.steps, case.planned.said
        if len(steps) < 2:
            return
        for places in itertools.islice(itertools.permutations(range(len(steps))), 1, _MOST_ORDERS):
            end = _end(case, [steps[k] for k in places])
            if end is None:
                continue
            self._reordered += 1
            text = changes_text.write(said[k] for k in places)
            if (same := _looks_alike(case, end)) == _paid(text, truth).correct:
                continue
            yield Fault(
                "fields",
                "an answer in another order leads to the same last image, and is not paid in full; name in fields no "
                "more than a step changes or looks at"
                if same
                else "an answer in another order does not lead to the last image, and is paid in full; name in fields "
                "all that a step changes or looks at",
                ", ".join(dict.fromkeys(steps[k].kind for k in _misplaced(places))),
                text,
            )
            return


class Wording:
    """`phrase`, `told` and `words` return texts, in prompts and rationales of every question."""

    def __init__(self) -> None:
        self._steps = 0

    def faults(self, case: Case) -> Iterable[Fault]:
        for step in case.planned.problem.steps:
            self._steps += 1
            kind = case.split.kinds[step.kind]
            phrase = kind.phrase(step, "object {}".format)
            if not isinstance(phrase, str) or not phrase.strip() or "\n" in phrase:
                text = f"returned {shown(phrase)}; return words in one line, such as 'turns cyan'"
                yield Fault("phrase", text, step.kind, str(step))
        for question in case.changes:
            if changes_text.write(case.planned.said) != question["answer"] and question["answer_form"] == "triplet":
                yield Fault("phrase", "the answer of the question is not that of the steps")

    def summaries(self) -> Iterator[tuple[str, str]]:
        yield "phrase", f"{counted_steps(self._steps)} are told in words"


def _is_told_by_looks(case: Case) -> bool:
    """Whether the looks of the objects identify those that the answer names, which the first image shows."""
    initial, shows = case.planned.problem.initial, case.split.vocabulary.grid.shows
    named = {k for step in case.planned.said for k in step.objects}
    there = [obj.looks for obj in initial.objects if obj.present]
    return len({*there}) == len(there) and all(shows(initial[k]) for k in named)


def _unread(said: str, steps: tuple[Step, ...], truth: Truth) -> Iterator[Fault]:
    """Faults of an answer that is read as other steps than it says."""
    answer = parse_answer(said, truth.looks, truth.arities)
    if answer.faults:
        yield Fault("values", f"an answer is not read back: {shown(said)}: {answer.faults[0]}")
        return
    for due, read in zip(steps, answer.steps, strict=False):
        if (due.objects, due.kind.lower(), normal(due.kind.lower(), due.value)) != (
            read.objects,
            read.kind.lower(),
            normal(read.kind.lower(), read.value),
        ):
            yield Fault("values", f"an answer is read back as another: {shown(said)} as {read}", due.kind, str(due))
            return
    if len(answer.steps) != len(steps):
        yield Fault("values", f"an answer is read back as {len(answer.steps)} steps: {shown(said)}")


def _paid(said: str, truth: Truth) -> Reward:
    return star_r1_reward(f"<think>looking</think><answer>{said}</answer>", truth)


def _with(steps: tuple[Step, ...], number: int, step: Step) -> tuple[Step, ...]:
    return (*steps[:number], step, *steps[number + 1 :])


def _answers_with(planned: Planned, number: int, way: Step) -> Iterator[tuple[Step, ...]]:
    """Yields the answers with a way to say a step: the others as they are or in their other ways, in all orders.

    No image shows in which order objects left, nor where they went.
    """
    said = [
        [step, *dict.fromkeys(map(planned.as_said, ways[1:]))]
        for step, ways in zip(planned.said, planned.accepted, strict=True)
    ]
    said = [[w for w in own if w.kind == own[0].kind] for own in said]
    said[number] = [way]
    yield from (order for choice in itertools.product(*said) for order in itertools.permutations(choice))


def _ways(planned: Planned) -> Iterator[Step]:
    """Every way to say a step that is accepted, as answers say it, of the right answer and of the alternatives."""
    for answer in (planned.accepted, *planned.alternatives):
        yield from (planned.as_said(way) for ways in answer for way in ways)


def _end(case: Case, steps: Iterable[Step]) -> State | None:
    """The state after steps, whether or not each changes something; None if one does not apply."""
    state = case.planned.states[0]
    try:
        for step in steps:
            state = case.split.kinds[step.kind].apply(state, step, case.split.vocabulary)
    except Rejected:
        return None
    return state


def _looks_alike(case: Case, end: State) -> bool:
    """Whether a state shows what the last image does, each object where it is there."""
    shows = case.split.vocabulary.grid.shows
    pairs = zip(end.objects, case.planned.states[-1].objects, strict=True)
    return all(found == due or not (shows(found) or shows(due)) for found, due in pairs)


def _misplaced(places: Sequence[int]) -> list[int]:
    """The first two in a row of an order of steps that are not in their own order."""
    return next([a, b] for a, b in itertools.pairwise(places) if a > b)


def _explains(case: Case, steps: tuple[Step, ...]) -> bool:
    """Whether an answer leads to what the last image shows, and so is right as well."""
    answer = changes_text.Answer(steps)
    return outcome_score(answer, case.scene, case.split).correct
