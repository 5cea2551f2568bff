"""ms-swift: JSON lines of messages, with absolute paths of the images."""

from typing import Any

from tvrgen.export.reader import Question, changes, ground_truth
from tvrgen.export.writers import READ_AS_PATTERN, Lines


class MsSwift(Lines):
    title = "ms-swift"
    fixed = True
    reserved = READ_AS_PATTERN
    ordered = "ms-swift shuffles unless it is told not to: `--dataset_shuffle false --train_dataloader_shuffle false`."
    text = """\
```bash
plugin=$(python -c "import importlib.util as u; print(u.find_spec('tvrgen.adapters.ms_swift').origin)")
swift rlhf --rlhf_type grpo --model ... --dataset {out}/{split}.jsonl \\
    --external_plugins $plugin --reward_funcs tvr --max_completion_length {response_length}
```

A row has `messages` (the prompt, with `<image>` once for each picture), `images` (absolute paths: the folder must stay
where it is), `solution` (what the reward reads: the answer as JSON, with every value that is right), `changes`,
`initial_objects`, `tvr_id`, `view`, `steps`, `difficulty`, and `rationale` where the dataset has it.
"""

    def row(self, question: Question, number: int) -> dict[str, Any]:
        line, root = question.line, self.out.root.resolve()
        return {
            "messages": [{"role": "user", "content": question.marked}],
            "images": [str(root / path) for path in self.keep(question)],
            "solution": ground_truth(line),
            "changes": changes(line),
            "initial_objects": line.get("initial_objects", []),
            "tvr_id": question.id,
            **self.about(question),
        }
