"""VLM-R1: JSON lines of conversations, and a folder of images."""

from typing import Any

from tvrgen.export.reader import Question, ground_truth
from tvrgen.export.writers import Lines


class VlmR1(Lines):
    title = "VLM-R1"
    ordered = "VLM-R1 draws questions at random, in whatever order they lie."
    reserved = r":(?=[^/]*$)"  # it separates several files, and several folders
    text = """\
Register the reward first, in `src/open_r1/grpo_jsonl.py` of `src/open-r1-multimodal`:

```python
from tvrgen.adapters.vlm_r1 import reward

reward_funcs_registry["tvr"] = reward
```

```bash
torchrun ... src/open_r1/grpo_jsonl.py \\
    --data_file_paths {out}/{split}.jsonl --image_folders {out} \\
    --reward_funcs tvr --max_completion_length {response_length} \\
    --dataset-name not_used --model_name_or_path ... --output_dir ...
```

`tvr` is STAR-R1's reward, with a part for the format. VLM-R1's own `accuracy` takes its method from each row, where
`accu_reward_method` is `all_match`: it pays 1 for exactly the text of `solution` and 0 for anything else, such as the
same changes in another order, or another way off the stage. A `--reward_method` has no effect on these rows.

A row has `id`, `image` ({two} paths below the folder), `conversations` \
(the prompt, with `<image>` once for each picture,
and the answer), `accu_reward_method`, and `ground_truth`, which `tvr` reads: the answer as JSON with every value that
is right; besides `view`, `steps`, `difficulty`, and `rationale` where the dataset has it.
"""

    def row(self, question: Question, number: int) -> dict[str, Any]:
        line = question.line
        return {
            "id": question.id,
            "image": self.keep(question),
            "conversations": [
                {"from": "human", "value": question.marked},
                {"from": "gpt", "value": line["answer"]},
            ],
            "accu_reward_method": "all_match",
            "ground_truth": ground_truth(line),
            **self.about(question),
        }
