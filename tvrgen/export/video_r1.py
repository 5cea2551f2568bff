"""Video-R1: JSON lines of questions, each about one image or one clip."""

from typing import Any

from tvrgen.export.reader import Question, not_of_one
from tvrgen.export.writers import READ_AS_PATTERN, Lines
from tvrgen.questions.forms.choice import LETTERS

_TYPES = {"choice": "multiple choice", "number": "numerical"}
"""Form of answers -> `problem_type`, by which Video-R1 asks for the answer and compares it."""


class VideoR1(Lines):
    title = "Video-R1"
    reserved = READ_AS_PATTERN
    omitting = True
    truths = False
    clips = True
    ordered = "Video-R1 draws questions at random, in whatever order they lie."
    text = """\
```bash
ln -s "$PWD"/{out} .../Video-R1/src/r1-v/Video-R1-data
cd .../Video-R1/src/r1-v
torchrun ... src/open_r1/grpo.py --dataset_name Video-R1-data/{split}.jsonl \\
    --temporal true --len_control true --max_completion_length {response_length} ...
```

Video-R1 puts `Video-R1-data` of the folder where it runs before each `path`, so this export has to be there under that
name.

A row has `problem_id`, `problem` (the question alone: Video-R1 adds the options, and how to answer), `data_type`
(`image` or `video`), `problem_type` (`multiple choice` or `numerical`), `options` (`A. left` and so on; empty for a
number), `solution` (`<answer>B</answer>`) and `path`, besides `view`, `steps` and `difficulty`. Where the dataset has
rationales (`rationale: full`), it has `process` too, the thought in `<think></think>`, which `src/open_r1/sft_video.py`
trains before `solution`.

The rewards are Video-R1's own: `accuracy` pays 1 for the same letter, and for the same number (after rounding to two
decimals; one with a decimal point where the right one has it), `format` for `<think>...</think><answer>...</answer>`
and nothing around it. `--temporal true` pays more where answers are right more often than with shuffled frames: a
question what happened in a clip needs their order.

A row has one picture or one video. Questions about several pictures are left out; `show: clip` asks of a video. So are
those whose answer is no letter and no number; `as: choice` asks for a letter. Video-R1's trainer was never run on these
rows; tvrgen's tests read them by its rules.
"""

    def omits(self, question: Question) -> str:
        line = question.line
        if "family" not in line:
            return "ask what changed, which its reward cannot compare"
        if line["answer_form"] not in _TYPES:
            return "ask for no letter and no number (as: choice asks for a letter)"
        return not_of_one(line)

    def row(self, question: Question, number: int) -> dict[str, Any]:
        line = question.line
        options = [f"{letter}. {text}" for letter, text in zip(LETTERS, line.get("options", ()), strict=False)]
        path = self.keep_clip(question) if question.of_clip else self.keep(question)[0]
        return {
            "problem_id": question.id,
            "problem": f"{question.core}\n" if options else question.core,  # "Options:" follows at once
            "data_type": "video" if question.of_clip else "image",
            "problem_type": _TYPES[line["answer_form"]],
            "options": options,
            **({"process": f"<think>{question.rationale}</think>"} if self.rationales else {}),
            "solution": f"<answer>{line['answer']}</answer>",
            "path": f"./{path}",
            **self.about(question),
        }
