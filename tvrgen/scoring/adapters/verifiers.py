"""verifiers (v1): a taskset over an export for it.

load_taskset("export/train.jsonl"), or in its commands `--taskset.id NAME --taskset.path export/train.jsonl`, where
NAME.py is on Python's path, since verifiers takes no dotted names, and holds

    from tvrgen.adapters.verifiers import TvrTaskset

    __all__ = ["TvrTaskset"]
"""

import base64
import json
import mimetypes
from collections.abc import Iterator
from pathlib import Path

import verifiers.v1 as vf

from tvrgen._support.errors import UserError
from tvrgen.scoring import graded
from tvrgen.scoring.adapters import common

__all__ = ["TvrTaskset"]


class TvrData(vf.TaskData):
    """A question: its prompt with its images, and the right answer as JSON."""

    ground_truth: str


class TvrTask(vf.Task[TvrData]):
    """A question with STAR-R1's reward, whose parts are metrics."""

    @property
    def key(self) -> str:
        """The question's id."""
        return str(self.data.name)

    @vf.reward
    async def tvr(self, trace: vf.Trace) -> float:
        """STAR-R1's total of the last reply."""
        return common.reward(trace.last_reply, self.data.ground_truth).total

    @vf.metric
    async def parts(self, trace: vf.Trace) -> dict[str, float]:
        """1 if all changes are right, the total scaled to [0, 1], and the part for the format."""
        reward = common.reward(trace.last_reply, self.data.ground_truth)
        return {"correct": float(reward.correct), "share": reward.share, "format": reward.format}


class TvrConfig(vf.TasksetConfig):
    """`path`: a file of an export, one question a line; its images are in folders beside it."""

    path: str = ""


class TvrTaskset(vf.Taskset[TvrTask, TvrConfig]):
    """The questions of an export in their order."""

    def load(self) -> Iterator[TvrTask]:
        """Yields each question as a task. Raises UserError if `path` is no file, or holds what is no right answer."""
        path = Path(self.config.path)
        if not path.is_file():
            raise UserError(f"path: {str(path)!r} is no file; write that of a split: tvrgen export DATASET verifiers")
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                row = json.loads(line)
                graded.read_truth(row["ground_truth"])
                parts = [vf.ImageUrlContentPart(image_url={"url": _data_url(path.parent / p)}) for p in row["images"]]
                prompt = [vf.UserMessage(content=[*parts, vf.TextContentPart(text=row["problem"])])]
                data = TvrData(idx=number, name=row["id"], prompt=prompt, ground_truth=row["ground_truth"])
                yield TvrTask(data, self.config.task)


def load_taskset(path: str | Path) -> TvrTaskset:
    """Returns the taskset of a file of an export."""
    return TvrTaskset(TvrConfig(path=str(path)))


def _data_url(path: Path) -> str:
    kind = mimetypes.guess_type(path.name)[0] or "image/png"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
