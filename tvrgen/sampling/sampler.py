"""From (split, index) to a fair problem.

The levels come first, from the block design. Then a scene is drawn in which those steps are possible: looks that the
steps change, and places that keep the gap at every moment of the sequence. What no construction gives, such as being
in sight, is checked, and everything but the levels is drawn again when it fails.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterator

import numpy as np

from tvrgen._support.rng import generator
from tvrgen.errors import UserError
from tvrgen.imaging.shots import Shot
from tvrgen.imaging.visibility import Eye
from tvrgen.sampling import design, fairness, identity, order, placement
from tvrgen.sampling.design import Levels
from tvrgen.sampling.looks import can_take
from tvrgen.sampling.problem import Planned, Problem
from tvrgen.scene.model import Camera, Light, Object, SceneSpec, State
from tvrgen.settings import Config, Split
from tvrgen.transformations import position, replay
from tvrgen.transformations.base import Rejected, Step

_LOOKS_TRIES = 50  # draws of one object's looks before the whole scene is drawn again


def sample_problem(config: Config, split: str, index: int) -> Problem:
    """Problem `index` of a split: a function of the config, the split and the index alone.

    Raises UserError when `sampling.max_attempts` draws all broke a rule; its text names the rule that failed most.
    """
    return plan_problem(config, split, index).problem


def plan_problem(config: Config, split: str, index: int) -> Planned:
    """Problem `index` of a split with its states, and what each image shows of each object.

    A function of the config, the split's name and the index alone. Needs no Blender.

    Raises UserError as `sample_problem` does.
    """
    settings = config.split(split)
    levels = design.levels(config, settings, index)
    failures: Counter[str] = Counter()
    for attempt in range(settings.sampling.max_attempts):
        rng = generator(config.seed, "sample", split, index, attempt)
        try:
            return _attempt(config, settings, levels, rng, index, attempt)
        except Rejected as rejected:
            failures[rejected.rule] += 1
    rule, count = failures.most_common(1)[0]
    raise UserError(
        f"{config.source}: problem {index} of split {split} ({levels}): none of {attempt + 1} draws was fair;"
        f" {count} broke the rule '{rule}'; {_remedies(rule, settings)}"
    )


def _remedies(rule: str, split: Split) -> str:
    """Three things to change in the config when a rule is in the way."""
    if "in sight" in rule:
        least = split.sampling.min_visible_pixels
        return (
            f"lower sampling.min_visible_pixels ({least}), lower sampling.on_stage, leave out the smallest sizes"
            " (sampling.never.size), or move the cameras nearer"
        )
    if "gap" in rule or "field" in rule:
        return (
            "lower sampling.on_stage, allow smaller sizes only (sampling.only.size), or leave out moves"
            " (sampling.moves)"
        )
    if "sampling.only" in rule or "changes something" in rule or "look" in rule:
        return "loosen sampling.only and sampling.never, lower sampling.objects, or leave out a kind (sampling.kinds)"
    return "lower sampling.steps, raise sampling.on_stage, or leave out moves (sampling.moves)"


def _attempt(
    config: Config, split: Split, levels: Levels, rng: np.random.Generator, index: int, attempt: int
) -> Planned:
    """One draw. Raises Rejected where it broke a rule."""
    initial, steps = _draw(rng, levels, split, len(config.splits))
    states = replay.replay(initial, steps, split.kinds, split.vocabulary)
    fairness.check_states(states, steps, split)
    cameras, lights = _jittered(rng, config.scene, split)
    final_cameras, final_lights = _jittered(rng, config.scene, split) if split.sampling.no_change else ((), ())
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
    return completed(problem, states, tuple(_looked_at(problem, states, split)), split)


def _looked_at(problem: Problem, states: tuple[State, ...], split: Split) -> Iterator[Shot]:
    """The problem's shots, with sights unless they are intermediate. Raises Rejected at the first unfair one."""
    eye, changed = Eye(split.vocabulary), {step.object for step in problem.steps}
    least = fairness.least_pixels(split.sampling.min_visible_pixels, split.render.width)
    for shot in problem.shots(states, split.render.width, split.render.height):
        if shot.intermediate:
            yield shot
            continue
        looked_at = dataclasses.replace(shot, sights=eye.look(shot.state, shot.view))
        fairness.check_sight(looked_at, changed, least, split.vocabulary.grid)
        yield looked_at


def completed(problem: Problem, states: tuple[State, ...], shots: tuple[Shot, ...], split: Split) -> Planned:
    """The planned problem: all that follows from a problem with these states and shots."""
    steps, kinds, words = problem.steps, split.kinds, split.vocabulary
    changes = [
        (before.objects[step.object], after.objects[step.object])
        for before, after, step in zip(states, states[1:], steps, strict=False)
    ]
    return Planned(
        problem=problem,
        states=states,
        shots=shots,
        hash=identity.digest(problem.initial, steps),
        order_sensitive=order.order_sensitive(states, steps, split),
        moves=tuple(position.move_type(before, after, words) for before, after in changes),
        accepted=tuple(replay.accepted(state, step, kinds, words) for state, step in zip(states, steps, strict=False)),
    )


def _draw(rng: np.random.Generator, levels: Levels, split: Split, splits: int) -> tuple[State, tuple[Step, ...]]:
    """A scene in which the levels' steps are possible, one of this split's own.

    Raises Rejected where the draw met a dead end.
    """
    steps = tuple(Step(object=s.target, kind=s.kind, value=s.value) for s in levels.steps)
    on_stage = _on_stage(rng, levels)
    looks = _looks(rng, steps, levels.objects, split)
    moves = [s.move for s in levels.steps]
    for places in placement.places(rng, looks, steps, on_stage, moves, split):
        objects = tuple(dataclasses.replace(o, position=p) for o, p in zip(looks, places, strict=True))
        initial = State(objects=objects)
        if splits == 1 or identity.belongs(identity.digest(initial, steps), split.ordinal, splits):
            return initial, steps
    raise Rejected("a problem belongs to one split")


def _on_stage(rng: np.random.Generator, levels: Levels) -> list[bool]:
    """Which objects are on stage at first: all that change but do not enter, none that enters, others at random."""
    entering = {s.target for s in levels.steps if s.move == "in"}
    seen = {s.target for s in levels.steps} - entering
    others = [k for k in range(levels.objects) if k not in entering and k not in seen]
    more = levels.visible - len(seen)
    if not 0 <= more <= len(others):
        raise Rejected("the changed objects are among the visible ones")
    seen |= {others[k] for k in rng.permutation(len(others))[:more]}
    return [k in seen for k in range(levels.objects)]


def _looks(rng: np.random.Generator, steps: tuple[Step, ...], count: int, split: Split) -> list[Object]:
    """Objects at the origin, no two alike, that each of their own steps changes."""
    words, objects, taken = split.vocabulary, [], set()
    tables = {a: words.values(a) for a in ("shape", "size", "color", "material")}
    for k in range(count):
        own = [(s.kind, s.value) for s in steps if s.object == k]
        for _ in range(_LOOKS_TRIES):
            named = {a: values[rng.integers(len(values))] for a, values in tables.items()}
            obj = Object(**named, position=(0, 0), rotation=float(rng.integers(360)))
            if (split.sampling.twins or obj.looks not in taken) and can_take(obj, own, split):
                break
        else:
            raise Rejected("a step changes something")
        taken.add(obj.looks)
        objects.append(obj)
    return objects


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
