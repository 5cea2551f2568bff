"""Steps of a kind on objects drawn at random: what it promises of a step, before any problem is planned."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from tvrgen._support.messages import counted
from tvrgen._support.rng import generator
from tvrgen.checking import contract
from tvrgen.checking.faults import Fault, of_error
from tvrgen.config.settings import SamplingSettings
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations.base import Rejected, Role, Step, Transformation
from tvrgen.transformations.own import KindError

_VALUES = 40  # values that are tried, spread over all
_TRIES = 25  # states for each value, and ten times as many until one takes the step
_OTHERS = 3  # objects that a step does not name


def faults(kind: Transformation, values: Sequence[str], words: Vocabulary, sampling: SamplingSettings) -> list[Fault]:
    """The faults that a kind shows on drawn states, by some of these values."""
    found: list[Fault] = []
    for way in dict.fromkeys(kind.variants(sampling).values()):
        if any(role.before == "seen" and role.after in ("unseen", "absent") and not role.alone for role in way):
            text = "has an object that goes out of sight and is not alone, so that other steps of it do not show; write"
            found.append(Fault("roles", f"{text} alone=True", kind.name))
        for value in values[:: max(1, len(values) // _VALUES)]:
            try:
                found += _of_value(kind, value, way, words)
            except KindError as error:
                found.append(of_error(error))
    return found


def _of_value(kind: Transformation, value: str, way: Sequence[Role], words: Vocabulary) -> list[Fault]:
    """The faults of one value, tried on states in which objects are where the roles want them."""
    name, rng = kind.name, generator(0, "probe", kind.name, value)
    found: list[Fault] = []
    rejected: Counter[str] = Counter()
    applied = changed = 0
    for number in range(10 * _TRIES):
        if applied and number >= _TRIES:
            break
        state = State(objects=tuple(drawn(rng, words, way)))
        step = Step(objects=tuple(range(len(way))), kind=name, value=value)
        try:
            after, own = contract.apply(kind, state, step, words)
        except Rejected as error:
            rejected[error.rule.text] += 1
            continue
        applied += 1
        changed += after is None or after != state
        found += own
        found += _of_roles(state, after, step, way) if after else ()
    what = f"{name}.{value}" if value else name
    if not applied:
        reason, _ = rejected.most_common(1)[0]
        text = f"rejected a step in each of {counted(rejected.total(), 'drawn state')}, most often with {reason!r}"
        found.append(Fault("apply", text, name, what))
    elif not changed:
        text = "returns the state as it is; raise Rejected where no image would show a change"
        found.append(Fault("apply", text, name, what))
    return found


def _of_roles(before: State, after: State, step: Step, way: Sequence[Role]) -> Iterator[Fault]:
    for k, role in zip(step.objects, way, strict=True):
        if role.after != "any" and after[k].present != (role.after != "absent"):
            now = "there" if after[k].present else "absent"
            text = f"an object is {now} after a step, and roles says {role.after}"
            yield Fault("roles", text, step.kind, str(step))


def drawn(rng: np.random.Generator, words: Vocabulary, way: Sequence[Role]) -> Iterator[Object]:
    """Objects for the roles, and some more on stage, at places that are apart."""
    roles = (*way, *(Role(),) * _OTHERS)
    places = rng.permutation(49)
    for role, place in zip(roles, places, strict=False):
        step = words.grid.stage // 4
        x, y = (step * (int(c) - 3) for c in divmod(int(place), 7))
        if role.before == "unseen":
            x = words.grid.stage + 1 + int(place) % max(1, words.grid.field - words.grid.stage)
        drawn = {a: words.values(a)[rng.integers(len(words.values(a)))] for a in words.attributes}
        yield words.object(drawn, (x, y), float(rng.integers(360)), present=role.before != "absent")
