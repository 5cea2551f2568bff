"""Hugging Face's `imagefolder`: pictures as files, and metadata.jsonl beside them."""

from typing import Any

from tvrgen.export.reader import Question
from tvrgen.export.writers import Lines, answered


class ImageFolder(Lines):
    title = "Hugging Face's imagefolder"
    file = "{split}/metadata.jsonl"
    text = """\
```python
from datasets import load_dataset

data = load_dataset("imagefolder", data_dir="{out}", split="{split}")
data[0]["images"]    # two pictures, PIL: before and after
```

A row of `{split}/metadata.jsonl` has `images_file_names` (two paths, which `datasets` turns into the column
`images`), `id`, `problem` (the prompt), `answer`, `ground_truth` (the answer as JSON, with every value that is
right), `view` of the second picture, `steps`, `difficulty`, and `rationale` where the dataset has it. Score a
response with `tvrgen.scoring.star_r1_reward(response, row["ground_truth"])`.
"""

    def row(self, question: Question, number: int) -> dict[str, Any]:
        folder = question.line["split"]
        paths = [path.removeprefix(f"{folder}/") for path in self.keep(question, "{split}/images")]
        return {"images_file_names": paths, "id": question.id, **answered(question.line), **self.about(question)}
