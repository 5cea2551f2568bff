"""verl: Parquet rows with `<image>` in the prompt and the right answer in `reward_model`."""

from typing import Any

from tvrgen.export import parquet
from tvrgen.export.parquet import Parquet
from tvrgen.export.reader import Question, ground_truth
from tvrgen.export.writers import READ_AS_PATTERN


class Verl(Parquet):
    title = "verl"
    ordered = "verl shuffles unless it is told not to: `data.shuffle=False`."
    reserved = READ_AS_PATTERN + r"|(['\\]|\$\{)(?=[^/]*$)"  # and what a quoted value of Hydra does not hold as it is
    file = "{split}-{number:05d}-of-{of:05d}.parquet"
    text = """\
```bash
reward=$(python -c "import tvrgen.adapters.verl as m; print(m.__file__)")
python -m verl.trainer.main_ppo \\
    algorithm.adv_estimator=grpo \\
    data.train_files="[$(ls -d {out}/{split}-*.parquet | sed "s/.*/'&'/" | paste -sd,)]" \\
    data.val_files="[$(ls -d {out}/{test}-*.parquet | sed "s/.*/'&'/" | paste -sd,)]" \\
    data.prompt_key=prompt data.image_key=images \\
    data.max_prompt_length={prompt_length} data.max_response_length={response_length} \\
    custom_reward_function.path=$reward custom_reward_function.name=compute_score ...
```

{computed}

Give another split's files as `data.val_files`. Where verl reads rewards from `reward:`, the last line is
`reward.custom_reward_function.path=$reward reward.custom_reward_function.name=compute_score`.

A row has `data_source` (`tvr`), `prompt` (one message; `<image>` once for each picture), `images` (bytes of {before}
{and} {after}), `ability`, `reward_model.ground_truth` (the answer as JSON, with every value that is right), and in
`extra_info` `split`, `index`, `id`, `answer`, `view`, `steps`, `difficulty`, and `rationale` where the dataset has
it.
"""

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "data_source": "string",
            "prompt": [{"role": "string", "content": "string"}],
            "images": [parquet.IMAGE],
            "ability": "string",
            "reward_model": {"style": "string", "ground_truth": "string"},
            "extra_info": {
                "split": "string",
                "index": "int64",
                **dict.fromkeys(("id", "answer"), "string"),
                **self.about_columns,
            },
        }

    def row(self, question: Question, number: int) -> dict[str, Any]:
        line = question.line
        identity = {"split": line["split"], "index": number, "id": question.id, "answer": line["answer"]}
        return {
            "data_source": "tvr",
            "prompt": [{"role": "user", "content": question.marked}],
            "images": parquet.embedded(question),
            "ability": "spatial",
            "reward_model": {"style": "rule", "ground_truth": ground_truth(line)},
            "extra_info": {**identity, **self.about(question)},
        }
