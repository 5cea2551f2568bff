"""Sampler: draws the fair problem of a split and an index.

The levels come first, from the block design. Then a scene is drawn in which those steps are possible: looks that the
steps change, and positions that keep the gap at every moment of the sequence. The other rules, such as being in sight,
are checked, and everything but the levels is drawn again when one is broken.
"""

import dataclasses
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from tvrgen._support.errors import UserError
from tvrgen._support.import_path import importable
from tvrgen._support.rng import generator
from tvrgen.config.settings import Config, Split
from tvrgen.imaging.shots import Shot
from tvrgen.imaging.visibility import Eye
from tvrgen.sampling import design, fairness, identity, order, placement, right_answers, rules, uniqueness
from tvrgen.sampling.levels import Levels
from tvrgen.sampling.looks import can_take
from tvrgen.sampling.problem import Planned, Problem
from tvrgen.sampling.tracing import trace
from tvrgen.scene.model import Camera, Light, Object, SceneSpec, State, Vector
from tvrgen.transformations import replay
from tvrgen.transformations.base import UNCHANGED, Rejected, Role, Rule, Step

_log = logging.getLogger(__name__)

_SAID_AFTER = 2048  # draws without a fair problem, and after every doubling
_LOOKS_TRIES = 50  # draws of one object's looks before the whole scene is drawn again


def sample_problem(config: Config, split: str, index: int) -> Problem:
    """Returns problem `index` of a split, a function of the config, the split and the index alone.

    Raises UserError if each of `sampling.max_attempts` draws broke a rule; its text names the one broken most often.
    """
    return plan_problem(config, split, index).problem


def plan_problem(
    config: Config, split: str, index: int, check: Callable[[Planned], object] = lambda planned: None
) -> Planned:
    """Returns problem `index` of a split with its states, shots and sights.

    A function of the config, the split's name and the index alone. Needs no Blender. `check` raises Rejected for a
    problem that is fair and yet to be drawn again.

    Raises UserError as `sample_problem` does.
    """
    with importable(config.folder):
        return _planned(config, config.split(split), index, check)


def _planned(config: Config, split: Split, index: int, check: Callable[[Planned], object]) -> Planned:
    levels = design.levels(config, split, index)
    failures: Counter[Rule] = Counter()
    for attempt in range(split.sampling.max_attempts):
        rng = generator(config.seed, "sample", split.name, index, attempt)
        try:
            planned = _attempt(config, split, levels, rng, index, attempt)
            check(planned)
            return planned
        except Rejected as rejected:
            failures[rejected.rule] += 1
        if attempt + 1 >= _SAID_AFTER and (attempt + 1).bit_count() == 1:
            rule, count = failures.most_common(1)[0]
            _log.warning(
                "%s: problem %d of split %s: none of %d draws was fair so far; %d broke the rule '%s'; up to %d are "
                "made (sampling.max_attempts)",
                config.source, index, split.name, attempt + 1, count, rule.text, split.sampling.max_attempts,
            )  # fmt: skip
    rule, count = failures.most_common(1)[0]
    remedies = rules.remedies(rule, split.sampling.min_visible_pixels)
    raise UserError(
        f"{config.source}: problem {index} of split {split.name} ({levels}): none of {attempt + 1} draws was fair;"
        f" {count} broke the rule '{rule.text}'; {remedies}"
    )


def _attempt(
    config: Config, split: Split, levels: Levels, rng: np.random.Generator, index: int, attempt: int
) -> Planned:
    """Draws a problem. Raises Rejected if it breaks a rule."""
    initial, steps = _draw(rng, levels, split)
    states = replay.replay(initial, steps, split.kinds, split.vocabulary)
    fairness.check_states(states, steps, split.sampling, split.vocabulary)
    for before, after, intended in zip(states, states[1:], levels.steps, strict=False):
        if not all(map(Role.allows, intended.roles, replay.roles(before, after, intended.step, split.vocabulary.grid))):
            raise Rejected(rules.ROLES)
    uniqueness.check_by_costs(states, split)
    cameras, lights = _jittered(rng, config.scene, split.cameras.names)
    final_cameras, final_lights = _jittered(rng, config.scene, split.cameras.names) if split.jitters_apart else ((), ())
    problem = Problem(
        split=split.name,
        index=index,
        attempt=attempt,
        initial=initial,
        steps=steps,
        cameras=cameras,
        lights=lights,
        views=levels.views,
        final_cameras=final_cameras,
        final_lights=final_lights,
    )
    shots = tuple(_looked_at(problem, states, split))
    uniqueness.check_by_search(states, split)  # last, as it takes longest
    return completed(problem, states, shots, split)


def _looked_at(problem: Problem, states: tuple[State, ...], split: Split) -> Iterator[Shot]:
    """Returns the problem's shots, with sights unless intermediate. Raises Rejected at the first unfair shot."""
    eye, changed = Eye(split.vocabulary), {k for step in problem.steps for k in step.objects}
    least = fairness.least_pixels(split.sampling.min_visible_pixels, split.render.width)
    for shot in problem.shots(states, split.render.width, split.render.height):
        if shot.intermediate:
            yield shot
            continue
        looked_at = dataclasses.replace(shot, sights=eye.look(shot.state, shot.view))
        fairness.check_sight(looked_at, changed, least, split.vocabulary.grid)
        yield looked_at


def completed(problem: Problem, states: tuple[State, ...], shots: tuple[Shot, ...], split: Split) -> Planned:
    """Returns the planned problem of a problem with these states and shots.

    Raises Rejected if too many other answers are right.
    """
    steps, kinds, words = problem.steps, split.kinds, split.vocabulary
    answers = right_answers.right_answers(states, steps, split)
    return Planned(
        problem=problem,
        states=states,
        shots=shots,
        hash=identity.digest(problem.initial, steps, kinds),
        order_sensitive=order.order_sensitive(states, steps, kinds, split.sampling, words),
        roles=tuple(
            replay.roles(before, after, step, words.grid)
            for before, after, step in zip(states, states[1:], steps, strict=False)
        ),
        accepted=answers.accepted,
        alternatives=answers.alternatives,
    )


def _draw(rng: np.random.Generator, levels: Levels, split: Split) -> tuple[State, tuple[Step, ...]]:
    """An initial state in which the levels' steps are possible, of a problem that belongs to this split.

    Raises Rejected if an object has no look or position left.
    """
    steps = tuple(intended.step for intended in levels.steps)
    on_stage = _on_stage(rng, levels)
    looks = _as_they_appear(_looks(rng, steps, levels, split), steps, levels.absent, split)
    objects = looks
    for positions in placement.positions(rng, looks, levels.steps, on_stage, split.kinds, split.vocabulary):
        objects = [o if o.position == p else o.replace(position=p) for o, p in zip(objects, positions, strict=True)]
        initial = State(objects=tuple(objects))
        if split.hashes[1] == 1 or identity.belongs(identity.digest(initial, steps, split.kinds), split.hashes):
            return initial, steps
    raise Rejected(rules.ONE_SPLIT)


def _on_stage(rng: np.random.Generator, levels: Levels) -> list[bool]:
    """Whether each object is on stage at first: those that change but do not enter, and others by chance."""
    entering = {k for step in levels.steps for k in step.entering}
    chosen = {k for step in levels.steps for k in step.objects} - entering - levels.absent
    others = [k for k in range(levels.objects) if k not in entering and k not in chosen]
    more = levels.on_stage - len(chosen)
    if not 0 <= more <= len(others):
        raise Rejected(rules.CHANGED_ON_STAGE)
    chosen |= {others[k] for k in rng.permutation(len(others))[:more]}
    chosen |= levels.absent  # they appear on stage
    return [k in chosen for k in range(levels.objects + len(levels.absent))]


def _looks(rng: np.random.Generator, steps: tuple[Step, ...], levels: Levels, split: Split) -> list[Object]:
    """Objects at the origin that each of their own steps changes, no two alike unless the config allows twins."""
    words, constraints = split.vocabulary, split.sampling.constraints
    objects: list[Object] = []
    taken: set[tuple[str, ...]] = set()
    tables = {a: words.values(a) for a in words.attributes}
    for k in range(levels.objects + len(levels.absent)):
        present = k not in levels.absent
        group, own = _bound(k, steps)
        for _ in range(_LOOKS_TRIES):
            drawn = {a: values[rng.integers(len(values))] for a, values in tables.items()}
            obj = words.object(drawn, rotation=float(rng.integers(360)), present=present)
            allowed = split.sampling.twins or not present or obj.looks not in taken
            members = [obj if member == k else objects[member] for member in group]
            if allowed and can_take(members, own, split.kinds, words, constraints):
                break
        else:
            raise Rejected(UNCHANGED)
        taken |= {obj.looks} if present else set()
        objects.append(obj)
    return objects


def _as_they_appear(objects: list[Object], steps: tuple[Step, ...], absent: set[int], split: Split) -> list[Object]:
    """The objects, with absent ones as they look in the end: no image shows another look, nor does the identity."""
    if not absent:
        return objects
    try:
        last = trace(objects, steps, split.kinds, split.vocabulary)[-1]
    except Rejected:
        return objects  # a kind that looks at where objects are
    return [obj.replace(**last[k].attributes) if k in absent else obj for k, obj in enumerate(objects)]


def _bound(k: int, steps: tuple[Step, ...]) -> tuple[list[int], list[Step]]:
    """The objects up to k that steps among them bind to object k, itself included, and these steps.

    The steps name the objects by their places in the list.
    """
    among = [step for step in steps if max(step.objects) <= k]
    group, size = {k}, 0
    while len(group) > size:
        size = len(group)
        group |= {member for step in among if group & {*step.objects} for member in step.objects}
    members = sorted(group)
    place = {member: n for n, member in enumerate(members)}
    own = [
        dataclasses.replace(step, objects=tuple(place[member] for member in step.objects))
        for step in among
        if group & {*step.objects}
    ]
    return members, own


def _jittered(
    rng: np.random.Generator, scene: SceneSpec, names: Iterable[str]
) -> tuple[tuple[Camera, ...], tuple[Light, ...]]:
    """The cameras with these names and all lights of the scene, moved at random; suns stay.

    Every camera of the scene is drawn, so that a problem does not depend on which of them a split uses.
    """
    camera, light = scene.jitter.camera, scene.jitter.light
    cameras = {
        name: dataclasses.replace(c, location=_moved(rng, c.location, camera)) for name, c in scene.cameras.items()
    }
    lights = tuple(
        dataclasses.replace(li, location=_moved(rng, li.location, light)) if li.type == "area" else li
        for li in scene.lights.values()
    )
    return tuple(cameras[name] for name in names), lights


def _moved(rng: np.random.Generator, location: Vector, reach: float) -> Vector:
    """Moves a location by up to `reach` metres on each axis, rounded to the millimetre, so that records are exact."""
    x, y, z = (round(c + float(n), 3) for c, n in zip(location, rng.uniform(-reach, reach, 3), strict=True))
    return x, y, z
