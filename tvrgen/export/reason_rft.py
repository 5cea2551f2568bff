"""Reason-RFT: lists of questions whose answers are calls of functions."""

import json
from functools import cached_property
from typing import Any

from tvrgen._support.errors import UserError
from tvrgen.config.settings import Split
from tvrgen.export.reader import Question
from tvrgen.export.writers import JsonList
from tvrgen.questions.forms import changes_text
from tvrgen.scene.vocabulary import ATTRIBUTES
from tvrgen.transformations.base import Step

_PROMPT = """\
The first image shows a scene of simple objects, the second one the same scene after some of them have changed, \
perhaps from another viewpoint. These are the objects of the first scene, as (object_id, shape, size, color, material):
{objects}

Which function calls turn the first scene into the second? The functions and their values:
{functions}{rules}

Give all calls, separated by commas, such as change_color(0, 'red'), or "no change" if nothing changed."""
_DIRECTIONS = """

Moves are direction_distance, as the viewer of the first image sees them: front is towards that viewer, behind away. \
This holds for the second image's viewpoint too. A move of distance 1 is about {length:g} m (a diagonal one, that far \
along both axes); the stage is a square of {stage:g} m, and objects outside it are out of sight."""
_LEAVING = """ Any move that takes an object off the stage, or brings one onto it, is right if it agrees with what the \
images show."""
_REPEAT = """

An object may change more than once in the same attribute; then list these calls in the order in which they happen."""


class ReasonRft(JsonList):
    title = "Reason-RFT"
    text = """\
```bash
torchrun ... src/open_r1/grpo_vl.py --dataset_name {out}/{split}.json ...   # with `image` relative to this folder
```

A row has `id`, `image` (two paths below this folder: before and after), `problem` (the objects as tuples, the
functions, and what is asked; no `<image>`), `solution`, such as `change_color(0, 'blue'), change_size(2, 'large')`,
and `ground_truth`, the same as JSON with every value that is right. Values of moves are joined by underscores
(`front_left_1`), since Reason-RFT looks for `\\w+`; of a move that leaves the scene, the solution is the one that was
made.

`tvrgen.scoring.star_r1_reward(response, ground_truth)` reads answers in this form too. Reason-RFT's published data
have 60,000 questions for training, and 1,000 each with the centre, the left and the right view.
"""

    def row(self, question: Question, number: int) -> dict[str, Any]:
        line = question.line
        steps = [Step(object=c["index"], kind=c["attribute"], value=c["value"]) for c in line["changes"]]
        return {
            "id": question.id,
            "image": self.keep(question),
            "problem": self._problem(line),
            "solution": changes_text.write(steps, "function"),
            "ground_truth": json.dumps({"changes": line["changes"]}),  # no looks: answers name objects by indices
        }

    def check(self) -> None:
        for name in self.splits:
            if self._settings[name].sampling.twins:
                raise UserError(
                    f"reason-rft: split {name} has objects that look alike (sampling.twins), which its list of objects "
                    "cannot tell apart; export another format"
                )

    def _problem(self, line: dict[str, Any]) -> str:
        split = self._settings[line["split"]]
        objects = [
            f"({o['index']}, {', '.join(o[name] for name in ATTRIBUTES)}){'' if o['on_stage'] else ' out of sight'}"
            for o in line["initial_objects"]
        ]
        functions = [
            f"change_{kind}(object_id, value): {', '.join(value.replace('.', '_') for value in values)}"
            for kind, values in split.values.items()
        ]
        grid = split.vocabulary.grid
        directions = _DIRECTIONS.format(length=grid.move * grid.unit, stage=2 * grid.stage * grid.unit)
        rules = directions if "position" in split.kinds else ""
        rules += _LEAVING if rules and {"in", "out"} & {*split.sampling.moves} else ""
        rules += _REPEAT if split.sampling.repeat else ""
        return _PROMPT.format(objects="\n".join(objects), functions="\n".join(functions), rules=rules)

    @cached_property
    def _settings(self) -> dict[str, Split]:
        """The settings of each split, which have the kinds of change and their values."""
        config = self.dataset.config()
        return {name: config.split(name) for name in self.splits}
