"""VLMEvalKit: its run.py with the tables of an export as datasets, and the scores of a result file.

LMUData=export python -m tvrgen.adapters.vlmevalkit run.py --data train --model ...   # infers and scores
python -m tvrgen.adapters.vlmevalkit outputs/MODEL/MODEL_train.xlsx                   # scores what it inferred
"""

import csv
import json
import runpy
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tvrgen.adapters import calls
from tvrgen.errors import UserError

csv.field_size_limit(2**31 - 1)  # a cell can hold two pictures


def score(result_file: str | Path) -> dict[str, float]:
    """The means over a result file (.xlsx, .tsv or .json), and over each category of it: "tacc of left".

    `tacc`: the share of answers that are all right; `reward`: STAR-R1's total; `share`: that in [0, 1]; `format`: its
    part. A row without a prediction counts as an empty response. Raises UserError where the right answers are missing.
    """
    sums: dict[str, list[float]] = {}
    for row in _rows(Path(result_file)):
        own = calls.reward(row.get("prediction"), calls.truth_in(row))
        parts = {"tacc": float(own.correct), "reward": own.total, "share": own.share, "format": own.format}
        for name, value in parts.items():
            sums.setdefault(name, []).append(value)
            if row.get("category"):
                sums.setdefault(f"{name} of {row['category']}", []).append(value)
    return {name: sum(values) / len(values) for name, values in sums.items()}


def tables(folder: str | Path) -> list[str]:
    """The names of the tables in a folder that are exports for VLMEvalKit."""
    return [path.stem for path in sorted(Path(folder).glob("*.tsv")) if "ground_truth" in _head(path)]


def register() -> type:
    """Adds the tables in $LMUData to VLMEvalKit's datasets, for this process; returns their class."""
    from vlmeval import dataset
    from vlmeval.dataset.image_base import ImageBaseDataset
    from vlmeval.smp import LMUDataRoot, load

    class Tvr(ImageBaseDataset):
        TYPE = "VQA"

        @classmethod
        def supported_datasets(cls) -> list[str]:
            return tables(LMUDataRoot())

        def load_data(self, name: str) -> Any:
            return load(str(Path(LMUDataRoot()) / f"{name}.tsv"))

        def evaluate(self, eval_file: str, **_: Any) -> dict[str, float]:
            return score(eval_file)

    dataset.DATASET_CLASSES.insert(0, Tvr)
    dataset.SUPPORTED_DATASETS.extend(Tvr.supported_datasets())
    return Tvr


def _head(path: Path) -> list[str]:
    with path.open(newline="", encoding="utf-8") as file:
        return next(csv.reader(file, delimiter="\t"), [])


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    if path.suffix == ".tsv":
        with path.open(newline="", encoding="utf-8") as file:
            yield from csv.DictReader(file, delimiter="\t")
    elif path.suffix == ".json":
        yield from json.loads(path.read_text(encoding="utf-8"))
    elif path.suffix == ".xlsx":
        import pandas

        yield from pandas.read_excel(path).to_dict("records")
    else:
        raise UserError(f"{path}: is no result file; write one that ends in .xlsx, .tsv or .json")


def main(arguments: list[str]) -> None:
    """Runs VLMEvalKit's run.py with the tables registered, or prints the scores of a result file."""
    if not arguments:
        raise SystemExit(__doc__)
    if arguments[0].endswith(".py"):
        register()
        sys.argv = arguments
        sys.path.insert(0, str(Path(arguments[0]).resolve().parent))
        runpy.run_path(arguments[0], run_name="__main__")
    else:
        print(json.dumps(score(arguments[0]), indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
