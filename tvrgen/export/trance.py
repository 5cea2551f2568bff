"""TRANCE: data.jsonl with a record for each scene, image/, properties.json, values.json, and data.h5 of all of these.

TRANCE's `behind` is towards its centre camera: `front` and `behind` are exchanged.
"""

import io
import json
from collections.abc import Iterable
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen.config.settings import Split
from tvrgen.dataset import records
from tvrgen.dataset.image_reader import decoded
from tvrgen.export import hdf5
from tvrgen.export.folder import Part
from tvrgen.export.reader import Question
from tvrgen.export.writers import Format
from tvrgen.questions.registry import CHANGES
from tvrgen.scene.attributes import BUILT_IN
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Grid, Vocabulary
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected

CAMERAS = {"center": "Camera_Center", "left": "Camera_Left", "right": "Camera_Right"}
_DATA, _H5 = "data.jsonl", "data.h5"
_SIZE = (160, 120)  # width and height of the images in data.h5, in pixels
_OBJECTS, _STEPS = 10, 4
"""Objects of every scene, and most steps, in TRANCE's code: it numbers the end of an answer 10 and its padding 11."""
_KINDS = (*BUILT_IN, "position")
_TYPES = {("seen", "seen"): "inner", ("seen", "unseen"): "out", ("unseen", "seen"): "in"}
"""Where an object is before and after a move -> TRANCE's type of the move."""

_SWAPPED = {"front": "behind", "behind": "front"}
_VIEWS = "generate with cameras.initial=center, cameras.final=[left, center, right] and cameras.views=all"


class Trance(Format):
    title = "TRANCE"
    whole = True
    scenes = True
    selective = True
    changes = True
    needs = ("h5py",)
    text = """\
`data.jsonl` (a scene a line), `image/`, `values.json` and `properties.json` are TRANCE's files; `data.h5` holds, for
each split, what its preprocessing makes of them: `image/NAME` (160x120), `data/IDX`, `keys`, `basic_keys` (one step).
With TRANCE's code (github.com/hughplay/TVR at d6b94b3; numpy below 1.24, or 2, since it names `np.bool`):

```python
from src.dataset.trance import {level}

data = {level}(
    data_file="{out}/data.h5",
    split="{split}",
    values_json="{out}/values.json",
    properties_json="{out}/properties.json",
)
```

`Basic` reads the problems of one step, `Event` all of them, both from the centre view; `View` wants the final state
from the centre, the left and the right. In its conf/dataset/, the same keys stand below `dataset_cfg`, for the splits
train, val and test. Here splits have the names that they have in the dataset, and `idx` counts through all of them.

The Hugging Face Hub takes 10,000 files in a folder: upload data.h5, and leave image/ out if it has more.

In TRANCE's files `behind` is towards the centre camera, so `front` and `behind` change places against tvrgen's own
records. TRANCE's accuracy (the predicted steps are run, and outcomes compared) is `tvrgen.scoring.outcome_score`.
"""

    def check(self) -> None:
        self._splits: dict[str, Split] = {}
        config = self.dataset.config()
        for name in self.splits:
            split = self._splits[name] = config.split(name)
            if strange := [kind for kind in split.kinds if kind not in _KINDS]:
                raise UserError(f"trance: split {name}: TRANCE has no kind {strange[0]!r}; choose another format")
            if strange := [own for own in split.vocabulary.attributes if own not in BUILT_IN]:
                raise UserError(f"trance: split {name}: TRANCE has no {strange[0]}; choose another format")
            if all(settings.family != CHANGES for settings in split.questions):
                raise UserError(f"trance: split {name}: has no questions of changes; choose another format")
            cameras = split.cameras
            if cameras.initial != "center" or (strange := [view for view in cameras.final if view not in CAMERAS]):
                view = cameras.initial if cameras.initial != "center" else strange[0]
                raise UserError(f"trance: split {name}: TRANCE has no view {view!r} there; {_VIEWS}")
            if "center" not in cameras.final or cameras.released < len(cameras.final):
                raise UserError(f"trance: split {name}: TRANCE's code wants the centre view of each problem; {_VIEWS}")

    def refuse(self, line: Record) -> None:
        objects, steps = len(line["initial_objects"]), len(line["changes"])
        if objects != _OBJECTS:
            said, instead = f"has {objects} objects, and TRANCE's code wants {_OBJECTS}", f"objects={_OBJECTS}"
        elif not steps:
            said, instead = "has no change, and TRANCE's code wants one", "no_change=0"
        elif steps > _STEPS:
            said, instead = f"has {steps} changes, and TRANCE's code takes {_STEPS}", f"steps=[1, {_STEPS}]"
        else:
            return
        raise UserError(f"trance: {line['scene']} {said}; generate with sampling.{instead}")

    def places(self) -> dict[str, str]:
        all_three = all(set(own.cameras.final) == CAMERAS.keys() for own in self._splits.values())
        return {**super().places(), "{level}": "View" if all_three else "Event"}

    def together(self, split: str) -> int:
        return self._splits[split].cameras.released

    def write(self, part: Part, questions: Iterable[Question]) -> int:
        views = self.together(part.split)
        before = self.splits[: self.splits.index(part.split)]
        index = sum(self.dataset.description["splits"][own]["problems"] for own in before) + part.first // views
        scenes = islice(self.dataset.scenes(part.split), part.first // views, None)
        problems = groupby(questions, key=lambda question: question.line["scene"])
        for idx, (name, group) in enumerate(problems, index):
            if (scene := next(scenes, {})).get("id") != name:
                raise UserError(f"{self.dataset.storage}: {name}: its scene line is missing; run tvrgen validate")
            line = self._record(scene, list(group), idx, self._splits[part.split])
            self.out.append(_DATA, json.dumps(line) + "\n")
        return 0

    def _record(self, scene: Record, questions: list[Question], idx: int, split: Split) -> Record:
        states = self._states(scene, split)
        described: list[Record] = [
            {"objects": [self._object(o) for o in state.objects], "images": {}}
            for state in (states if len(states) > 1 else states * 2)
        ]
        for question in questions:
            view = question.line["view"]
            if strange := {*view.values()} - CAMERAS.keys():
                raise UserError(f"{self.dataset.storage}: {question.id}: TRANCE has no view {min(strange)!r}")
            for state, camera, name in zip((described[0], described[-1]), view.values(), question.names, strict=True):
                state["images"][CAMERAS[camera]] = name
            paths = [f"image/{name}" for name in question.names]
            self.out.images(dict(zip(paths, question.images(), strict=True)))
        steps = [self._step(step, split) for step in scene["steps"]]
        return {"idx": idx, "split": split.name, "states": described, "transformations": steps}

    def _states(self, scene: Record, split: Split) -> tuple[State, ...]:
        """The states of a scene line. Raises UserError if its steps are none that the config could have drawn."""
        problem = records.problem_from(scene, split.vocabulary)
        try:
            for step in problem.steps:
                if step.value not in split.values.get(step.kind, ()):
                    raise Rejected(f"{step} is a step of the config")
            return replay.replay(problem.initial, problem.steps, split.kinds, split.vocabulary)
        except Rejected as error:
            where = f"{self.dataset.storage}: {problem.id}"
            raise UserError(f"{where}: breaks the rule '{error.rule.text}'; run tvrgen validate") from error

    def _object(self, obj: Object) -> Record:
        looks = {name: getattr(obj, name) for name in BUILT_IN}
        return {**looks, "position": list(obj.position), "rotation": obj.rotation}

    def _step(self, step: Record, split: Split) -> Record:
        moved = split.kinds[step["kind"]].directional
        kind_of_move = _TYPES.get(tuple(step["roles"][0].values())) if moved else None
        # the record has positions, so that of the moves onto the stage the true one alone is right
        accepted = step["accepted"] if kind_of_move != "in" else [step["value"]]
        return {
            "obj_idx": step["object"],
            "attr": step["kind"],
            "val": _move(step["value"]) if moved else step["value"],
            "options": [_move(value) if moved else value for value in accepted],
            **({"type": kind_of_move} if kind_of_move else {}),
        }

    def finish(self) -> None:
        self.out.close(_DATA)
        words = self.dataset.config().vocabulary
        # directions as the initial camera sees them: the same in every split
        directions = next(iter(self._splits.values())).vocabulary.directions
        named = {_direction(name): vector for name, vector in directions.items()}
        self.out.text("values.json", json.dumps(_values(words, named), indent=2) + "\n")
        self.out.text("properties.json", json.dumps(_properties(words, named), indent=2) + "\n")
        with self.out.whole(_H5) as path:
            self._pack(path)

    def _pack(self, path: Path) -> None:
        """Writes data.h5 from the other files in one pass, with only the keys in memory."""
        import numpy as np

        keys: dict[str, dict[str, list[str]]] = {}
        with hdf5.writing(path) as (file, disk), open(self.out.root / _DATA, encoding="utf-8") as lines:
            for text in lines:
                disk.check()
                line = json.loads(text)
                group, key = file.require_group(line["split"]), str(line["idx"])
                own = keys.setdefault(line["split"], {"keys": [], "basic_keys": []})
                own["keys"].append(key)
                own["basic_keys"] += [key] * (len(line["transformations"]) == 1)
                group.require_group("data").create_dataset(key, data=text.rstrip("\n"))
                for state in (line["states"][0], line["states"][-1]):
                    for name in state["images"].values():
                        content = (self.out.root / "image" / name).read_bytes()
                        with decoded(io.BytesIO(content), name) as image:
                            pixels = np.asarray(image.convert("RGB").resize(_SIZE), np.uint8)
                        group.require_group("image").create_dataset(name, data=pixels)
            for split, own in keys.items():
                for name, listed in own.items():
                    file[split].create_dataset(name, data=str(listed))


def _values(words: Vocabulary, directions: dict[str, Any]) -> Record:
    """values.json: the values of each attribute, in the order in which models number them.

    That order is TRANCE's if the vocabulary is TRANCE's.
    """
    ordered = sorted(directions, key=lambda name: list(words.directions).index(name.replace("-", "_")))
    looks = {name: list(words.values(name)) for name in BUILT_IN}
    return {**looks, "position": {"direction": ordered, "step": list(words.distances)}}


def _properties(words: Vocabulary, directions: dict[str, Any]) -> Record:
    """properties.json: the meaning of each value, and the lengths of the coordinate system in metres."""
    return {
        "shape": {name: name for name in words.shapes},
        "color": {name: [*rgb, 255] for name, rgb in words.colors.items()},
        "material": {name: name for name in words.materials},
        "size": words.sizes,
        "position": {"direction": directions, "step": list(words.distances)},
        "coordinate": {name: round(value, 9) for name, value in _coordinate(words.grid).items()},
    }


def _coordinate(grid: Grid) -> dict[str, float]:
    """The lengths of the grid, and the edges of the field and of the stage, in metres."""
    field, stage = grid.field * grid.unit, grid.stage * grid.unit
    edges = {f"{axis}_{end}": sign * field for axis in "xy" for end, sign in (("min", -1), ("max", 1))}
    seen = {f"vis_{name}": edge / field * stage for name, edge in edges.items()}
    return {"unit": grid.unit, "step": grid.move * grid.unit, "min_gap": grid.gap * grid.unit, **edges, **seen}


def _direction(name: str) -> str:
    return "-".join(_SWAPPED.get(word, word) for word in name.split("_"))


def _move(value: str) -> list[Any]:
    direction, distance = value.split(".")
    return [_direction(direction), int(distance)]
