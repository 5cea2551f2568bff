"""SVQA-R1: Parquet rows of two twins each, a question and the same one about the mirrored images.

Rows have messages as in the data that it is trained on (the Hub's remyxai/vqasynth_spacellava).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from tvrgen._support.json_lines import Record
from tvrgen.export import parquet
from tvrgen.export.parquet import Parquet
from tvrgen.export.reader import Question, ground_truth

_OF_TWINS = ("twin", "flips", "mirrored")
"""What `about` says of twins, which is other columns here."""


class SvqaR1(Parquet):
    title = "SVQA-R1"
    omitting = True
    pairs = True
    text = """\
```python
from datasets import load_dataset
from tvrgen.scoring import two_group_rewards

data = load_dataset("parquet", data_files="{out}/data/{split}-*.parquet", split="train")
row = data[0]
responses, flipped = ["<think>...</think><answer>...</answer>"], ["..."]   # a group to each of the two questions
two_group_rewards(responses, row["ground_truth"], flipped, row["ground_truth_flipped"])
```

A row is a question with its twin about the mirrored images (the tables below count questions: two in a row). SVQA-R1's
reward compares groups of responses to both: `tvrgen.scoring.two_group_rewards` returns the rewards of the two groups.
SVQA-R1's own code is not public, so these rows have not been tried with it.

| column | what it is |
|---|---|
| `pair_id`, `id_flipped` | the question's id; that of its twin |
| `transform` | `hflip`: left and right are exchanged |
| `invariant` | whether both have the same answer |
| `messages`, `messages_flipped` | the prompt, images first, and the answer, as lists of `index`, `text` and `type` |
| `images`, `images_flipped` | the pictures |
| `answer`, `answer_flipped` | the answers, each worked out from its own scene |
| `ground_truth`, `ground_truth_flipped` | the answers as JSON, with every value that is right: what the reward reads |
| `view`, `steps`, `difficulty` | as in the dataset, and so are `family`, `level` and `rationale` where it has them |
"""

    def omits(self, question: Question) -> str:
        return "" if "twin" in question.line else "have no twin (generate with questions that have twin: true)"

    @property
    def columns(self) -> dict[str, Any]:
        part = {"index": "int64", "text": "string", "type": "string"}
        own = {
            "messages": [{"role": "string", "content": [part]}],
            "images": [parquet.IMAGE],
            **dict.fromkeys(("answer", "ground_truth"), "string"),
        }
        return {
            **dict.fromkeys(("pair_id", "id_flipped", "transform"), "string"),
            "invariant": "bool",
            **own,
            **_flipped(own),
            **_without_twins(self.about_columns),
        }

    def rows(self, questions: Iterable[Question], first: int) -> Iterator[dict[str, Any]]:
        one = iter(questions)
        for number, (question, twin) in enumerate(zip(one, one, strict=True), first // 2):
            yield {
                "pair_id": question.id,
                "id_flipped": twin.id,
                "transform": "hflip",
                "invariant": not question.line["flips"],
                **self.row(question, number),
                **_flipped(self.row(twin, number)),
                **_without_twins(self.about(question)),
            }

    def row(self, question: Question, number: int) -> dict[str, Any]:
        line = question.line
        images = [{"index": k, "text": None, "type": "image"} for k in range(len(line["images"]))]
        return {
            "messages": [
                {"role": "user", "content": [*images, _text(line["question"])]},
                {"role": "assistant", "content": [_text(line["answer"])]},
            ],
            "images": parquet.embedded(question),
            "answer": line["answer"],
            "ground_truth": ground_truth(line),
        }


def _text(text: str) -> Record:
    return {"index": None, "text": text, "type": "text"}


def _flipped(columns: dict[str, Any]) -> dict[str, Any]:
    return {f"{name}_flipped": own for name, own in columns.items()}


def _without_twins(columns: dict[str, Any]) -> dict[str, Any]:
    return {name: own for name, own in columns.items() if name not in _OF_TWINS}
