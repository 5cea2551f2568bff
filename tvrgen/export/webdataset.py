"""WebDataset: tars with a sample for each question."""

import json
from collections.abc import Iterator

from tvrgen.export.reader import Question
from tvrgen.export.writers import READ_AS_PATTERN, Tars, answered


class WebDataset(Tars):
    title = "WebDataset"
    reserved = READ_AS_PATTERN
    text = """\
```python
import glob
import webdataset

data = webdataset.WebDataset(sorted(glob.glob("{out}/tvr-{split}-*.tar")), shardshuffle=False).decode("pil")
sample = next(iter(data))
{keys}sample["json"]["problem"]
```

{or}`datasets.load_dataset("webdataset", data_files={"{split}": "{out}/tvr-{split}-*.tar"}, split="{split}")`.

A sample is a question: {files} (or .jpg, .webp, as the dataset has them), and
`KEY.json` with `id`, `problem` (the prompt), `answer`, `ground_truth` (the answer as JSON, with every value that is
right), `view`, `steps`, `difficulty`, and `rationale` where the dataset has it. Score a response with
`tvrgen.scoring.{reward}(response, sample["json"]["ground_truth"])`.
"""

    def places(self) -> dict[str, str]:
        places = {
            "{keys}": 'sample["initial.png"], sample["final.png"], ',
            "{or}": "or ",
            "{files}": "`KEY.initial.png` and `KEY.final.png`",
        }
        if self.families:
            family = max(name for own in self.out.counts.values() for name in own["family"])
            places = {
                "{keys}": 'sample["image1.png"], ',
                "{or}": f"or, where all questions have as many pictures (`--filter family={family}`),\n",
                "{files}": "`KEY.image1.png`, `KEY.image2.png` and so on",
            }
        return {**super().places(), **places}

    def files(self, question: Question) -> Iterator[tuple[str, bytes]]:
        row = {"id": question.id, **answered(question.line), **self.about(question)}
        roles = [f"image{k + 1}" for k in range(len(question.names))] if self.families else ["initial", "final"]
        for role, name, content in zip(roles, question.names, question.images(), strict=True):
            yield f"{question.id}.{role}.{name.rsplit('.', 1)[1]}", content
        yield f"{question.id}.json", json.dumps(row, ensure_ascii=False).encode()
