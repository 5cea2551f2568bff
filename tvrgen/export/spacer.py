"""SpaceR: the rows of Video-R1, and maps of their scenes, with which SpaceR compares those in responses."""

import json
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from tvrgen._support.json_lines import Record
from tvrgen.dataset import records
from tvrgen.export.folder import Part
from tvrgen.export.reader import Question
from tvrgen.export.video_r1 import VideoR1
from tvrgen.questions.families import map as stage_map
from tvrgen.questions.forms.map import Cell, cell
from tvrgen.scene import camera_model

_MAPS = "annotation/cognitive_map.jsonl"
_SFT = "sft/{split}.jsonl"
_MAP = (
    "If you draw a map, divide the square inside the dark lines into 10 x 10 cells [x, y]: x counts from 0 to 9 from "
    "left to right, and y from 0 to 9 away from the viewer."
)
_AT_START = " It shows where the objects stand at the start of the video."

CognitiveMap = dict[str, list[Cell]]
"""Category -> the cell of each object in it."""


class SpaceR(VideoR1):
    title = "SpaceR"
    scenes = True
    ordered = "SpaceR draws questions at random, in whatever order they lie."
    text = """\
```bash
data="$PWD"/{out}
cd .../SpaceR-SG-RLVR/src/r1-v
ln -s {folders} .
mkdir -p annotation
cat "$data"/annotation/cognitive_map.jsonl >> annotation/cognitive_map.jsonl
torchrun ... src/open_r1/SG-RLVR.py --dataset_name "$data"/{split}.jsonl \\
    --temporal true --len_control true --max_completion_length {response_length} ...
```

SpaceR reads each `path`, and `annotation/cognitive_map.jsonl`, from the folder where it runs, so pictures, videos and
maps have to be there.

A row has `problem_id`, `problem` (the question alone: SpaceR adds the options, and how to answer), `data_type`
(`image` or `video`), `problem_type` (`multiple choice` or `numerical`), `options` (`A. left` and so on; empty for a
number), `solution` (`<answer>B</answer>`), `path`, and `data_source`, besides `view`, `steps` and `difficulty`. Where
the dataset has rationales (`rationale: full`), `sft/` has the same rows with whole responses in `solution`, the map at
the end of the thought, for `src/open_r1/sft.py`.

`data_source` is `SR_dataset` where there is a map of the picture, or of the start of the video: then SpaceR offers to
draw one, and `problem` says how cells are counted. Otherwise it is `tvrgen`. A line of the maps has `video_id` (the
name of the picture or video), `cognitive_map` (of each shape, the cells of the objects in sight; all shapes are listed,
so that the list does not tell which ones there are) and `object_list`. Pictures whose camera looks at a corner of the
stage, and those between two changes, have no map.

The rewards are SpaceR's own. `accuracy` pays 1 for the same letter, alone and without a full stop, and for a number its
mean relative accuracy. A map inside `<think>` adds up to 1 to a right answer; one that shares nothing with the true map
takes all away. `format` pays 1 for `<think>...</think><answer>...</answer>` and nothing around it. `--temporal true`
pays more where answers are right more often than with shuffled frames: a question what happened in a clip needs their
order. `--len_control true` adds 0.2 to right responses of 320 to 512 tokens.

A row has one picture or one video. Questions about several pictures are left out; `show: clip` asks of a video. So are
those whose answer is no letter and no number (`as: choice` asks for a letter), and those whose answer is 0, for which
SpaceR pays nothing. SpaceR's trainer was never run on these rows; tvrgen's tests read them by its rules.
"""

    def places(self) -> dict[str, str]:
        written = [name for name in ("images", "clips") if (self.out.root / name).is_dir()]
        return {**super().places(), "{folders}": " ".join(f'"$data"/{name}' for name in written)}

    def omits(self, question: Question) -> str:
        line = question.line
        if line["answer_form"] == "number" and line["truth"]["value"] <= 0:
            return "have the answer 0, which its reward never pays"
        return super().omits(question)

    def write(self, part: Part, questions: Iterable[Question]) -> int:
        self._mapped: set[str] = set()  # in this part alone, so that an export that was stopped goes on in the same way
        return super().write(part, questions)

    def row(self, question: Question, number: int) -> dict[str, Any]:
        row, found = super().row(question, number), self._map(question)
        name, said = PurePosixPath(row["path"]).stem, ""
        if found is not None and name not in self._mapped:
            self._mapped.add(name)
            line = {"video_id": name, "cognitive_map": found, "object_list": [*found]}
            self.out.append(_MAPS, json.dumps(line, ensure_ascii=False) + "\n")
        if found is not None:
            told = f"{question.core} {_MAP}{_AT_START if question.of_clip else ''}"
            row["problem"], said = row["problem"].replace(question.core, told), f" <map>{json.dumps(found)}</map>"
        row["data_source"] = "tvrgen" if found is None else "SR_dataset"
        if self.rationales:
            response = f"{row['process'].removesuffix('</think>')}{said}</think>\n{row['solution']}"
            trained = self.line(row | {"solution": response})
            self.out.append(_SFT.format(split=question.line["split"]), trained + "\n")
        return row

    def _map(self, question: Question) -> CognitiveMap | None:
        """The map of what a question shows; of a clip, that of its start."""
        shown = f"initial-{question.line['view']['initial']}" if question.of_clip else question.line["shows"][0]
        words = self.dataset.description["config"]["vocabulary"]
        return cognitive_map(question.scene(), shown, words["shapes"], words["grid"]["stage"])

    def finish(self) -> None:
        super().finish()
        for split in self.out.counts if self.rationales else ():
            self.out.close(_SFT.format(split=split))
        if self.out.begins(_MAPS):
            self.out.text(_MAPS, "")  # SpaceR fails without the file
        else:
            self.out.close(_MAPS)


def cognitive_map(scene: Record, shown: str, shapes: Iterable[str], stage: float) -> CognitiveMap | None:
    """Returns the map of an image of a scene line, as its viewer sees the stage; `stage` is half the side of it.

    None for images between two changes, of which the line does not say what they show, and for cameras that look at a
    corner of the stage. SpaceR reads names of lower-case words alone.
    """
    when, _, view = shown.partition("-")
    own = scene if view in scene["visibility"].get(when, ()) else scene.get("mirrored", {"visibility": {}})
    if (sights := own["visibility"].get(when, {}).get(view)) is None:
        return None
    cameras = own["cameras"] | (own.get("final_cameras", {}) if when == "final" else {})
    (camera,) = records.cameras_from({view: cameras[view]})
    azimuth = camera_model.azimuth(camera)
    if stage_map.skew(azimuth) > stage_map.SKEW:
        return None
    found: CognitiveMap = {shape.lower().replace("_", " "): [] for shape in shapes}
    for thing, sight in zip(own[when]["objects"], sights, strict=True):
        if thing["on_stage"] and sight["pixels"]:
            place = stage_map.place(thing["position"], stage, azimuth)
            found.setdefault(thing["shape"].lower().replace("_", " "), []).append(cell(place))
    return found
