"""Records: problems and questions to JSON lines, and back.

Computed numbers are rounded to six decimals, so that the last bits, in which machines differ, do not show. Both kinds
of lines are checked against the schemas that ship with tvrgen.
"""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen.config import documents
from tvrgen.config.settings import Split
from tvrgen.dataset import clips, contradictions
from tvrgen.dataset.images import BLEND, ImageFile
from tvrgen.imaging.visibility import Sight
from tvrgen.questions import asking
from tvrgen.questions.base import Question
from tvrgen.questions.families import changes
from tvrgen.questions.registry import CHANGES
from tvrgen.sampling import mirror
from tvrgen.sampling.problem import Planned, Problem
from tvrgen.scene import camera_model
from tvrgen.scene.attributes import BUILT_IN
from tvrgen.scene.model import Camera, Light, Object, State
from tvrgen.scene.vocabulary import Grid, Vocabulary
from tvrgen.transformations import replay
from tvrgen.transformations.base import Step


def scene_line(planned: Planned, images: Sequence[ImageFile], split: Split) -> Record:
    """The record of a problem with these image files; see scene.schema.json."""
    problem, grid = planned.problem, split.vocabulary.grid
    clip = clips.of_planned(planned, images, split)
    return {
        "id": problem.id,
        "hash": planned.hash,
        "split": problem.split,
        "index": problem.index,
        "attempt": problem.attempt,
        "order_sensitive": planned.order_sensitive,
        "initial": {"objects": _objects(planned.states[0], grid)},
        "final": {"objects": _objects(planned.states[-1], grid)},
        "steps": [_step(planned, k) for k in range(len(problem.steps))],
        **({"annotations": _annotations(images)} if split.output.annotations else {}),
        **({"intermediate": _intermediate(images, grid)} if split.output.intermediate else {}),
        **({"clip": clip.record} if clip else {}),
        **({"blend": BLEND.format(index=problem.index)} if split.output.blend else {}),
        "cameras": {c.name: _camera(c, split) for c in problem.cameras},
        "lights": [_plain(light) for light in problem.lights],
        **(
            {
                "final_cameras": {c.name: _camera(c, split) for c in problem.final_cameras},
                "final_lights": [_plain(light) for light in problem.final_lights],
            }
            if problem.final_cameras
            else {}
        ),
        "visibility": {
            when: {shot.camera.name: [_sight(s) for s in shot.seen] for shot in shots}
            for when, shots in (("initial", (planned.initial,)), ("final", planned.finals))
        },
        **({"mirrored": _mirrored(planned, split)} if split.mirrors else {}),
    }


def _mirrored(planned: Planned, split: Split) -> Record:
    """The scene of the mirror images."""
    initial, finals, grid = mirror.shot(planned.initial), [*map(mirror.shot, planned.finals)], split.vocabulary.grid
    apart = bool(planned.problem.final_cameras)  # whether the final images have a jitter of their own
    cameras = {
        "cameras": {shot.camera.name: _camera(shot.camera, split) for shot in (initial, *(() if apart else finals))},
        "final_cameras": {shot.camera.name: _camera(shot.camera, split) for shot in finals},
    }
    lights = {"lights": initial.lights, "final_lights": finals[0].lights}
    left_out = () if apart else ("final_cameras", "final_lights")
    return {
        "initial": {"objects": _objects(initial.state, grid)},
        "final": {"objects": _objects(finals[0].state, grid)},
        **{name: own for name, own in cameras.items() if name not in left_out},
        **{name: [*map(_plain, own)] for name, own in lights.items() if name not in left_out},
        "visibility": {
            when: {shot.camera.name: [_sight(s) for s in shot.seen] for shot in own}
            for when, own in (("initial", [initial]), ("final", finals))
        },
    }


def question_lines(planned: Planned, images: Sequence[ImageFile], split: Split, seed: int) -> list[Record]:
    """The records of all questions about a problem; see question.schema.json.

    Raises Rejected if the problem does not allow one of them.
    """
    problem = planned.problem
    paths = {image.shot.name: image.path for image in images}
    clip = clips.of_planned(planned, images, split)
    return [
        {
            "id": f"{problem.id}-{view}{asked.suffix}",
            "scene": problem.id,
            "split": problem.split,
            **({"family": asked.family, "shows": [*asked.shows]} if asked.family != CHANGES else {}),
            "view": {"initial": split.cameras.initial, "final": view},
            "images": [paths[name] for name in asked.shows],
            **({"clip": clip.record} if clip and asked.of_clip else {}),
            "question": asked.prompt,
            "answer": asked.answer,
            "answer_form": asked.answer_form,
            **asked.details,
            **_twin(asked, f"{problem.id}-{view}"),
            "difficulty": {"score": asked.difficulty.score, **asked.difficulty.parts},
            **({"rationale": [_plain(sentence) for sentence in asked.rationale]} if asked.rationale else {}),
        }
        for view, asked in asking.questions(planned, split, seed)
    ]


def _twin(asked: Question, place: str) -> Record:
    if asked.twin is None:
        return {}
    return {"twin": f"{place}{asked.twin}", "flips": asked.flips, **({"mirrored": True} if asked.mirrored else {})}


def problem_from(line: Record, words: Vocabulary) -> Problem:
    """The problem that a scene line describes; objects have the attributes of the vocabulary."""
    return Problem(
        split=line["split"],
        index=line["index"],
        attempt=line["attempt"],
        initial=state_from(line["initial"], words),
        steps=steps_from(line),
        cameras=cameras_from(line["cameras"]),
        lights=_lights_from(line["lights"]),
        views=tuple(line["visibility"]["final"]),
        final_cameras=cameras_from(line.get("final_cameras", {})),
        final_lights=_lights_from(line.get("final_lights", [])),
    )


def steps_from(line: Record) -> tuple[Step, ...]:
    """The steps that a scene line describes."""
    return tuple(contradictions.step_of(step, "kind") for step in line["steps"])


def sights_from(part: list[Record]) -> tuple[Sight, ...]:
    """The sights of one image, from the `visibility` of a scene line."""
    return tuple(Sight(s["pixels"], s["fraction"], _frozen(s["box"])) for s in part)


def state_from(part: Record, words: Vocabulary) -> State:
    """The state in the `initial` or `final` part of a scene line; objects have the attributes of the vocabulary.

    Raises UserError if one of these is missing.
    """
    for k, o in enumerate(part["objects"]):
        if missing := words.attributes.keys() - o.keys():
            raise UserError(f"objects[{k}].{min(missing)}: is missing; the vocabulary has this attribute")
    return State(objects=tuple(words.object(o).replace(**_others(o)) for o in part["objects"]))


def _others(obj: Record) -> dict[str, Any]:
    """The fields in the record of an object that are no attributes; those that it lacks have their default values."""
    return {
        name: _frozen(obj[name]) for name, default in _DEFAULTS.items() if name in obj or default is dataclasses.MISSING
    }


def dump(line: Record) -> str:
    """One line of JSON, always the same text for the same record."""
    return json.dumps(line, ensure_ascii=False, allow_nan=False)


def question_id(line: Record) -> str:
    """The id that a question line must have; of another family than `changes`, up to the number behind it."""
    own, end = f"{line['scene']}-{line['view']['final']}", "-mirrored" if line.get("mirrored") else ""
    number = line["id"].removesuffix(end).rpartition("-")[2]
    return f"{own}-{line['family']}-{number}{end}" if "family" in line else f"{own}{end}"


def check(line: Any, kind: str, where: str, split: str = "") -> None:
    """Raises UserError if a line ("scene" or "question") does not fit its schema, or if its id is not its own.

    `split` is the split that it must be of, if it is known.
    """
    known = isinstance(line, dict) and isinstance(line.get("id"), str) and not where.endswith(line["id"])
    place = f"{where}: {line['id']:.100}" if known else where
    documents.check_line(line, place, kind)
    split = split or line["split"]
    scene = f"{split}-{line['index']:06d}" if kind == "scene" else line["scene"]
    own = scene if kind == "scene" else question_id(line)
    if line["split"] != split or scene.rpartition("-")[0] != split or line["id"] != own:
        raise UserError(f"{place}: id: is {line['id']!r:.100}; expected {own!r:.100}, of split {split}")
    for fault in contradictions.of_scene(line) if kind == "scene" else contradictions.of_question(line):
        raise UserError(f"{place}: {fault}")


def cameras_from(part: Record) -> tuple[Camera, ...]:
    """The cameras in the `cameras` or `final_cameras` part of a scene line."""
    names = ("location", "look_at", "focal_length", "sensor_width")
    return tuple(Camera(name=name, **{k: _frozen(c[k]) for k in names}) for name, c in part.items())


def _lights_from(part: list[Record]) -> tuple[Light, ...]:
    return tuple(Light(**{k: _frozen(v) for k, v in light.items()}) for light in part)


def _objects(state: State, grid: Grid) -> list[Record]:
    return [{"index": k, **_object(o), "on_stage": grid.shows(o)} for k, o in enumerate(state.objects)]


def _object(obj: Object) -> Record:
    """The fields of an object, but those that have their default value."""
    return {name: value for name, value in _fields(obj).items() if name not in _DEFAULTS or value != _DEFAULTS[name]}


def _fields(obj: Object) -> Record:
    """All attributes and fields of an object."""
    others = {name: getattr(obj, name) for name in _DEFAULTS}
    return {**obj.attributes, **{name: list(v) if isinstance(v, tuple) else v for name, v in others.items()}}


_DEFAULTS = {
    field.name: field.default
    for field in dataclasses.fields(Object)
    if field.name not in BUILT_IN and field.name != "further"
}
"""Field of an object that is no attribute -> its default value; MISSING if it has none."""


def _annotations(images: Sequence[ImageFile]) -> Record:
    """The annotations of each image: when -> camera -> kind -> path."""
    listed: Record = {}
    for image in images:
        listed.setdefault(image.shot.when, {})[image.shot.camera.name] = image.annotations
    return listed


def _intermediate(images: Sequence[ImageFile], grid: Grid) -> list[Record]:
    """The states between the steps, each with its image by the initial camera."""
    between = [image for image in images if image.shot.intermediate and not image.flips]
    return [{"image": image.path, "objects": _objects(image.shot.state, grid)} for image in between]


def _step(planned: Planned, k: int) -> Record:
    step, before, after = planned.problem.steps[k], planned.states[k], planned.states[k + 1]
    return {
        "objects": list(step.objects),
        **({"object": step.object} if len(step.objects) == 1 else {}),
        "kind": step.kind,
        "value": step.value,
        "roles": [{"before": role.before, "after": role.after} for role in planned.roles[k]],
        "differences": [
            {"object": index, **_difference(_fields(before[index]), _fields(after[index]))}
            for index in replay.differing(before, after)
        ],
        "accepted": changes.accepted(
            step, (way if way.objects == step.objects else planned.as_said(way) for way in planned.accepted[k])
        ),
    }


def _difference(before: Record, after: Record) -> Record:
    """The fields in which an object differs after a step, as they were and as they are."""
    names = [name for name in before if before[name] != after[name]]
    return {"before": {name: before[name] for name in names}, "after": {name: after[name] for name in names}}


def _camera(camera: Camera, split: Split) -> Record:
    view = camera_model.view(camera, split.render.width, split.render.height)
    own = {k: v for k, v in _plain(camera).items() if k != "name"}
    return own | {"intrinsics": _rounded(view.intrinsics), "world_to_camera": _rounded(view.world_to_camera)}


def _sight(sight: Sight) -> Record:
    return {"pixels": sight.pixels, "fraction": sight.fraction, "box": sight.box and list(sight.box)}


def _plain(data: Any) -> Record:
    """Converts a flat dataclass to JSON types: lists for tuples."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in dataclasses.asdict(data).items()}


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _rounded(matrix: list[list[float]]) -> list[list[float]]:
    return [[round(v, 6) + 0.0 for v in row] for row in matrix]
