"""EasyR1: Parquet rows with `<image>` in the prompt, in a folder for each split that holds nothing else."""

from typing import Any, ClassVar

from tvrgen.export import lengths, parquet
from tvrgen.export.parquet import Parquet
from tvrgen.export.reader import Question, ground_truth
from tvrgen.export.reasoning import THINK, Reasoning
from tvrgen.export.writers import READ_AS_PATTERN

_BATCHED = 8192  # EasyR1's max_num_batched_tokens, which must not be less than a prompt and its response


class EasyR1(Parquet):
    title = "EasyR1"
    reserved = READ_AS_PATTERN + r"|(@|: |\$\{)(?=[^/]*$)"  # @ separates a split's name; values are OmegaConf's
    pixels = (262_144, 4_194_304)  # data.min_pixels and data.max_pixels of its examples/config.yaml
    ordered = "EasyR1 shuffles unless it is told not to: `data.shuffle=false`."
    file = "{split}/part-{number:05d}.parquet"  # a split's name in a file's would make it that split of `datasets`
    text = """\
```bash
reward=$(python -c "import tvrgen.adapters.easyr1 as m; print(m.__file__)")
python -m verl.trainer.main config=examples/config.yaml \\
    data.train_files={out}/{split} data.val_files={out}/{test} \\
    data.prompt_key=problem data.answer_key=answer data.image_key=images \\
    data.format_prompt=null \\
    data.max_prompt_length={prompt_length} data.max_response_length={response_length} \\
    worker.actor.model.model_path=Qwen/Qwen2.5-VL-7B-Instruct \\
    worker.rollout.limit_images={most} worker.rollout.max_num_batched_tokens={batched} \\
    worker.reward.reward_function=$reward:compute_score
```

The model of its config reads text alone: name one that reads pictures. The prompt says itself how to answer, so
`data.format_prompt` stays empty. Give another split's folder as `data.val_files`.

{computed}

A row has `problem` (the prompt; `<image>` once for each picture), `images` (bytes of {images}), `answer`
(what the reward reads: the answer as JSON, with every value that is right), `id`, `view`, `steps`, `difficulty`, and
`rationale` where the dataset has it.
"""

    def places(self) -> dict[str, str]:
        places = super().places()
        return {**places, "{batched}": str(batched(int(places["{prompt_length}"])))}

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
            "problem": question.marked,
            "answer": ground_truth(line),
            "id": question.id,
            **self.about(question),
        }


class PlainRows(EasyR1):
    """The rows of formats that have them beside files of their own, whose `answer` is plain text.

    reasoning  the layout of responses that prompts ask for
    """

    reasoning: ClassVar[Reasoning] = THINK

    @property
    def columns(self) -> dict[str, Any]:
        return {**super().columns, "ground_truth": "string"}

    def row(self, question: Question, number: int) -> dict[str, Any]:
        return {
            **super().row(question, number),
            "problem": self.reasoning.asked(question.marked),
            "answer": question.line["answer"],
            "ground_truth": ground_truth(question.line),
        }


def batched(prompt: int, response: int = lengths.RESPONSE) -> int:
    """Returns the `max_num_batched_tokens` for prompts and responses of these lengths."""
    return max(_BATCHED, prompt + response)
