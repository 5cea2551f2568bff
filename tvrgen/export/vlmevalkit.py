"""VLMEvalKit: a table with the pictures in it."""

import base64
from typing import Any

from tvrgen.export.reader import Question, ground_truth
from tvrgen.export.writers import Table


class VlmEvalKit(Table):
    title = "VLMEvalKit"
    columns = ("index", "id", "image", "image_path", "question", "answer", "ground_truth", "category", "split")
    text = """\
```bash
export LMUData=$PWD/{out}
python run.py --data {split} --model ... --mode infer
```

VLMEvalKit has no evaluation of its own for this data: `tvrgen.adapters.vlmevalkit.score` scores the result file, or
`tvrgen.adapters.vlmevalkit.register`, called before its run.py, adds a dataset class that evaluates too.

The table's columns: `index`, `id`, `image` (a list of two pictures in base64), `image_path` (their names),
`question`, `answer`, `ground_truth` (the answer as JSON, with every value that is right), `category` (the second
picture's view), `split`.
"""

    def row(self, question: Question, number: int) -> tuple[Any, ...]:
        line = question.line
        pictures = [base64.b64encode(content).decode() for content in question.pictures()]
        names = list(question.names)
        truth = ground_truth(line)
        category, split = line["view"]["final"], line["split"]
        return number, question.id, pictures, names, line["question"], line["answer"], truth, category, split
