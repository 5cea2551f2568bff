"""lmms-eval: Parquet that contains the images, and a task for each split."""

from typing import Any

import yaml

from tvrgen.export import parquet
from tvrgen.export.parquet import Parquet
from tvrgen.export.reader import Question, ground_truth

_UTILS = '''"""What the tasks call; all of it is tvrgen's."""

from tvrgen.adapters.lmms_eval import {names}  # noqa: F401
'''
_CALLS = ("doc_to_visual", "doc_to_text", "doc_to_messages", "process_results")


class LmmsEval(Parquet):
    title = "lmms-eval"
    fixed = True
    text = """\
```bash
python -m lmms_eval --include_path {out}/tasks --tasks tvr_{test} --model ... --model_args ... --batch_size 1
```

`tasks/` has a YAML file for each split, and utils.py, which takes all it does from `tvrgen.adapters.lmms_eval`. The
tasks name the Parquet files by absolute paths: the folder must stay where it is.

A row has `id`, `images` ({images}), `question` (the prompt), `answer`, `ground_truth` (the answer as JSON,
with every value that is right), `view`, `steps`, `difficulty`, and `rationale` where the dataset has it. The task's
metrics are the share of right answers, STAR-R1's reward, and the share of well-formed responses.
"""

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "id": "string",
            "images": [parquet.IMAGE],
            **dict.fromkeys(("question", "answer", "ground_truth"), "string"),
            **self.about_columns,
        }

    def row(self, question: Question, number: int) -> dict[str, Any]:
        line = question.line
        return {
            "id": question.id,
            "images": parquet.embedded(question),
            "question": line["question"],
            "answer": line["answer"],
            "ground_truth": ground_truth(line),
            **self.about(question),
        }

    def finish(self) -> None:
        for split in self.out.counts:
            task = yaml.safe_dump(self._task(split), sort_keys=False)
            for name in _CALLS:
                task = task.replace(f"'!function utils.{name}'", f"!function utils.{name}")
            self.out.text(f"tasks/tvr_{split}.yaml", task)
        self.out.text("tasks/utils.py", _UTILS.format(names=", ".join(sorted(_CALLS))))

    def _task(self, split: str) -> dict[str, Any]:
        files = self.out.root.resolve() / "data" / f"{split}-*.parquet"
        return {
            "task": f"tvr_{split}",
            "dataset_path": "parquet",
            "dataset_kwargs": {"data_files": {"test": str(files)}},
            "test_split": "test",
            "output_type": "generate_until",
            **{name: f"!function utils.{name}" for name in _CALLS},
            "doc_to_target": "answer",
            "reasoning_tags": "none",  # else it takes the thought away, and no response is well formed
            "generation_kwargs": {"max_new_tokens": 2048, "temperature": 0, "do_sample": False},
            "metric_list": [
                {"metric": name, "aggregation": "mean", "higher_is_better": True}
                for name in ("tvr_accuracy", "tvr_reward", "tvr_format")
            ],
            "metadata": [{"version": 0.0}],
        }
