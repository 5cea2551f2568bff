"""Faults of a scene line: it is compared with the line that its problem must have.

The config alone determines a problem's levels, id and files. Its line holds all that was drawn: looks and positions
of the objects, locations of cameras and lights, and sights. From these the problem is planned again, without rays, and
its lines are compared with those of the dataset. Rules, which a comparison cannot see, are checked by themselves.
"""

import dataclasses
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar, cast

import tvrgen
from tvrgen._support.errors import UserError
from tvrgen.config.settings import Config, Split
from tvrgen.dataset import records
from tvrgen.dataset.images import ImageFile, image_files
from tvrgen.dataset.records import Record
from tvrgen.dataset.validation.differences import differences
from tvrgen.dataset.versions import plan_of
from tvrgen.imaging.shots import Shot
from tvrgen.imaging.visibility import NOTHING, Sight
from tvrgen.sampling import design, fairness, identity, sampler, uniqueness
from tvrgen.sampling.levels import Levels
from tvrgen.sampling.problem import Planned, Problem
from tvrgen.sampling.version import PLAN
from tvrgen.scene.model import Camera, Light, State, Vector
from tvrgen.transformations import replay
from tvrgen.transformations.base import Role, Step

Moved = TypeVar("Moved", Camera, Light)


def unlike_dealt(description: Record, config: Config) -> str:
    """Why levels may not be those that a dataset, given by its description and config, was dealt; "" if they are."""
    if (plan := plan_of(description)) != PLAN:
        return f"was made by plan {plan}, and this tvrgen {tvrgen.__version__} has plan {PLAN}"
    if not design.is_known(config):
        return "was made before the least turns of shapes were noted"
    return ""


def dealt(config: Config, split: Split, index: int) -> Problem:
    """The part of a problem that the config alone determines; nothing is drawn yet."""
    levels = design.levels(config, split, index)
    return Problem(
        split=split.name,
        index=index,
        attempt=0,
        initial=State(objects=()),
        steps=tuple(intended.step for intended in levels.steps),
        cameras=tuple(config.scene.cameras[name] for name in split.cameras.names),
        lights=tuple(config.scene.lights.values()),
        views=levels.views,
    )


def recorded_problem(problem: Problem, line: Record, split: Split) -> Problem:
    """Returns a dealt problem with the steps and final views of its line, which may differ from the design's."""
    recorded = records.problem_from(line, split.vocabulary)
    return dataclasses.replace(problem, steps=recorded.steps, views=recorded.views)


def dealt_images(problem: Problem, split: Split) -> tuple[ImageFile, ...]:
    """The image files of a dealt problem. Their paths are right; their states are still empty."""
    states = (problem.initial,) * (len(problem.steps) + 1)
    shots = problem.shots(states, split.render.width, split.render.height)
    return image_files(problem, shots, split)


def scene_faults(
    line: Record, problem: Problem, config: Config, split: Split, due: dict[str, Record], own_plan: bool = True
) -> Iterator[str]:
    """Faults of a scene line that fits its schema. Adds the expected question lines to `due`, by id.

    Levels are compared with the design if the line was dealt by it (`own_plan`).
    """
    objects = line["initial"]["objects"]
    levels = design.levels(config, split, problem.index) if own_plan else None
    faulty = [f"{difference}, by the design" for difference in _unlike_design(line, levels)] if levels else []
    words = split.vocabulary
    known = {a: words.values(a) for a in words.attributes} | {"rotation": range(360)}  # whole degrees
    for k, obj in enumerate(objects):
        faulty += [
            f"initial.objects[{k}].{a}: {obj.get(a)!r:.40} never occurs" for a in known if obj.get(a) not in known[a]
        ]
    yield from faulty
    if faulty:
        return  # nothing follows from such a line
    planned = _planned_again(line, problem, config, split)
    if own_plan:
        uniqueness.check_unique(planned.states, split)
    else:
        planned = dataclasses.replace(planned, accepted=tuple(_accepted_then(line, planned, split)))
    images = image_files(planned.problem, planned.shots, split)
    rebuilt = records.scene_line(planned, images, split)
    yield from islice(differences(line, rebuilt), 1)
    for k, (step, level) in enumerate(zip(rebuilt["steps"], levels.steps if levels else (), strict=bool(levels))):
        if not all(role.allows(Role(**found)) for role, found in zip(level.roles, step["roles"], strict=False)):
            way = f" of {level.variant!r}" if level.variant else ""
            yield f"steps[{k}].roles: are not those{way}; expected these by the design"
    if not identity.belongs(planned.hash, split.hashes):
        yield "hash: belongs to another split"
    yield from _sight_faults(planned, split)
    due.update({question["id"]: question for question in records.question_lines(planned, images, split, config.seed)})


def _accepted_then(line: Record, planned: Planned, split: Split) -> Iterator[tuple[Step, ...]]:
    """Yields each step's accepted ways in a line of another plan, which may have accepted more values than this one."""
    for step, recorded, ours in zip(planned.problem.steps, line["steps"], planned.accepted, strict=False):
        values = [value for value in recorded["accepted"] if isinstance(value, str)]
        then = tuple(dataclasses.replace(step, value=value) for value in values)
        known = {*ours} <= {*then} and {*values} <= {*split.values[step.kind]} and then[:1] == (step,)
        yield then if known and len(values) == len(recorded["accepted"]) else ours


def _unlike_design(line: Record, levels: Levels) -> Iterator[str]:
    objects = [o for o in line["initial"]["objects"] if o.get("present", True)]
    steps = [str(step) for step in records.steps_from(line)]
    found = {"objects": len(objects), "visible": sum(o["on_stage"] for o in objects), "steps": steps}
    due = [str(intended.step) for intended in levels.steps]
    yield from differences(found, {"objects": levels.objects, "visible": levels.on_stage, "steps": due})


def _planned_again(line: Record, problem: Problem, config: Config, split: Split) -> Planned:
    """Plans a problem again from the draws in its line. Raises Rejected if it breaks a rule."""
    recorded, jitter = records.problem_from(line, split.vocabulary), config.scene.jitter
    states = replay.replay(recorded.initial, problem.steps, split.kinds, split.vocabulary)
    fairness.check_states(states, problem.steps, split.sampling, split.vocabulary)
    apart = split.jitters_apart
    drawn = dataclasses.replace(
        problem,
        attempt=min(recorded.attempt, split.sampling.max_attempts - 1),
        initial=recorded.initial,
        cameras=tuple(_moved(problem.cameras, recorded.cameras, jitter.camera)),
        lights=tuple(_moved(problem.lights, recorded.lights, jitter.light)),
        final_cameras=tuple(_moved(problem.cameras, recorded.final_cameras, jitter.camera)) if apart else (),
        final_lights=tuple(_moved(problem.lights, recorded.final_lights, jitter.light)) if apart else (),
    )
    shots = tuple(
        dataclasses.replace(shot, sights=_recorded_sights(line["visibility"], shot))
        for shot in drawn.shots(states, split.render.width, split.render.height)
    )
    return sampler.completed(drawn, states, shots, split)


def _recorded_sights(visibility: Record, shot: Shot) -> tuple[Sight, ...] | None:
    """Returns a shot's sights in a line: empty if the line lacks them, None for an intermediate shot."""
    if shot.intermediate:
        return None
    return records.sights_from(visibility[shot.when].get(shot.camera.name, []))


def _moved(things: Iterable[Moved], recorded: Iterable[Moved], reach: float) -> Iterator[Moved]:
    """Yields the config's cameras or lights at the locations in a line, or as near to them as jitter can move them.

    Suns stay; others move by at most `reach` metres on each axis, to the millimetre.
    """
    at = {thing.name: thing.location for thing in recorded if getattr(thing, "type", "") != "sun"}
    for thing in things:
        axes = zip(at.get(thing.name, ()), thing.location, strict=False)
        location = tuple(round(min(max(x, c - reach), c + reach), 3) for x, c in axes)
        yield dataclasses.replace(thing, location=cast(Vector, location or thing.location))


def _sight_faults(planned: Planned, split: Split) -> Iterator[str]:
    """Faults of the sights that can be found without rays. Raises Rejected if a sight breaks a rule."""
    shows, frame = split.vocabulary.grid.shows, split.render
    changed = {k for step in planned.problem.steps for k in step.objects}
    least = fairness.least_pixels(split.sampling.min_visible_pixels, frame.width)
    for shot in (planned.initial, *planned.finals):
        objects, sights, place = shot.state.objects, shot.sights or (), f"visibility.{shot.when}.{shot.camera.name}"
        if len(sights) != len(objects):
            raise UserError(f"{place}: has {len(sights)} entries; expected {len(objects)}, one for each object")
        for k, (obj, sight) in enumerate(zip(objects, sights, strict=True)):
            left, top, right, bottom = sight.box or (0, 0, 0, 0)
            inside = left < right <= frame.width and top < bottom <= frame.height and shows(obj)
            possible = inside and 0 < sight.pixels <= (right - left) * (bottom - top) and sight.fraction > 0
            if not possible and sight != NOTHING:
                yield f"{place}[{k}]: is not a possible sight"
        fairness.check_sight(shot, changed, least, split.vocabulary.grid)
