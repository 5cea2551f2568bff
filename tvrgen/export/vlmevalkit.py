"""VLMEvalKit: a table that contains the images."""

import base64
from typing import Any

from tvrgen.export.reader import Question, ground_truth
from tvrgen.export.writers import Table


class VlmEvalKit(Table):
    title = "VLMEvalKit"
    columns = ("index", "id", "image", "image_path", "question", "answer", "ground_truth", "category", "split")
    text = """\
```bash
LMUData=$(realpath {out}) python -m tvrgen.adapters.vlmevalkit run.py --data {test} --model ...   # infers and scores
python -m tvrgen.adapters.vlmevalkit outputs/MODEL/MODEL_{test}.xlsx                        # scores what is there
```

VLMEvalKit has no evaluation of its own for this data: `tvrgen.adapters.vlmevalkit` adds a dataset class to it, before
its run.py begins, and scores by STAR-R1's reward. `run.py` is the path of a checkout's; where there is none, that of
the installed package (`pip install ms-vlmeval`). All that follows is its own: `--base-url` asks a served model.

A cell of an .xlsx file holds 32,767 characters: VLMEvalKit cuts longer responses there, and so takes their answers
away. `PRED_FORMAT=tsv` before the first command has it write tables instead. A row without a response counts as wrong.
The adapter says how many responses are missing, and how many may have been cut.

The table's columns: `index`, `id`, `image` (a list of {two} pictures in base64), `image_path` (their names),
`question`, `answer`, `ground_truth` (the answer as JSON, with every value that is right), `category` \
({category}), `split`.
"""

    def places(self) -> dict[str, str]:
        return {**super().places(), "{category}": "its family" if self.families else "the second\npicture's view"}

    def row(self, question: Question, number: int) -> tuple[Any, ...]:
        line = question.line
        images = [base64.b64encode(content).decode() for content in question.images()]
        names = list(question.names)
        truth = ground_truth(line)
        category, split = question.family if self.families else line["view"]["final"], line["split"]
        return number, question.id, images, names, line["question"], line["answer"], truth, category, split
