"""Records: problems and questions to JSON lines, and back.

Computed numbers are rounded to six decimals, so that the last bits, in which machines differ, do not show. Both kinds
of lines are checked against the schemas that ship with tvrgen.
"""

import dataclasses
import json
from collections.abc import Iterator, Sequence
from typing import Any

from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen.config import documents
from tvrgen.config.settings import Split
from tvrgen.dataset.images import BLEND, ImageFile
from tvrgen.imaging.visibility import Sight
from tvrgen.questions import changes
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
    }


def question_lines(planned: Planned, images: Sequence[ImageFile], split: Split, seed: int) -> list[Record]:
    """The records of a problem's questions, one for each final view; see question.schema.json."""
    problem = planned.problem
    paths = {(image.shot.when, image.shot.camera.name): image.path for image in images}
    return [
        {
            "id": f"{problem.id}-{view}",
            "scene": problem.id,
            "split": problem.split,
            "view": {"initial": split.cameras.initial, "final": view},
            "images": [paths["initial", split.cameras.initial], paths["final", view]],
            "question": asked.prompt,
            "answer": asked.answer,
            "answer_form": asked.answer_form,
            "changes": asked.changes,
            **({"alternatives": asked.alternatives} if asked.alternatives else {}),
            **({"arities": asked.arities} if asked.arities else {}),
            "initial_objects": asked.initial_objects,
            "difficulty": {"score": asked.difficulty.score, **asked.difficulty.parts},
            **({"rationale": [_plain(sentence) for sentence in asked.rationale]} if asked.rationale else {}),
        }
        for view in problem.views
        for asked in (changes.ask(planned, view, split, seed),)
    ]


def problem_from(line: Record, words: Vocabulary) -> Problem:
    """The problem that a scene line describes; objects have the attributes of the vocabulary."""
    return Problem(
        split=line["split"],
        index=line["index"],
        attempt=line["attempt"],
        initial=state_from(line["initial"], words),
        steps=steps_from(line),
        cameras=_cameras_from(line["cameras"]),
        lights=_lights_from(line["lights"]),
        views=tuple(line["visibility"]["final"]),
        final_cameras=_cameras_from(line.get("final_cameras", {})),
        final_lights=_lights_from(line.get("final_lights", [])),
    )


def steps_from(line: Record) -> tuple[Step, ...]:
    """The steps that a scene line describes."""
    return tuple(_step_of(step, "kind") for step in line["steps"])


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


def check(line: Any, kind: str, where: str, split: str = "") -> None:
    """Raises UserError if a line ("scene" or "question") does not fit its schema, or if its id is not its own.

    `split` is the split that it must be of, if it is known.
    """
    known = isinstance(line, dict) and isinstance(line.get("id"), str) and not where.endswith(line["id"])
    place = f"{where}: {line['id']:.100}" if known else where
    documents.check_line(line, place, kind)
    split = split or line["split"]
    scene = f"{split}-{line['index']:06d}" if kind == "scene" else line["scene"]
    own = scene if kind == "scene" else f"{scene}-{line['view']['final']}"
    if line["split"] != split or scene.rpartition("-")[0] != split or line["id"] != own:
        raise UserError(f"{place}: id: is {line['id']!r:.100}; expected {own!r:.100}, of split {split}")
    for fault in _scene_contradictions(line) if kind == "scene" else _question_contradictions(line):
        raise UserError(f"{place}: {fault}")


def _scene_contradictions(line: Record) -> Iterator[str]:
    """What the schema cannot say of a scene line: all its parts are of the same objects and cameras."""
    count = len(line["initial"]["objects"])
    states = {"final": line["final"], **{f"intermediate[{k}]": s for k, s in enumerate(line.get("intermediate", ()))}}
    for name, state in states.items():
        if len(state["objects"]) != count:
            yield f"{name}.objects: has {len(state['objects'])} entries; expected {count}, as in initial.objects"
    for k, step in enumerate(line["steps"]):
        place, named = f"steps[{k}]", step["objects"]
        yield from _naming_contradictions(place, step, "object", "kind", range(count))
        if len(step["roles"]) != len(named):
            yield f"{place}.roles: has {len(step['roles'])} entries; expected {len(named)}, one for each object"
        for difference in step["differences"]:
            if difference["object"] >= count:
                yield f"{place}.differences: object {difference['object']}; there are {count} objects"
            if difference["before"].keys() != difference["after"].keys():
                yield f"{place}.differences: object {difference['object']}: before and after differ in their keys"
    for when, cameras in line["visibility"].items():
        for name, sights in cameras.items():
            if name not in line["cameras"]:
                yield f"visibility.{when}.{name}: there is no such camera"
            if len(sights) != count:
                yield f"visibility.{when}.{name}: has {len(sights)} entries; expected {count}, one for each object"


def _question_contradictions(line: Record) -> Iterator[str]:
    """What the schema cannot say of a question line: its changes are of its objects, each with its own value first."""
    listed = [entry["index"] for entry in line["initial_objects"]]
    answers = {"changes": line["changes"]}
    answers |= {f"alternatives[{k}]": own for k, own in enumerate(line.get("alternatives", ()))}
    named = {index for own in answers.values() for change in own for index in change["objects"]}
    known = range(len(named.union(listed)))
    for name, answer in answers.items():
        for k, change in enumerate(answer):
            place = f"{name}[{k}]"
            yield from _naming_contradictions(place, change, "index", "attribute", known)
            if changes.accepted(own := _step_of(change, "attribute"), [own])[0] not in change["accepted"]:
                yield f"{place}.accepted: lacks the value itself"
    if listed != sorted({*listed}) or named.union(listed) != {*known}:
        yield "initial_objects: are not numbered from 0, with those of the changes"


def _naming_contradictions(place: str, step: Record, alone: str, kind: str, known: range) -> Iterator[str]:
    """What the schema cannot say of how a step or a change names its objects.

    `alone` is its key for a single one, and `kind` that for its kind.
    """
    named = step["objects"]
    if beyond := [index for index in named if index not in known]:
        yield f"{place}.objects: names {beyond[0]}; there are {len(known)} objects"
    if ([step[alone]] if alone in step else []) != (named if len(named) == 1 else []):
        yield f"{place}.{alone}: is not the single one of its objects"
    for accepted in step["accepted"]:
        others = [accepted] if isinstance(accepted, dict) else []
        own = not others or (others[0]["objects"], others[0].get("attribute", step[kind])) == (named, step[kind])
        if own and bool(others) == (len(named) == 1):
            yield f"{place}.accepted: holds {accepted!r:.80}; expected {'a text' if others else 'objects and value'}"
        if any(index not in known for other in others for index in other["objects"]):
            yield f"{place}.accepted: names an object beyond the {len(known)} that there are"


def _step_of(change: Record, kind: str) -> Step:
    return Step(objects=tuple(change["objects"]), kind=change[kind], value=change["value"])


def _cameras_from(part: Record) -> tuple[Camera, ...]:
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
    between = [image for image in images if image.shot.intermediate]
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
