"""Vision-R1: conversations for its cold start, and rows for reinforcement learning, of the same questions."""

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

from tvrgen.dataset.reader import Dataset
from tvrgen.export import easyr1, llamafactory, reasoning
from tvrgen.export.easyr1 import EasyR1, PlainRows
from tvrgen.export.folder import Output, Part
from tvrgen.export.reader import Question
from tvrgen.export.reasoning import THINK
from tvrgen.export.writers import JsonList

_TAGS = {"role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt"}
_RESPONSES = (4096, 8192, 16_384)  # tokens of the three stages

_REWARD = '''"""HFRRF, the reward of Vision-R1, for EasyR1: 1 for a right answer in the right form, else 0."""

from tvrgen.adapters.easyr1 import compute_score as parts

REWARD_NAME, REWARD_TYPE = "hfrrf", "batch"


def compute_score(reward_inputs, **options):
    scores = parts(reward_inputs, **options)
    return [{**score, "overall": float(score["format"] > 0 and score["accuracy"] == 1)} for score in scores]
'''


class VisionR1(JsonList):
    title = "Vision-R1"
    reserved = EasyR1.reserved
    needs = EasyR1.needs
    pixels = EasyR1.pixels
    ordered = "Both trainers shuffle unless they are told not to: `--disable_shuffling`, and `data.shuffle=false`."
    omitting = True
    file = "cold_start/{split}.json"
    text = """\
First the cold start, supervised fine-tuning with LLaMA-Factory:

```bash
llamafactory-cli train --stage sft --do_train --finetuning_type full \\
    --dataset_dir {out}/cold_start --media_dir {out}/cold_start --dataset tvr_{split} \\
    --cutoff_len {whole_length} --learning_rate 5e-6 --num_train_epochs 2 \\
    --template qwen2_vl --model_name_or_path Qwen/Qwen2.5-VL-7B-Instruct --output_dir ...
```

Then GRPO from the model that this gives. Vision-R1 loosens the length of responses in stages (PTST) and makes the
groups smaller; each stage begins with the model of the one before. Its own code for this is not public; here is the
first stage with EasyR1:

```bash
python -m verl.trainer.main config=examples/config.yaml \\
    data.train_files={out}/rl/{split} data.val_files={out}/rl/{test} \\
    data.prompt_key=problem data.answer_key=ground_truth data.image_key=images \\
    data.format_prompt=null \\
    data.max_prompt_length={prompt_length} data.max_response_length=4096 worker.rollout.n=16 \\
    worker.rollout.limit_images={most} worker.rollout.max_num_batched_tokens={batched_4096} \\
    worker.actor.model.model_path=... \\
    worker.reward.reward_function={out}/hfrrf.py:compute_score
```

| stage | `data.max_response_length` | `worker.rollout.n` | `worker.rollout.max_num_batched_tokens` |
|---|---:|---:|---:|
| 1 | 4096 | 16 | {batched_4096} |
| 2 | 8192 | 8 | {batched_8192} |
| 3 | 16384 | 4 | {batched_16384} |

Vision-R1 itself stopped after the second stage. The rationales here are shorter than its own, which reach thousands of
tokens: begin with the first stage, and go on only if responses are cut there.

`hfrrf.py` is its hard reward: 1 if the response is `<think>...</think><answer>...</answer>` and its answer is right, in
any of the ways that are right, else 0. It reads `ground_truth`. A reward that compares texts reads `answer`
(`data.answer_key=answer`), and pays nothing for the same changes in another order. Vision-R1's code
for reinforcement learning is not public, and was never run on these rows.

{computed}

A row of `cold_start` has `conversations` (from `human`, the prompt, with `<image>` once for each picture; from `gpt`,
the response), `image` ({two} paths below `media_dir`) and `id`. A row of `rl` has `problem` (the prompt), `images`
(bytes of {images}), `answer` (its text), `ground_truth` (the answer as JSON, with every value that is right), `id`,
`view`, `steps`, `difficulty` and `rationale`.
"""

    def __init__(self, dataset: Dataset, out: Output, splits: tuple[str, ...]) -> None:
        super().__init__(dataset, out, splits)
        self._rl = PlainRows(dataset, out, splits)

    def check(self) -> None:
        reasoning.require_rationales("vision-r1", self.rationales)

    def omits(self, question: Question) -> str:
        return reasoning.without_rationale(question.line)

    def texts(self, question: Question) -> tuple[str, str]:
        return question.line["question"], THINK.respond(question)

    def places(self) -> dict[str, str]:
        places = super().places()
        prompt = int(places["{prompt_length}"])
        batched = {f"{{batched_{tokens}}}": str(easyr1.batched(prompt, tokens)) for tokens in _RESPONSES}
        return {**places, **batched}

    def row(self, question: Question, number: int) -> dict[str, Any]:
        return {
            "conversations": [
                {"from": "human", "value": question.marked},
                {"from": "gpt", "value": THINK.respond(question)},
            ],
            "image": [path.removeprefix("cold_start/") for path in self.keep(question, "cold_start/images/{split}")],
            "id": question.id,
        }

    def write(self, part: Part, questions: Iterable[Question]) -> int:
        return self._rl.write(dataclasses.replace(part, split=f"rl/{part.split}"), self._begun(part, questions))

    def _begun(self, part: Part, questions: Iterable[Question]) -> Iterator[Question]:
        """Yields the questions, each after its row of the cold start has been written."""
        for question in questions:
            super().write(part, (question,))
            yield question

    def finish(self) -> None:
        super().finish()
        info = llamafactory.dataset_info(self.out.counts, "conversations", "image", _TAGS)
        self.out.text("cold_start/dataset_info.json", info)
        self.out.text("hfrrf.py", _REWARD)
