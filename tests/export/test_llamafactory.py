"""LLaMA-Factory: responses to imitate."""

import re
import shlex

from tests.export.rows import read
from tvrgen.export.run import export
from tvrgen.scoring import star_r1_reward


def test_its_command_line_takes_options(flat_dataset, tmp_path):
    """`llamafactory-cli train` reads name=value after a YAML file alone; else it wants options, and refuses words."""
    export(flat_dataset, "llamafactory", tmp_path / "sft")
    block = re.search(r"```bash\n(llamafactory-cli.*?)```", (tmp_path / "sft/README.md").read_text(), re.DOTALL)[1]
    words = shlex.split(block.replace("\\\n", " "))[2:]
    options = [word for word in words if word.startswith("--")]
    assert {"--stage", "--dataset", "--cutoff_len", "--media_dir"} <= {*options}
    flags = {"--do_train"}
    values = [words[words.index(name) + 1] for name in options if name not in flags]
    assert len(values) + len(options) == len(words)
    assert not any("=" in word for word in words)


def test_without_rationales_nothing_is_thought(flat_dataset, tmp_path):
    export(flat_dataset, "llamafactory", tmp_path / "sft")
    for row in read("llamafactory", tmp_path / "sft"):
        response = row.whole["messages"][1]["content"]
        assert response == "<think></think><answer>0.color.blue, 2.position.front.1</answer>"
        assert star_r1_reward(response, row.truth).total == 11.0
