"""Hugging Face's `datasets`: Parquet that contains the images, and a dataset card."""

import re
from collections import Counter
from functools import cached_property
from typing import Any

import yaml

from tvrgen.dataset.report.preview import preview
from tvrgen.export import parquet
from tvrgen.export.parquet import Parquet
from tvrgen.export.reader import Question
from tvrgen.export.writers import answered

_ROWS = 4  # problems in the preview
_SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)


class HuggingFace(Parquet):
    title = "Hugging Face datasets"
    text = """\
![The first problems: both pictures, changed objects boxed, question and answer](preview.png)

```python
from datasets import load_dataset

data = load_dataset("{out}", split="{split}")   # this folder, or the name it has on the Hub
row = data[0]
row["images"]        # {two} pictures, PIL
row["problem"]       # the prompt
row["answer"]        # {answer}, in the form that the prompt asks for
```

| column | what it is |
|---|---|
| `id` | scene and view of the second picture |
| `images` | {images} |
| `problem`, `answer` | prompt and answer |
| `ground_truth` | the answer as JSON, with every value that is right: what `tvrgen.scoring` and the rewards read |
| `initial_objects` | what the prompt says of the objects |
| `changes` | the answer as data |
| `view` | the second picture's camera |
| `steps`, `difficulty` | number of changes; how hard, in [0, 1] |
| `rationale` | the reasoning that leads to the answer, where the dataset has it |

A response is scored by {score}:

```python
from tvrgen.scoring import {reward}

{reward}("<think>...</think><answer>...</answer>", row["ground_truth"]).total
```
"""

    def places(self) -> dict[str, str]:
        own = {"{answer}": "all changes", "{score}": "STAR-R1's reward"}
        if self.families:
            own = {"{answer}": "the answer", "{score}": "the reward of its question's family"}
        return {**super().places(), **own}

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "id": "string",
            "images": [parquet.IMAGE],
            **dict.fromkeys(("problem", "answer", "ground_truth"), "string"),
            "initial_objects": parquet.objects(self._further),
            "changes": parquet.changes(self.several),
            **self.about_columns,
        }

    @cached_property
    def _further(self) -> list[str]:
        """The attributes of objects besides the built-in ones."""
        return list(self.dataset.description["config"]["vocabulary"].get("attributes", ()))

    def row(self, question: Question, number: int) -> dict[str, Any]:
        line = question.line
        return {
            "id": question.id,
            "images": parquet.embedded(question),
            **answered(line),
            "initial_objects": line.get("initial_objects", []),
            "changes": parquet.changed(question, self.several),
            **self.about(question),
        }

    @property
    def heading(self) -> str:
        counts = Counter({split: own["questions"] for split, own in self.out.counts.items()})
        return f"Transformation-driven Visual Reasoning: {counts.total():,} questions"

    def front(self, licence: str) -> str:
        splits = [
            {"name": split, "num_bytes": own["bytes"], "num_examples": own["questions"]}
            for split, own in self.out.counts.items()
        ]
        total = sum(split["num_examples"] for split in splits)
        size = next((k for k, limit in enumerate(_SIZES) if total < limit), len(_SIZES))
        names = ["n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M"]
        files = sum(path.stat().st_size for path in (self.out.root / "data").glob("*.parquet"))
        known = re.fullmatch(r"[a-z0-9.-]+", licence)  # as the Hub names licences
        matter = {
            **({"license": licence} if known else {"license": "other", "license_name": licence} if licence else {}),
            "language": ["en"],
            "task_categories": ["visual-question-answering", "image-text-to-text"],
            "tags": ["transformation-driven-visual-reasoning", "spatial-reasoning", "synthetic"],
            "size_categories": [names[size]],
            "configs": [
                {
                    "config_name": "default",
                    "data_files": [{"split": s["name"], "path": f"data/{s['name']}-*"} for s in splits],
                }
            ],
            "dataset_info": {
                "features": [parquet.described(name, own) for name, own in self.columns.items()],
                "splits": splits,
                "download_size": files,
                "dataset_size": sum(split["num_bytes"] for split in splits),
            },
        }
        return f"---\n{yaml.safe_dump(matter, sort_keys=False)}---\n\n"

    def finish(self) -> None:
        with self.out.whole("preview.png") as path:
            preview(self.dataset, _ROWS, self.splits[0]).save(path, "PNG")
