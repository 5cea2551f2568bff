"""From (split, index) to a fair problem.

The levels come first, from the block design. Then a scene is drawn in which those steps are possible: targets, looks
that the steps change, and places that keep the gap at every moment of the sequence. What no construction gives, such
as being in sight, is checked, and everything but the levels is drawn again when it fails.
"""

import dataclasses
from collections import Counter

import numpy as np

from tvrgen import design, geometry, transform
from tvrgen.design import Levels
from tvrgen.errors import UserError
from tvrgen.scene import Camera, Light, Object, Problem, SceneSpec, State, Step
from tvrgen.seeding import generator
from tvrgen.settings import Config, Split
from tvrgen.transform import Rejected
from tvrgen.visibility import Eye, Sight

_LOOKS_TRIES = 50  # draws of one object's looks before the whole scene is drawn again


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A problem with what follows from it: its states in order, and what each camera sees of the first and last."""

    problem: Problem
    states: tuple[State, ...]
    initial: dict[str, tuple[Sight, ...]]
    final: dict[str, tuple[Sight, ...]]


def sample_problem(config: Config, split: str, index: int) -> Problem:
    """Problem `index` of a split: a function of the config, the split and the index alone.

    Raises UserError when `sampling.max_attempts` draws all broke a rule; its text names the rule that failed most.
    """
    return plan_problem(config, split, index).problem


def plan_problem(config: Config, split: str, index: int) -> Planned:
    """The same with states and visibility, which the sampler has to work out anyway."""
    settings = config.split(split)
    levels = design.levels(config, settings, index)
    eye, failures = Eye(settings.vocabulary), Counter()
    for attempt in range(settings.sampling.max_attempts):
        rng = generator(config.seed, "sample", split, index, attempt)
        try:
            initial, steps = _draw(rng, levels, settings)
            states = transform.replay(initial, steps, settings.kinds, settings.vocabulary)
            check_states(states, steps, settings)
            cameras, lights = _jittered(rng, config.scene, settings)
            problem = Problem(
                split=split, index=index, attempt=attempt, initial=initial, steps=steps, cameras=cameras, lights=lights
            )
            planned = look(problem, states, settings, eye)
            check_sight(planned, settings)
            return planned
        except Rejected as rejected:
            failures[rejected.rule] += 1
            eye.forget()
    rule, count = failures.most_common(1)[0]
    raise UserError(
        f"{config.source}: problem {index} of split {split} ({levels}): none of {attempt + 1} draws was fair;"
        f" {count} broke the rule '{rule}'; lower sampling.visible or sampling.steps, allow"
        f" smaller sizes (sampling.only.size),"
        f" or lower sampling.min_visible_pixels ({settings.sampling.min_visible_pixels})"
    )


def look(problem: Problem, states: tuple[State, ...], split: Split, eye: Eye) -> Planned:
    """What the cameras of a problem see of its first and last state."""
    views = {c.name: geometry.view(c, split.render.width, split.render.height) for c in problem.cameras}
    return Planned(
        problem=problem,
        states=states,
        initial={split.cameras.initial: eye.look(states[0], views[split.cameras.initial])},
        final={name: eye.look(states[-1], views[name]) for name in split.cameras.final},
    )


def check_states(states: tuple[State, ...], steps: tuple[Step, ...], split: Split) -> None:
    """The rules on states and steps. Raises `Rejected` naming the first that is broken."""
    words = split.vocabulary
    seen = set()
    for before, after, step in zip(states, states[1:], steps, strict=False):
        was, is_ = before.objects[step.object], after.objects[step.object]
        move = transform.move_type(was, is_, words)
        if move is None and not words.grid.on_stage(was.position):
            raise Rejected("an object out of sight only enters")
        if move == "out" and any(o == step.object for o, _ in seen):
            raise Rejected("an object that has changed does not leave")
        if (step.object, step.kind) in seen:
            raise Rejected("an object changes once in each kind")
        seen.add((step.object, step.kind))
    if len({o.looks for o in states[0].objects}) < len(states[0].objects):
        raise Rejected("no two objects look the same")
    for state in states:
        if not all(words.grid.in_field(o.position) for o in state.objects):
            raise Rejected("objects stay in the field")
        if geometry.crowded(state, words):
            raise Rejected("objects keep a gap")


def check_sight(planned: Planned, split: Split) -> None:
    """Each changed object shows in the initial image unless it enters, and in every final one unless it leaves."""
    # at one field of view an object's pixels grow with the square of the image's width
    needed = split.sampling.min_visible_pixels * (split.render.width / 320) ** 2
    on_stage = split.vocabulary.grid.on_stage
    for k in {step.object for step in planned.problem.steps}:
        for when, state, views in (
            ("initial", planned.states[0], planned.initial),
            ("final", planned.states[-1], planned.final),
        ):
            for name, sights in views.items():
                if on_stage(state.objects[k].position) and sights[k].pixels < needed:
                    raise Rejected(f"a changed object is in sight ({when} image, camera {name})")


def _draw(rng: np.random.Generator, levels: Levels, split: Split) -> tuple[State, tuple[Step, ...]]:
    """A scene in which the levels' steps are possible. Raises Rejected where this draw met a dead end."""
    on_stage = np.zeros(levels.objects, bool)
    on_stage[rng.choice(levels.objects, levels.visible, replace=False)] = True
    targets = _targets(rng, levels, on_stage)
    steps = tuple(Step(object=t, kind=s.kind, value=s.value) for t, s in zip(targets, levels.steps, strict=True))
    looks = _looks(rng, steps, levels.objects, split)
    places = _places(rng, looks, steps, on_stage, [s.move for s in levels.steps], split)
    objects = tuple(dataclasses.replace(o, position=p) for o, p in zip(looks, places, strict=True))
    return State(objects=objects), steps


def _targets(rng: np.random.Generator, levels: Levels, on_stage: np.ndarray) -> list[int]:
    """An object for each step. Those that leave are chosen first, as they may do nothing else."""
    targets = [-1] * len(levels.steps)
    free, used = on_stage.copy(), set()
    for k in sorted(range(len(levels.steps)), key=lambda k: levels.steps[k].move != "out"):
        step = levels.steps[k]
        candidates = np.flatnonzero(~on_stage if step.move == "in" else free)
        candidates = [int(c) for c in candidates if (int(c), step.kind) not in used]
        if not candidates:
            raise Rejected("an object changes once in each kind")
        targets[k] = candidates[rng.integers(len(candidates))]
        used.add((targets[k], step.kind))
        free[targets[k]] &= step.move != "out"
    return targets


def _looks(rng: np.random.Generator, steps: tuple[Step, ...], count: int, split: Split) -> list[Object]:
    """Objects at the origin, no two alike, that each of their own steps changes."""
    words, objects, taken = split.vocabulary, [], set()
    tables = {a: words.values(a) for a in ("shape", "size", "color", "material")}
    for k in range(count):
        own = [s for s in steps if s.object == k]
        for _ in range(_LOOKS_TRIES):
            named = {a: values[rng.integers(len(values))] for a, values in tables.items()}
            obj = Object(**named, position=(0, 0), rotation=float(rng.integers(360)))
            if obj.looks not in taken and _changes(obj, own, split):
                break
        else:
            raise Rejected("a step changes something")
        taken.add(obj.looks)
        objects.append(obj)
    return objects


def _changes(obj: Object, steps: list[Step], split: Split) -> bool:
    try:
        for step in steps:
            obj = split.kinds[step.kind].apply(obj, step.value, split.vocabulary)
    except Rejected:
        return False
    return True


def _places(
    rng: np.random.Generator,
    looks: list[Object],
    steps: tuple[Step, ...],
    on_stage: np.ndarray,
    moves: list[str | None],
    split: Split,
) -> list[tuple[int, int]]:
    """A place for each object, so that all keep the gap at every moment; those with the least choice first."""
    grid, words = split.vocabulary.grid, split.vocabulary
    # histories[k]: (offset from the start, radius) of object k at every moment
    histories = []
    for k, obj in enumerate(looks):
        moments = [obj]
        for step in steps:
            last = moments[-1]
            moments.append(split.kinds[step.kind].apply(last, step.value, words) if step.object == k else last)
        histories.append([(o.position, words.sizes[o.size]) for o in moments])

    def urgency(k: int) -> tuple:
        moved = any(offset != (0, 0) for offset, _ in histories[k])
        return (not moved, -max(radius for _, radius in histories[k]))

    places: dict[int, tuple[int, int]] = {}
    for k in sorted(range(len(looks)), key=urgency):
        free = _stage_mask(grid.stage, grid.field, bool(on_stage[k])).copy()
        own_moves = [m for s, m in zip(steps, moves, strict=True) if s.object == k and m]
        end = histories[k][-1][0]
        if end != (0, 0):
            ends_on_stage = own_moves[-1] != "out" if own_moves else bool(on_stage[k])
            free &= _shifted(_stage_mask(grid.stage, grid.field, ends_on_stage), end)
        met = set()
        for other, place in places.items():
            for (offset, radius), (other_offset, other_radius) in zip(histories[k], histories[other], strict=True):
                centre = (place[0] + other_offset[0] - offset[0], place[1] + other_offset[1] - offset[1])
                met.add((centre, geometry.required_distance(radius, other_radius, grid)))
        for centre, distance in met:
            _clear(free, centre, distance, grid.field)
        choice = np.flatnonzero(free)
        if not len(choice):
            raise Rejected("objects keep a gap")
        x, y = divmod(int(choice[rng.integers(len(choice))]), 2 * grid.field + 1)
        places[k] = (x - grid.field, y - grid.field)
    return [places[k] for k in range(len(looks))]


def _stage_mask(stage: int, field: int, on_stage: bool) -> np.ndarray:
    """(2 field + 1, 2 field + 1) bool over grid places: those on stage, or those off it."""
    mask = np.full((2 * field + 1, 2 * field + 1), not on_stage)
    mask[field - stage : field + stage + 1, field - stage : field + stage + 1] = on_stage
    return mask


def _shifted(mask: np.ndarray, offset: tuple[int, int]) -> np.ndarray:
    """Where mask holds at place + offset."""
    result = np.zeros_like(mask)
    (a, b), (n, m) = offset, mask.shape
    if abs(a) < n and abs(b) < m:
        result[max(0, -a) : n - max(0, a), max(0, -b) : m - max(0, b)] = mask[
            max(0, a) : n - max(0, -a), max(0, b) : m - max(0, -b)
        ]
    return result


def _clear(free: np.ndarray, centre: tuple[int, int], distance: float, field: int) -> None:
    """Takes all places nearer than `distance` to `centre` out of `free`, in place."""
    reach = int(distance) + 1
    x, y = centre[0] + field, centre[1] + field
    rows, columns = (np.arange(max(0, c - reach), min(free.shape[0], c + reach + 1)) for c in (x, y))
    near = (rows[:, None] - x) ** 2 + (columns[None, :] - y) ** 2 < distance * distance
    if near.size:
        free[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] &= ~near


def _jittered(rng: np.random.Generator, scene: SceneSpec, split: Split) -> tuple[tuple[Camera, ...], tuple[Light, ...]]:
    """All cameras of the scene and all lights, moved at random; to the millimetre, so that records are exact.

    Every camera of the scene is drawn, so that a problem does not depend on which of them a split releases.
    """

    def moved(thing, reach: float):
        noise = [float(n) for n in rng.uniform(-reach, reach, 3)]
        location = tuple(round(c + n, 3) for c, n in zip(thing.location, noise, strict=True))
        return dataclasses.replace(thing, location=location)

    cameras = {name: moved(c, scene.jitter.camera) for name, c in scene.cameras.items()}
    lights = tuple(moved(li, scene.jitter.light) if li.type == "area" else li for li in scene.lights.values())
    return tuple(cameras[name] for name in split.cameras.names), lights
