"""TRL's GRPOTrainer, from 0.24 on: conversations, with the images in a column of their own."""

from typing import Any

from tvrgen.export import parquet
from tvrgen.export.parquet import Parquet
from tvrgen.export.reader import Question
from tvrgen.export.writers import answered


class Trl(Parquet):
    title = "TRL"
    ordered = "TRL shuffles unless it is told not to: `GRPOConfig(shuffle_dataset=False)`."
    text = """\
```python
from datasets import load_dataset
from trl import GRPOConfig, GRPOTrainer
from tvrgen.adapters.trl import reward

data = load_dataset("parquet", data_files="{out}/data/{split}-*.parquet", split="train")
arguments = GRPOConfig(max_completion_length={response_length})   # a thought that is cut off has no answer
if hasattr(arguments, "max_prompt_length"):   # before TRL 0.28, which has no such limit
    arguments.max_prompt_length = None   # else only the last 512 tokens of a prompt remain, without its pictures
GRPOTrainer(model=..., reward_funcs=reward, args=arguments, train_dataset=data).train()
```

On TRL's command line: `--reward_funcs tvrgen.adapters.trl.reward --max_completion_length {response_length}`, and
before TRL 0.28 `--max_prompt_length {prompt_length}`. {computed}

A row has `prompt` (one message of the user, plain text: TRL puts the pictures before it), `images` ({before} {and}
{after}), and for the reward `ground_truth` (the answer as JSON, with every value that is right); besides `id`,
`answer`, `changes`, `view`, `steps`, `difficulty`, and `rationale` where the dataset has it.
"""

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "prompt": [{"role": "string", "content": "string"}],
            "images": [parquet.IMAGE],
            **dict.fromkeys(("id", "answer", "ground_truth"), "string"),
            "changes": parquet.changes(self.several),
            **self.about_columns,
        }

    def row(self, question: Question, number: int) -> dict[str, Any]:
        given = answered(question.line)
        return {
            "prompt": [{"role": "user", "content": given.pop("problem")}],
            "images": parquet.embedded(question),
            "id": question.id,
            **given,
            "changes": parquet.changed(question, self.several),
            **self.about(question),
        }
