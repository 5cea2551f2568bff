"""Baselines: answers made without the images, which measure how much a dataset reveals without them."""

import dataclasses
import itertools
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator

from tvrgen._support.json_lines import Record
from tvrgen._support.rng import generator
from tvrgen.config.settings import Split
from tvrgen.dataset.records import state_from
from tvrgen.questions.forms import changes_text
from tvrgen.questions.forms.registry import FORMS
from tvrgen.questions.registry import CHANGES
from tvrgen.sampling.slots import Form
from tvrgen.scene import footprints
from tvrgen.scene.model import State
from tvrgen.scoring.blind import Blind
from tvrgen.scoring.truth import ground_truth
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Role, Step


def baseline(name: str, seen: Iterable[Record] = ()) -> Callable[[Record, Record, Split], str]:
    """Returns a function from (question line, scene line, split) to the response of a baseline.

    no_change      "no change", to questions of any family
    most_frequent  the most frequent answer to questions of the same family, of the lines `seen`, such as those of the
                   training split
    blind          what the words of a question suggest to who has seen the answers to `seen`; see `blind`
    first_option   the letter A where there are options; otherwise as most_frequent
    random         an answer at random; of changes, a number of them that the split may have, each of which its config
                   allows: a value that the object does not have, no overlap, no position beyond the field
    oracle         the true answer, which shows that the scorer gives it full marks
    """
    if name == "no_change":
        return lambda question, scene, split: _response(changes_text.NO_CHANGE)
    if name == "blind":
        guesser = Blind(seen)
        return lambda question, scene, split: _response(guesser.guess(question))
    if name in ("most_frequent", "first_option"):
        answers: dict[Hashable, Counter[str]] = {}
        for question in seen:
            answers.setdefault(_family(question), Counter())[question["answer"]] += 1
        most = {key: own.most_common(1)[0][0] for key, own in answers.items()}
        first = name == "first_option"
        return lambda question, scene, split: _response(
            "A" if first and "options" in question else most.get(_family(question), changes_text.NO_CHANGE)
        )
    if name == "random":
        return _random
    return lambda question, scene, split: _response(question["answer"])


def _family(question: Record) -> tuple[str, ...]:
    return question.get("family", CHANGES), question["answer_form"]


def _random(question: Record, scene: Record, split: Split) -> str:
    rng = generator(0, "random answer", question["id"])
    if "family" in question:
        truth = ground_truth(question)
        return _response(FORMS[truth["form"]].guess(truth, lambda count: int(rng.integers(count))))
    state = state_from(scene["initial"], split.vocabulary)
    steps: list[Step] = []
    initial, slots = state, [*_slots(state, split)]
    count = int(rng.choice(split.sampling.steps))
    for objects, kind in (slots[slot] for slot in rng.permutation(len(slots))):
        if len(steps) == count:
            break
        for value in rng.permutation(split.values[kind]):
            step = Step(objects=objects, kind=kind, value=str(value))
            if (after := _applied(state, step, split)) is not None:
                state = after
                steps.append(step)
                break
    said = [dataclasses.replace(s, objects=tuple(k for k in s.objects if initial[k].present)) for s in steps]
    return _response(changes_text.write(said, question["answer_form"], [o.looks for o in initial.objects]))


def _slots(state: State, split: Split) -> Iterator[tuple[tuple[int, ...], str]]:
    """The objects that a step may name, and its kind: single ones, pairs, and those that are not there yet."""
    forms = {name: Form.of(kind) for name, kind in split.kinds.items()}
    present, absent = ([k for k, o in enumerate(state.objects) if o.present is there] for there in (True, False))
    for k in present:
        yield from (((k,), kind) for kind, form in forms.items() if form.number == 1)
    for kind, form in forms.items():
        choose = itertools.permutations if form.ordered else itertools.combinations
        if form.number != 1:
            yield from ((objects, kind) for objects in choose(present if form.number else absent, form.number or 1))


def _applied(state: State, step: Step, split: Split) -> State | None:
    """The state after a step; None if the config does not allow the step."""
    words = split.vocabulary
    try:
        after = replay.apply(state, step, split.kinds, words)
    except Rejected:
        return None
    changed = replay.differing(state, after)
    found = replay.roles(state, after, step, words.grid)
    ways = split.kinds[step.kind].variants(split.sampling).values()
    fair = any(all(map(Role.allows, roles, found)) for roles in ways)
    fair = fair and all(words.grid.in_field(after[k].position) for k in changed)
    return after if fair and not footprints.crowded(after, words, changed) else None


def _response(answer: str) -> str:
    return f"<think></think><answer>{answer}</answer>"
