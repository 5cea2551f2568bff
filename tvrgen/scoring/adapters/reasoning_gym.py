"""reasoning-gym: importing this module registers the dataset `tvr` over an export for it.

reasoning_gym.create_dataset("tvr", path="export/train.jsonl")
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reasoning_gym.dataset import ProceduralDataset
from reasoning_gym.factory import DATASETS, register_dataset

from tvrgen._support.errors import UserError
from tvrgen.scoring.adapters import common


@dataclass
class TvrConfig:
    """`path`: a file of an export, one entry a line. `size`: number of entries; None: all. `seed` has no effect."""

    path: str = ""
    size: int | None = None
    seed: int | None = None

    def validate(self) -> None:
        """Raises UserError if `path` is no file or `size` is less than 1."""
        if not Path(self.path).is_file():
            raise UserError(
                f"path: {self.path!r} is no file; write that of a split: tvrgen export DATASET reasoning-gym"
            )
        if self.size is not None and self.size < 1:
            raise UserError(f"size: {self.size}; write 1 or more, or leave it out")


class TvrDataset(ProceduralDataset):
    """The entries of an export in their order: item i is line i of the file, read when it is asked for.

    A `size` larger than the file starts again from its first line.
    """

    def __init__(self, config: TvrConfig) -> None:
        config.validate()
        self._starts = _starts(config.path)
        if not self._starts:
            raise UserError(f"{config.path}: is empty")
        super().__init__(config, seed=config.seed or 0, size=config.size or len(self._starts))

    def __getitem__(self, idx: int) -> dict[str, Any]:
        if not -self.size <= idx < self.size:
            raise IndexError(idx)
        with open(self.config.path, "rb") as file:
            file.seek(self._starts[idx % self.size % len(self._starts)])
            entry: dict[str, Any] = json.loads(file.readline())
            return entry

    def score_answer(self, answer: str | None, entry: dict[str, Any]) -> float:
        """Returns STAR-R1's accuracy scaled to [0, 1], of a whole response or of the text of its <answer>.

        Raises UserError if the first right answer of the process cannot be read; later, such an answer scores 0.
        """
        columns = {name: [value] for name, value in {**entry, **entry.get("metadata", {})}.items()}
        bare = {"format": 0, "untagged": True}
        (reward,) = common.rewards([answer], common.rows_of(columns, 1), bare, mixed=False)
        return 0.0 if reward is None else reward.share


def _starts(path: str) -> list[int]:
    """The byte offsets at which the lines of a file begin."""
    starts, at = [], 0
    with open(path, "rb") as file:
        for line in file:
            if line.strip():
                starts.append(at)
            at += len(line)
    return starts


if "tvr" not in DATASETS:
    register_dataset("tvr", TvrDataset, TvrConfig)
