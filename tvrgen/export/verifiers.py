"""verifiers: JSON lines that the taskset of tvrgen.adapters.verifiers loads."""

from typing import Any

from tvrgen.export.reader import Question
from tvrgen.export.writers import Lines, answered

_TASKSET = '''"""The taskset as verifiers finds it by the name tvr-taskset; all of it is tvrgen's."""

from tvrgen.adapters.verifiers import TvrTaskset

__all__ = ["TvrTaskset"]
'''


class Verifiers(Lines):
    title = "verifiers"
    text = """\
```python
from tvrgen.adapters.verifiers import load_taskset

taskset = load_taskset("{out}/{split}.jsonl")
```

or in its commands, with this folder on the path:

```bash
PYTHONPATH={out} vf-eval --taskset.id tvr-taskset --taskset.path {out}/{split}.jsonl ...
```

The reward is the taskset's own: STAR-R1's. A row has `id`, `problem` (the prompt), `images` ({two} paths below this
folder, which the taskset sends as data URLs), `answer`, `ground_truth` (the answer as JSON, with every value that is
right), `view`, `steps`, `difficulty`, and `rationale` where the dataset has it.
"""

    def row(self, question: Question, number: int) -> dict[str, Any]:
        given = {"id": question.id, **answered(question.line)}
        return {**given, "images": self.keep(question), **self.about(question)}

    def finish(self) -> None:
        super().finish()
        self.out.text("tvr_taskset.py", _TASKSET)
