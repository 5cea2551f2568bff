"""What a kind promises of one step: `apply` is a function of the state, and changes what `fields` and `roles` say."""

import dataclasses
from collections.abc import Iterator, Sequence

from tvrgen.checking.faults import Fault
from tvrgen.scene.model import State
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Step, Transformation


def apply(kind: Transformation, state: State, step: Step, words: Vocabulary) -> tuple[State | None, list[Fault]]:
    """The state after a step, None if there is none that can be looked at, and the faults of the kind.

    Raises Rejected if the kind does, and KindError for what it raises or returns amiss.
    """
    copied = State(objects=tuple(dataclasses.replace(obj) for obj in state.objects))
    after = kind.apply(state, step, words)

    def fault(about: str, text: str) -> Fault:
        return Fault(about, text, step.kind, str(step))

    if state != copied:
        return None, [fault("apply", "changes the state that it is given; return another one, by state.replace")]
    try:
        again: State | None = kind.apply(state, step, words)
    except Rejected:
        again = None
    if again != after:
        return after, [fault("apply", "returned another state when it was applied to the same one again")]
    return after, [*_faults(kind, state, after, step)]


def order(kind: Transformation, before: State, after: State, step: Step, words: Vocabulary) -> Iterator[Fault]:
    """The fault of a kind that is not `ordered`, and yet gives another state for a step's objects in another order."""
    other = dataclasses.replace(step, objects=step.objects[::-1])
    if kind.ordered or other == step:
        return
    try:
        same = kind.apply(before, other, words) == after
    except Rejected:
        same = False
    if not same:
        text = f"is False, so that {other} is accepted too, but it gives another state; write ordered = True"
        yield Fault("ordered", text, step.kind, str(step))


def leading(
    kind: Transformation, before: State, after: State, step: Step, values: Sequence[str], words: Vocabulary
) -> Iterator[Fault]:
    """The fault of a kind whose `leading` leaves out the value of a step that leads from one state to another."""
    if step.value not in kind.leading(before, after, step.objects, values, words):
        text = "leaves out the value of a step, where that alone leads from one state to the other"
        yield Fault("leading", text, step.kind, str(step))


def _faults(kind: Transformation, before: State, after: State, step: Step) -> Iterator[Fault]:
    for k in replay.differing(before, after):
        for name in replay.changed_fields(before[k], after[k]):
            if kind.fields is not None and name not in kind.fields:
                known = ", ".join(sorted(kind.fields)) or "none"
                yield Fault(
                    "fields", f"a step changes {name}, which fields does not name ({known})", step.kind, str(step)
                )
