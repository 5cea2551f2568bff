"""Hugging Face's `imagefolder`: images as files, and metadata.jsonl beside them."""

from typing import Any

import yaml

from tvrgen.export.reader import Question
from tvrgen.export.writers import READ_AS_PATTERN, Lines, answered


class ImageFolder(Lines):
    title = "Hugging Face's imagefolder"
    reserved = READ_AS_PATTERN
    file = "{split}/metadata.jsonl"
    text = """\
```python
from datasets import load_dataset

data = load_dataset("{out}", split="{split}")   # this folder: what stands above names its splits
data[0]["images"]    # {two} pictures, PIL: {images}
```

Several pictures in a row want `datasets` 3.2 or later.

A row of `{split}/metadata.jsonl` has `images_file_names` ({two} paths, which `datasets` turns into the column
`images`), `id`, `problem` (the prompt), `answer`, `ground_truth` (the answer as JSON, with every value that is
right), `view` of the second picture, `steps`, `difficulty`, and `rationale` where the dataset has it. Score a
response with `tvrgen.scoring.{reward}(response, row["ground_truth"])`.
"""

    def front(self, licence: str) -> str:
        # datasets would guess the splits from their names, and take test_left and test_right for one
        files = [{"split": split, "path": f"{split}/**"} for split in self.out.counts]
        matter = {"configs": [{"config_name": "default", "data_files": files}]}
        return f"---\n{yaml.safe_dump(matter, sort_keys=False)}---\n\n"

    def row(self, question: Question, number: int) -> dict[str, Any]:
        folder = question.line["split"]
        paths = [path.removeprefix(f"{folder}/") for path in self.keep(question, "{split}/images")]
        return {"images_file_names": paths, "id": question.id, **answered(question.line), **self.about(question)}
