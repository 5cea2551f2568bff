"""Problems and questions as JSON: the two kinds of lines of a dataset, and back.

Numbers that are computed are rounded to six decimals, so that a record does not show the last bit of a machine's
arithmetic. Both kinds of lines are checked against the schemas that ship with tvrgen.
"""

import dataclasses
import json
from typing import Any

from tvrgen.config import documents
from tvrgen.dataset.pictures import BLEND, pictures
from tvrgen.imaging.visibility import Sight
from tvrgen.questions import changes
from tvrgen.sampling.problem import Planned, Problem
from tvrgen.scene import camera_model
from tvrgen.scene.model import Camera, Light, Object, State
from tvrgen.settings import Split
from tvrgen.transformations import position, replay
from tvrgen.transformations.base import Step

Record = dict[str, Any]


def scene_line(planned: Planned, split: Split) -> Record:
    """The record of one problem; see scene.schema.json."""
    problem = planned.problem
    return {
        "id": problem.id,
        "hash": planned.hash,
        "split": problem.split,
        "index": problem.index,
        "attempt": problem.attempt,
        "order_sensitive": planned.order_sensitive,
        "initial": {"objects": _objects(planned.states[0], split)},
        "final": {"objects": _objects(planned.states[-1], split)},
        "steps": [_step(planned, k, split) for k in range(len(problem.steps))],
        **({"annotations": _annotations(planned, split)} if split.output.annotations else {}),
        **({"intermediate": _intermediate(planned, split)} if split.output.intermediate else {}),
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
            when: {name: [_sight(s) for s in sights] for name, sights in views.items()}
            for when, views in (("initial", planned.initial), ("final", planned.final))
        },
    }


def question_lines(planned: Planned, split: Split, seed: int) -> list[Record]:
    """The records of a problem's questions, one for each final view; see question.schema.json."""
    problem = planned.problem
    paths = {(p.when, p.camera.name): p.path for p in pictures(problem, split)}
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
            "initial_objects": asked.initial_objects,
            "difficulty": {"score": asked.difficulty.score, **asked.difficulty.parts},
            **({"rationale": [_plain(sentence) for sentence in asked.rationale]} if asked.rationale else {}),
        }
        for view in problem.views
        for asked in (changes.ask(planned, view, split, seed),)
    ]


def problem_from(line: Record) -> Problem:
    """The problem that a scene line describes."""
    return Problem(
        split=line["split"],
        index=line["index"],
        attempt=line["attempt"],
        initial=state_from(line["initial"]),
        steps=tuple(Step(object=s["object"], kind=s["kind"], value=s["value"]) for s in line["steps"]),
        cameras=_cameras_from(line["cameras"]),
        lights=_lights_from(line["lights"]),
        views=tuple(line["visibility"]["final"]),
        final_cameras=_cameras_from(line.get("final_cameras", {})),
        final_lights=_lights_from(line.get("final_lights", [])),
    )


def sights_from(part: list[Record]) -> tuple[Sight, ...]:
    """What one image shows of each object, from the `visibility` of a scene line."""
    return tuple(Sight(s["pixels"], s["fraction"], _frozen(s["box"])) for s in part)


def state_from(part: Record) -> State:
    """The state in the `initial` or `final` part of a scene line."""
    names = ("shape", "size", "color", "material", "position", "rotation")
    return State(objects=tuple(Object(**{k: _frozen(o[k]) for k in names}) for o in part["objects"]))


def dump(line: Record) -> str:
    """One line of JSON, always the same text for the same record."""
    return json.dumps(line, ensure_ascii=False, allow_nan=False)


def check(line: Record, schema: str, where: str) -> None:
    """Raises UserError where a line does not fit its schema ("scene" or "question")."""
    documents.check(line, where, schema)


def _cameras_from(part: Record) -> tuple[Camera, ...]:
    names = ("location", "look_at", "focal_length", "sensor_width")
    return tuple(Camera(name=name, **{k: _frozen(c[k]) for k in names}) for name, c in part.items())


def _lights_from(part: list[Record]) -> tuple[Light, ...]:
    return tuple(Light(**{k: _frozen(v) for k, v in light.items()}) for light in part)


def _objects(state: State, split: Split) -> list[Record]:
    grid = split.vocabulary.grid
    return [{"index": k, **_plain(o), "on_stage": grid.on_stage(o.position)} for k, o in enumerate(state.objects)]


def _annotations(planned: Planned, split: Split) -> Record:
    """The files beside each picture: when -> camera -> what it holds -> path."""
    listed: Record = {}
    for picture in pictures(planned.problem, split):
        listed.setdefault(picture.when, {})[picture.camera.name] = picture.annotations
    return listed


def _intermediate(planned: Planned, split: Split) -> list[Record]:
    """The states between the steps, each with its picture by the initial camera."""
    between = [p for p in pictures(planned.problem, split) if p.when not in ("initial", "final")]
    return [{"image": p.path, "objects": _objects(planned.states[p.state], split)} for p in between]


def _step(planned: Planned, k: int, split: Split) -> Record:
    step, before, after = planned.problem.steps[k], planned.states[k], planned.states[k + 1]
    was, is_ = before.objects[step.object], after.objects[step.object]
    record = {
        "object": step.object,
        "kind": step.kind,
        "value": step.value,
        "from": {f: v for f, v in _plain(was).items() if v != _plain(is_)[f]},
        "accepted": list(replay.accepted(before, step, split.kinds, split.vocabulary)),
    }
    move = position.move_type(was, is_, split.vocabulary)
    return record | ({"type": move} if move else {})


def _camera(camera: Camera, split: Split) -> Record:
    view = camera_model.view(camera, split.render.width, split.render.height)
    own = {k: v for k, v in _plain(camera).items() if k != "name"}
    return own | {"intrinsics": _rounded(view.intrinsics), "world_to_camera": _rounded(view.world_to_camera)}


def _sight(sight: Sight) -> Record:
    return {"pixels": sight.pixels, "fraction": sight.fraction, "box": sight.box and list(sight.box)}


def _plain(data: Any) -> Record:
    """A flat dataclass as JSON has it: lists for tuples."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in dataclasses.asdict(data).items()}


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _rounded(matrix: list[list[float]]) -> list[list[float]]:
    return [[round(v, 6) + 0.0 for v in row] for row in matrix]
