"""VLM-R1: JSON lines of conversations, and a folder of images."""

from typing import Any

from tvrgen.export.reader import Question, ground_truth
from tvrgen.export.writers import TOKENS, Lines


class VlmR1(Lines):
    title = "VLM-R1"
    ordered = "VLM-R1 draws questions at random, in whatever order they lie."
    text = """\
```bash
torchrun ... src/open_r1/grpo_jsonl.py \\
    --data_file_paths {out}/{split}.jsonl --image_folders {out} \\
    --reward_funcs tvr ...
```

Register the reward first, in `src/open_r1/grpo_jsonl.py`:

```python
from tvrgen.adapters.vlm_r1 import reward

reward_funcs_registry["tvr"] = reward
```

VLM-R1's own methods compare texts fuzzily, and would pay for wrong answers.

A row has `id`, `image` (two paths below the folder), and `conversations`: the prompt, with `<image>` once for each
picture, and the answer as JSON with every value that is right, which is what the reward gets as `solution`; besides
`view`, `steps`, `difficulty`, and `rationale` where the dataset has it.
"""

    def row(self, question: Question, number: int) -> dict[str, Any]:
        line = question.line
        return {
            "id": question.id,
            "image": self.keep(question),
            "conversations": [
                {"from": "human", "value": TOKENS + line["question"]},
                {"from": "gpt", "value": ground_truth(line)},
            ],
            "accu_reward_method": "all_match",
            **self.about(question),
        }
