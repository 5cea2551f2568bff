"""reasoning-gym: JSON lines of its entries, with the paths of the images in the metadata."""

from typing import Any

from tvrgen.export.reader import Question, ground_truth
from tvrgen.export.writers import Lines


class ReasoningGym(Lines):
    title = "reasoning-gym"
    text = """\
```python
import reasoning_gym
import tvrgen.adapters.reasoning_gym   # registers "tvr"

data = reasoning_gym.create_dataset("tvr", path="{out}/{split}.jsonl")
entry = data[0]
entry["question"], entry["metadata"]["images"]
data.score_answer("<think>...</think><answer>2.color.cyan</answer>", entry)   # in [0, 1]
```

reasoning-gym is about text: the {two} pictures are `metadata.images`, paths below this folder. An entry has `question`
(the prompt), `answer`, and `metadata` with `source_dataset`, `source_index`, `images`, `ground_truth` (the answer as
JSON, with every value that is right), `id`, `view`, `steps`, `difficulty`, and `rationale` where the dataset has it.
"""

    def row(self, question: Question, number: int) -> dict[str, Any]:
        line = question.line
        return {
            "question": line["question"],
            "answer": line["answer"],
            "metadata": {
                "source_dataset": "tvr",
                "source_index": number,
                "id": question.id,
                "images": self.keep(question),
                "ground_truth": ground_truth(line),
                **self.about(question),
            },
        }
