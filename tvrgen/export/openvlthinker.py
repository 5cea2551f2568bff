"""OpenVLThinker: the easiest third for supervised fine-tuning, two harder ones for GRPO in two rounds."""

import dataclasses
import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from tvrgen._support.errors import UserError
from tvrgen._support.messages import counted
from tvrgen.dataset.reader import Dataset
from tvrgen.export import easyr1, llamafactory, one_text, reasoning
from tvrgen.export.easyr1 import EasyR1, PlainRows
from tvrgen.export.folder import Output, Part
from tvrgen.export.reader import Question
from tvrgen.export.reasoning import SENTENCE
from tvrgen.export.selection import Selection
from tvrgen.export.writers import JsonList

_STAGES = ("sft", "grpo-medium", "grpo-hard")
"""The thirds of a split, from the easiest questions to the hardest."""


class _Rows(PlainRows):
    reasoning = SENTENCE


class OpenVLThinker(JsonList):
    title = "OpenVLThinker"
    reserved = EasyR1.reserved
    needs = EasyR1.needs
    pixels = (262_144, 262_144)  # image_max_pixels of its sft.yaml, min_pixels and max_pixels of its config.yaml
    order = "difficulty"
    ordered = "Within a stage, LLaMA-Factory and EasyR1 shuffle."
    omitting = True
    file = "sft/{split}.json"
    text = """\
Each split is in three parts of equal size by `difficulty`: the easiest third of its questions is in `sft`, the next one
in `grpo-medium`, the hardest in `grpo-hard`. First the fine-tuning, from Qwen2.5-VL-7B-Instruct:

```bash
llamafactory-cli train --stage sft --do_train --finetuning_type full \\
    --dataset_dir {out}/sft --media_dir {out}/sft --dataset tvr_{split} \\
    --cutoff_len {whole_length} --image_max_pixels 262144 \\
    --freeze_vision_tower true --freeze_multi_modal_projector true \\
    --learning_rate 5e-6 --num_train_epochs 1 \\
    --template qwen2_vl --model_name_or_path Qwen/Qwen2.5-VL-7B-Instruct --output_dir ...
```

Then GRPO from the model that this gives, in `train/easyr1`; with `grpo-hard` from the model that `grpo-medium` gives:

```bash
python3 -m verl.trainer.main config=examples/config.yaml \\
    data.train_files={out}/grpo-medium/{split} data.val_files={out}/grpo-medium/{test} \\
    data.format_prompt=null \\
    data.max_prompt_length={prompt_length} data.max_response_length={response_length} \\
    worker.actor.model.model_path=... worker.actor.model.freeze_vision_tower=true \\
    worker.rollout.limit_images={most} worker.rollout.max_num_batched_tokens={batched}
```

The reward is its own, `examples/reward_function/r1v.py`, which that config names. It pays 1 for the text of `answer`,
read from one line, and takes 0.5 away if nothing stands between `</think>` and `<answer>`: so each prompt asks for a
sentence there, and each response of `sft` has one. The config allows no picture in a prompt; `limit_images` does. The
prompt says itself how to answer, so `data.format_prompt` stays empty.

{computed}

A row of `sft` has `messages` (the prompt, with `<image>` once for each picture, and the response), `images` ({two}
paths below `media_dir`) and `id`. A row of the others has `problem` (the prompt), `images` (bytes of {images}),
`answer` (its text), `ground_truth` (the answer as JSON), `id`, `view`, `steps`, `difficulty` and `rationale`.

Its reward compares texts, so only questions with one right text are here: of those what changed, the ones of no change,
or of one with one right value. To train on all, use the formats `llamafactory` and `easyr1` with tvrgen's reward.
Its GRPO was never run on these rows; tvrgen's tests read them by its rules.
"""

    def __init__(self, dataset: Dataset, out: Output, splits: tuple[str, ...]) -> None:
        super().__init__(dataset, out, splits)
        self._rl = _Rows(dataset, out, splits)

    def check(self) -> None:
        reasoning.require_rationales("openvlthinker", self.rationales)

    def omits(self, question: Question) -> str:
        return one_text.several(question.line) or reasoning.without_rationale(question.line)

    def take(self, selections: Mapping[str, Selection]) -> None:
        super().take(selections)
        for split, count in self.taken.items():
            if 0 < count < len(_STAGES):
                left_out = f" (left out: {self.omitted})" if self.omitted else ""
                has = f"split {split} has {counted(count, 'question')} for {len(_STAGES)} stages{left_out}"
                raise UserError(f"openvlthinker: {has}; generate more, or export another split alone")

    def texts(self, question: Question) -> tuple[str, str]:
        return SENTENCE.asked(question.line["question"]), SENTENCE.respond(question)

    def places(self) -> dict[str, str]:
        places = super().places()
        return {**places, "{batched}": str(easyr1.batched(int(places["{prompt_length}"])))}

    def row(self, question: Question, number: int) -> dict[str, Any]:
        return {
            "messages": [
                {"role": "user", "content": SENTENCE.asked(question.marked)},
                {"role": "assistant", "content": SENTENCE.respond(question)},
            ],
            "images": [path.removeprefix("sft/") for path in self.keep(question, "sft/images/{split}")],
            "id": question.id,
        }

    def write(self, part: Part, questions: Iterable[Question]) -> int:
        size, numbered = 0, enumerate(questions, part.first)
        for stage, own in itertools.groupby(numbered, key=lambda found: self._stage(part.split, found[0])):
            found = (question for _, question in own)
            if stage == "sft":
                super().write(part, found)
            else:
                size += self._rl.write(dataclasses.replace(part, split=f"{stage}/{part.split}"), found)
        return size

    def _stage(self, split: str, number: int) -> str:
        """The stage of the question at this place among those of a split, the easiest of which is at 0."""
        return _STAGES[number * len(_STAGES) // self.taken[split]]

    def finish(self) -> None:
        super().finish()
        self.out.text("sft/dataset_info.json", llamafactory.dataset_info(self.out.counts))
