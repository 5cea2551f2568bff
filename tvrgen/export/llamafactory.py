"""LLaMA-Factory: conversations for supervised fine-tuning, and the dataset_info.json that names them."""

import json
from collections.abc import Iterable
from typing import Any

from tvrgen._support.json_lines import Record
from tvrgen.export.reader import Question
from tvrgen.export.reasoning import THINK
from tvrgen.export.writers import READ_AS_PATTERN, JsonList

ROLES = {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant"}
"""Tags of the messages {role: user or assistant, content}."""

LOADING = """\
```bash
llamafactory-cli train --stage sft --do_train \\
    --dataset_dir {out} --media_dir {out} --dataset tvr_{split} \\
    --cutoff_len {whole_length} \\
    --template qwen2_vl --model_name_or_path ... --output_dir ...
```

By default, `cutoff_len` is 2,048, and what is longer loses its end, the answer. {computed}

In a YAML file for `llamafactory-cli train FILE`, the keys are the same, without `--`.

`dataset_info.json` lists the splits as `tvr_{split}` and so on. A row has `messages` (the prompt, with `<image>` once
for each picture, and the response) and `images` ({two} paths below `media_dir`).
"""
"""The part of the README on loading, and on the keys of a row."""

SCORING = """
To score what the trained model writes: `tvrgen score DATASET PREDICTIONS.jsonl`, with lines of a row's `id` and the
response.
"""
"""The part of the README on scoring what was trained."""


class LlamaFactory(JsonList):
    title = "LLaMA-Factory"
    reserved = READ_AS_PATTERN
    pixels = (32 * 32, 768 * 768)  # its image_min_pixels and image_max_pixels
    ordered = "LLaMA-Factory shuffles unless it is told not to: `--disable_shuffling`."
    text = (
        LOADING
        + """
A response is `<think>RATIONALE</think><answer>ANSWER</answer>`. Where the dataset was made without rationales
(`question.rationale: none`), nothing stands in `<think></think>`: that trains the answer alone, in the form that the
prompts ask for. Generate with `--set question.rationale=full` (or `short`) to train the reasoning too.
"""
        + SCORING
    )

    def response(self, question: Question) -> str:
        """The response that is trained."""
        return THINK.respond(question)

    def row(self, question: Question, number: int) -> dict[str, Any]:
        return {
            "messages": [
                {"role": "user", "content": question.marked},
                {"role": "assistant", "content": self.response(question)},
            ],
            "images": self.keep(question),
            "id": question.id,
        }

    def finish(self) -> None:
        super().finish()
        self.out.text("dataset_info.json", dataset_info(self.out.counts, tags={**ROLES, "system_tag": "system"}))


def dataset_info(
    splits: Iterable[str], messages: str = "messages", images: str = "images", tags: Record | None = None
) -> str:
    """Returns the text of the dataset_info.json that names the files SPLIT.json beside it.

    Args:
        splits: The splits.
        messages: The key of a row's messages.
        images: The key of the paths of its images.
        tags: The keys of a message, and its roles (default: ROLES).
    """
    columns, tags = {"messages": messages, "images": images}, tags or ROLES
    info = {
        f"tvr_{split}": {"file_name": f"{split}.json", "formatting": "sharegpt", "columns": columns, "tags": tags}
        for split in splits
    }
    return json.dumps(info, indent=2) + "\n"
