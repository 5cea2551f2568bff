"""EasyR1: Parquet rows with `<image>` in the prompt, in a folder for each split that holds nothing else."""

from typing import Any

from tvrgen.export import parquet
from tvrgen.export.parquet import Parquet
from tvrgen.export.reader import Question, ground_truth
from tvrgen.export.writers import TOKENS


class EasyR1(Parquet):
    title = "EasyR1"
    ordered = "EasyR1 shuffles unless it is told not to: `data.shuffle=false`."
    file = "{split}/part-{number:05d}.parquet"  # a split's name in a file's would make it that split of `datasets`
    text = """\
```bash
reward=$(python -c "import tvrgen.adapters.easyr1 as m; print(m.__file__)")
python -m verl.trainer.main config=examples/config.yaml \\
    data.train_files={out}/{split} data.val_files={out}/{test} \\
    data.prompt_key=problem data.answer_key=answer data.image_key=images \\
    data.format_prompt=null \\
    worker.rollout.limit_images=2 \\
    worker.reward.reward_function=$reward:compute_score
```

Give another split's folder as `data.val_files`. The prompt says itself how to answer, so `data.format_prompt` stays
empty.

A row has `problem` (the prompt; `<image>` once for each picture), `images` (bytes of before and after), `answer`
(what the reward reads: the answer as JSON, with every value that is right), `id`, `view`, `steps`, `difficulty`, and
`rationale` where the dataset has it.
"""

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "images": [parquet.IMAGE],
            **dict.fromkeys(("problem", "answer", "id"), "string"),
            **self.about_columns,
        }

    def row(self, question: Question, number: int) -> dict[str, Any]:
        line = question.line
        return {
            "images": parquet.embedded(question),
            "problem": TOKENS + line["question"],
            "answer": ground_truth(line),
            "id": question.id,
            **self.about(question),
        }
