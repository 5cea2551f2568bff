"""Mirror images of problems: the scene with left and right exchanged, and its images flipped.

A scene is mirrored at the plane y = 0, which maps the grid to itself, with its cameras and lights: then the image of a
mirrored camera is the flipped one, pixel by pixel. What a step's value becomes is found by applying the kind to the
mirrored state, since directions are other ones then, as the viewer sees them.
"""

import dataclasses
import itertools
from functools import lru_cache

from tvrgen.config.settings import Split
from tvrgen.imaging.shots import Shot
from tvrgen.imaging.visibility import Sight
from tvrgen.sampling import sampler
from tvrgen.sampling.problem import Planned
from tvrgen.scene import camera_model
from tvrgen.scene.model import Camera, Light, Object, State, Vector
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Rule, Step

MIRRORED = "_mirrored"
"""What the names of mirrored cameras end in."""

_NO_MIRROR = Rule(
    text="each change has a mirror image",
    remedies="leave out kinds whose values have none, such as rotation (sampling.kinds), or twins (questions.twin)",
)


def planned(original: Planned, split: Split) -> Planned:
    """Returns the mirror image of a planned problem, of the split that `of_split` returns.

    Raises Rejected if a step has no mirror image.
    """
    states = tuple(map(_state, original.states))
    problem = dataclasses.replace(
        original.problem,
        initial=states[0],
        steps=tuple(
            _step(before, after, step, split)
            for before, after, step in zip(states, states[1:], original.problem.steps, strict=False)
        ),
        cameras=tuple(map(_camera, original.problem.cameras)),
        lights=tuple(map(_light, original.problem.lights)),
        views=tuple(f"{view}{MIRRORED}" for view in original.problem.views),
        final_cameras=tuple(map(_camera, original.problem.final_cameras)),
        final_lights=tuple(map(_light, original.problem.final_lights)),
    )
    return sampler.completed(problem, states, tuple(map(shot, original.shots)), split)


def without_mirror(split: Split) -> str:
    """The name of a kind of which some step has no mirror image; "" if each has one, as far as a few objects show."""
    words, other = split.vocabulary, of_split(split)
    tables = {attribute: words.values(attribute) for attribute in words.attributes}
    for name, kind in split.kinds.items():
        for shape, value in itertools.product(tables["shape"], split.values[name]):
            looks = [{a: values[k % len(values)] for a, values in tables.items()} for k in range(len(kind.roles))]
            looks[0]["shape"] = shape
            before = State(
                objects=tuple(
                    words.object(own, position=(7 * k, 3 * k), present=not role.is_new)
                    for k, (own, role) in enumerate(zip(looks, kind.roles, strict=True))
                )
            )
            step = Step(objects=tuple(range(len(kind.roles))), kind=name, value=value)
            try:
                after = replay.apply(before, step, split.kinds, words)
                _step(_state(before), _state(after), step, other)
            except Rejected as rejected:
                if rejected.rule == _NO_MIRROR:
                    return name
    return ""


@lru_cache(maxsize=64)
def of_split(split: Split) -> Split:
    """Returns the split of mirrored problems: its directions are as the mirrored initial camera's viewer sees them."""
    azimuths = {name: -azimuth for name, azimuth in split.azimuths.items()}
    return dataclasses.replace(split, vocabulary=split.vocabulary.facing(-2 * split.azimuth), azimuths=azimuths)


def shot(original: Shot) -> Shot:
    """Returns the mirror image of a shot, with the sights of the flipped image."""
    view = original.view
    sights = original.sights and tuple(_sight(sight, view.width) for sight in original.sights)
    return dataclasses.replace(
        original,
        state=_state(original.state),
        view=camera_model.view(_camera(view.camera), view.width, view.height),
        lights=tuple(map(_light, original.lights)),
        sights=sights,
    )


def _step(before: State, after: State, step: Step, split: Split) -> Step:
    """The step of the same objects and kind that leads from one mirrored state to the next."""
    for value in dict.fromkeys((step.value, *split.values[step.kind])):
        mirrored = dataclasses.replace(step, value=value)
        try:
            if replay.apply(before, mirrored, split.kinds, split.vocabulary) == after:
                return mirrored
        except Rejected:
            continue
    raise Rejected(_NO_MIRROR)


def _state(state: State) -> State:
    return State(objects=tuple(map(_object, state.objects)))


def _object(obj: Object) -> Object:
    (x, y), rotation = obj.position, -obj.rotation % 360
    return dataclasses.replace(obj, position=(x, -y), rotation=rotation)


def _camera(camera: Camera) -> Camera:
    location, look_at = _at(camera.location), _at(camera.look_at)
    return dataclasses.replace(camera, name=f"{camera.name}{MIRRORED}", location=location, look_at=look_at)


def _light(light: Light) -> Light:
    return dataclasses.replace(light, location=_at(light.location), look_at=_at(light.look_at))


def _at(point: Vector) -> Vector:
    x, y, z = point
    return x, 0.0 - y, z  # no -0.0, which records would show


def _sight(sight: Sight, width: int) -> Sight:
    if sight.box is None:
        return sight
    left, top, right, bottom = sight.box
    return dataclasses.replace(sight, box=(width - right, top, width - left, bottom))
