"""verifiers (v1): a taskset over an export for it.

load_taskset("export/train.jsonl"), or in its commands `--taskset.id NAME --taskset.path export/train.jsonl`, where
NAME.py lies where Python looks, for verifiers takes no dotted names, and says

    from tvrgen.adapters.verifiers import TvrTaskset

    __all__ = ["TvrTaskset"]
"""

import base64
import json
import mimetypes
from collections.abc import Iterator
from pathlib import Path

import verifiers.v1 as vf

from tvrgen.errors import UserError
from tvrgen.scoring.adapters import common

__all__ = ["TvrTaskset"]


class TvrData(vf.TaskData):
    """A question: its prompt with both pictures, and the right answer as JSON."""

    ground_truth: str


class TvrTask(vf.Task[TvrData]):
    """STAR-R1's reward is the reward; its parts are metrics."""

    @property
    def key(self) -> str:
        """The question's id."""
        return self.data.name

    @vf.reward
    async def tvr(self, trace: vf.Trace) -> float:
        """STAR-R1's total of the last reply."""
        return common.reward(trace.last_reply, self.data.ground_truth).total

    @vf.metric
    async def parts(self, trace: vf.Trace) -> dict[str, float]:
        """Whether all changes are right, the total in [0, 1], and the format's part."""
        reward = common.reward(trace.last_reply, self.data.ground_truth)
        return {"correct": float(reward.correct), "share": reward.share, "format": reward.format}


class TvrConfig(vf.TasksetConfig):
    """`path`: an export's file, one question a line; pictures lie below its folder."""

    path: str = ""


class TvrTaskset(vf.Taskset[TvrTask, TvrConfig]):
    """The exported questions in their order."""

    def load(self) -> Iterator[TvrTask]:
        """Each question as a task. Raises UserError where there is no such file."""
        path = Path(self.config.path)
        if not path.is_file():
            raise UserError(f"path: {str(path)!r} is no file; write that of a split: tvrgen export DATASET verifiers")
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                row = json.loads(line)
                parts = [vf.ImageUrlContentPart(image_url={"url": _data_url(path.parent / p)}) for p in row["images"]]
                prompt = [vf.UserMessage(content=[*parts, vf.TextContentPart(text=row["problem"])])]
                data = TvrData(idx=number, name=row["id"], prompt=prompt, ground_truth=row["ground_truth"])
                yield TvrTask(data, self.config.task)


def load_taskset(path: str | Path) -> TvrTaskset:
    """The taskset of an export's file."""
    return TvrTaskset(TvrConfig(path=str(path)))


def _data_url(path: Path) -> str:
    kind = mimetypes.guess_type(path.name)[0] or "image/png"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
