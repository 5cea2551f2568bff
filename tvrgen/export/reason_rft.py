"""Reason-RFT: lists of questions whose answers are calls of functions."""

import json
from functools import cached_property
from typing import Any

from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen.config.settings import Split
from tvrgen.export.reader import Question, changes
from tvrgen.export.writers import READ_AS_PATTERN, JsonList
from tvrgen.questions.forms import changes_text
from tvrgen.questions.registry import CHANGES
from tvrgen.transformations import registry
from tvrgen.transformations.base import Step

_PROMPT = """\
The first image shows a scene of simple objects, the second one the same scene after some of them have changed, \
perhaps from another viewpoint. These are the objects of the first scene, as (object_id, shape, size, color, material):
{objects}

Which function calls turn the first scene into the second? The functions and their values:
{functions}{rules}

Give all calls, separated by commas, such as change_color(0, 'red')."""
_REPEAT = """

An object may change more than once in the same attribute; then list these calls in the order in which they happen."""

_VALUES = {
    "shape": ("cube", "sphere", "cylinder"),
    "size": ("small", "medium", "large"),
    "color": ("yellow", "gray", "cyan", "blue", "brown", "green", "red", "purple"),
    "material": ("glass", "metal", "rubber"),
}
"""The values in Reason-RFT's own prompt, which lists the attributes of objects in this order."""
_NO_ATTRIBUTES = {"index", "on_stage", "looks"}
_CALLS = 4  # of an answer, at most, as its prompt says


class ReasonRft(JsonList):
    title = "Reason-RFT"
    reserved = READ_AS_PATTERN
    selective = True
    around = 1000  # its own prompt around each question has about 3,000 characters
    text = """\
```bash
PYTHONPATH=train torchrun ... train/stage_rl/grpo.py \\
    --dataset_name {out}/{split}.json --image_path {out} --task_name trance \\
    --max_prompt_length {prompt_length} --max_completion_length {response_length} ...
```

Without `--max_prompt_length`, only the last 512 tokens of a prompt are used. `--task_name trance-only-full` pays only
for whole changes. {computed}

A row has `id`, `image` (two paths below this folder: before and after), `problem` (the objects as tuples, the
functions, and what is asked; no `<image>`), `solution`, such as `change_color(0, 'blue'), change_size(2, 'large')`,
which its training reads, `answer`, the same, which its evaluation reads (eval/cal_score_benchmarks_for_open_source.py),
and `ground_truth`, the same as JSON.

Reason-RFT puts a prompt of its own around each question. It has no words for how far an object moves, nor for scenes
in which nothing changes, and counts the same call once: such questions cannot be exported.

`tvrgen.scoring.star_r1_reward(response, ground_truth)` reads answers in this form too. Reason-RFT's published data
have 60,000 questions for training, and 1,000 each with the centre, the left and the right view. Its trainer was never
run on these rows; tvrgen's tests pay them by its rules.
"""

    def row(self, question: Question, number: int) -> dict[str, Any]:
        line = question.line
        steps = [Step(objects=tuple(c["objects"]), kind=c["attribute"], value=c["value"]) for c in line["changes"]]
        solution = changes_text.write(steps, "function")
        return {
            "id": question.id,
            "image": self.keep(question),
            "problem": self._problem(line),
            "solution": solution,
            "answer": solution,
            "ground_truth": json.dumps({"changes": changes(line)}),  # no looks: answers name objects by indices
        }

    def check(self) -> None:
        for name in self.splits:
            if self._settings[name].sampling.twins:
                raise UserError(
                    f"reason-rft: split {name} has objects that look alike (sampling.twins), which its list of objects "
                    "cannot tell apart; export another format"
                )

    def texts(self, question: Question) -> tuple[str, str]:
        return self._problem(question.line), question.line["answer"]

    def refuse(self, line: Record) -> None:
        if "family" in line:
            instead = f"leave such questions out: --filter family={CHANGES}"
            family = f"is of the family {line['family']}, and Reason-RFT asks what changed"
            raise UserError(f"reason-rft: {line['id']} {family}; {instead}")
        made = [(tuple(change["objects"]), change["attribute"], change["value"]) for change in line["changes"]]
        named = [(o["index"], name, o[name]) for o in line["initial_objects"] for name in o.keys() - _NO_ATTRIBUTES]
        strange = [(kind, value) for _, kind, value in (*made, *named) if value not in _VALUES.get(kind, ())]
        moves = [kind for _, kind, _ in made if kind in registry.BUILT_IN and registry.BUILT_IN[kind].directional]
        if moves:
            said = "moves an object, and Reason-RFT has no words for how far"
            instead = f"sampling.kinds=[color, shape, size, material], or leave it out: --filter 'kind!={moves[0]}'"
        elif strange:
            said = f"has {' '.join(strange[0])}, which Reason-RFT's prompt does not have"
            instead = f"values of {', '.join(_VALUES)} that it has"
        elif not made:
            said = "has no change, and Reason-RFT pays nothing for that"
            instead = "sampling.no_change=0, or leave it out: --filter 'steps>=1'"
        elif len(made) > _CALLS:
            said = f"has {len(made)} changes, and Reason-RFT's prompt asks for {_CALLS} at most"
            instead = f"sampling.steps=[1, {_CALLS}], or leave it out: --filter 'steps<={_CALLS}'"
        elif len(set(made)) < len(made):
            said, instead = "makes the same change twice, which Reason-RFT counts once", "sampling.repeat=false"
        else:
            return
        raise UserError(f"reason-rft: {line['id']} {said}; generate with {instead}")

    def _problem(self, line: dict[str, Any]) -> str:
        split = self._settings[line["split"]]
        objects = [
            f"({o['index']}, {', '.join(o[name] for name in _VALUES)}){'' if o['on_stage'] else ' out of sight'}"
            for o in line["initial_objects"]
        ]
        functions = [
            f"change_{kind}(object_id, value): {', '.join(values)}"
            for kind, values in split.values.items()
            if kind in _VALUES
        ]
        rules = _REPEAT if split.sampling.repeat else ""
        return _PROMPT.format(objects="\n".join(objects), functions="\n".join(functions), rules=rules)

    @cached_property
    def _settings(self) -> dict[str, Split]:
        """The settings of each split, which have the kinds of change and their values."""
        config = self.dataset.config()
        return {name: config.split(name) for name in self.splits}
