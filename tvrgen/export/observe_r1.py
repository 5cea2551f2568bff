"""Observe-R1: JSON lines of messages as text, from easy to hard, of questions for a letter or a number."""

import json
from typing import Any

from tvrgen.export import one_text
from tvrgen.export.reader import Question
from tvrgen.export.reasoning import OBSERVE
from tvrgen.export.writers import READ_AS_PATTERN, Lines

_OPTIONS = 4  # its reward reads the letters A to D; where another is right, it pays for every answer


class ObserveR1(Lines):
    title = "Observe-R1"
    fixed = True
    reserved = READ_AS_PATTERN + r"|[,@](?=[^/]*$)"  # , separates several files, @ the name of a folder
    order = "difficulty"
    ordered = "`--shuffle` keeps them in this order, see above."
    omitting = True
    text = """\
```bash
python -m openrlhf.cli.train_ppo_ray \\
    --prompt_data {out}/{split}.jsonl --input_key message --label_key answer --shuffle \\
    --remote_rm_url scripts/reward_func.py \\
    --prompt_max_len {prompt_length} --generate_max_len {response_length} \\
    --advantage_estimator group_norm --n_samples_per_prompt 8 \\
    --use_bonus --use_dyna_weight --pretrain Qwen/Qwen2.5-VL-3B-Instruct ...
```

**`--shuffle` means that nothing is shuffled**: the option turns shuffling off there. Without it, the rows lose their
order from easy to hard, which stands for its ladder of questions (NeuraLadder, which is not public). Do not give
`--apply_chat_template`. Its `--max_samples` takes the first rows, the easiest ones.

{computed}

The reward is its own, `scripts/reward_func.py`: 1 for the answer, and 0.5 if `<observe>`, `<think>` and `<answer>`
follow each other, once each; so each prompt asks for `<observe>`. It reads the letters A to D, and numbers. Where
anything else is right, it pays for every answer, or for none. So only choices of up to four options, and questions for
an exact number, are here.

A row has `message` (the prompt as the text of a list of messages; the pictures are `file://` and an absolute path: the
folder must stay where it is), `answer` (a letter, or digits), `datasource` (`tvr`), `id`, `view`, `steps` and
`difficulty`; where the dataset has rationales, also `rationale`, and `response`, which has them in the form that the
reward pays for, for fine-tuning before. Its trainer was never run on these rows; tvrgen's tests read them by its rules.
"""

    def omits(self, question: Question) -> str:
        line = question.line
        if line["answer_form"] not in ("choice", "number"):
            return "ask neither for a letter nor for a number"
        if len(line.get("options", ())) > _OPTIONS:
            return "have more than four options"
        return one_text.several(line)

    def texts(self, question: Question) -> tuple[str, str]:
        return OBSERVE.asked(question.line["question"]), OBSERVE.respond(question)

    def row(self, question: Question, number: int) -> dict[str, Any]:
        root = self.out.root.resolve()
        images = [{"type": "image", "image": f"file://{root / path}"} for path in self.keep(question)]
        text = {"type": "text", "text": OBSERVE.asked(question.line["question"])}
        response = OBSERVE.respond(question) if question.rationale else ""
        return {
            "message": json.dumps([{"role": "user", "content": [*images, text]}], ensure_ascii=False),
            "answer": question.line["answer"],
            "datasource": "tvr",
            "id": question.id,
            **self.about(question),
            **({"response": response} if self.rationales else {}),
        }
