"""VLMEvalKit: runs its run.py with the tables of an export as datasets, or scores a result file.

LMUData=export python -m tvrgen.adapters.vlmevalkit run.py --data train --model ...   # infers and scores
python -m tvrgen.adapters.vlmevalkit outputs/MODEL/MODEL_train.xlsx                   # scores what it inferred
"""

import csv
import importlib.util
import json
import logging
import runpy
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from tvrgen._support.errors import UserError
from tvrgen.scoring.adapters import common

csv.field_size_limit(2**31 - 1)  # a cell can hold two images
_CELL = 32_767  # characters of a cell of .xlsx, at most: VLMEvalKit cuts longer ones
_log = logging.getLogger("tvrgen")


def score(result_file: str | Path) -> dict[str, float]:
    """Returns the means over a result file (.xlsx, .tsv or .json), and over each of its categories: "tacc of left".

    `tacc`: 1 if all changes are right; `reward`: STAR-R1's total; `share`: the total scaled to [0, 1]; `format`: the
    part for the format. A row without a prediction counts as an empty response; a warning says how many there are, and
    how many predictions may have been cut at the end of a cell. Raises UserError if the file has no rows, or rows
    without right answers.
    """
    sums: dict[str, dict[str, list[float]]] = {"": {}}
    rows = _rows(Path(result_file))
    _warn(result_file, rows)
    for row in rows:
        own = common.reward(row.get("prediction"), common.truth_in(row))
        parts = {"tacc": float(own.correct), "reward": own.total, "share": own.share, "format": own.format}
        category = row.get("category")
        for group in ("", category) if isinstance(category, str) and category else ("",):  # NaN, in pandas, if none
            for name, value in parts.items():
                sums.setdefault(group, {}).setdefault(name, []).append(value)
    named = {f"{name} of {group}" if group else name: v for group, own in sums.items() for name, v in own.items()}
    return {name: sum(values) / len(values) for name, values in named.items()}


def _warn(result_file: str | Path, rows: list[Mapping[str, Any]]) -> None:
    """Warns of rows without a prediction, and of predictions as long as a cell of .xlsx can be."""
    lengths = [len(text) if isinstance(text := row.get("prediction"), str) else 0 for row in rows]
    empty, cut = lengths.count(0), sum(length >= _CELL for length in lengths)
    if empty:
        _log.warning(f"{result_file}: {empty} of {len(rows)} rows have no prediction, and count as wrong")
    if cut:
        said = f"{cut} of {len(rows)} predictions fill a cell of .xlsx ({_CELL:,} characters) and may have been cut"
        _log.warning(f"{result_file}: {said}; PRED_FORMAT=tsv has VLMEvalKit write a table instead")


def tables(folder: str | Path) -> list[str]:
    """Returns the names of the tables in a folder that are exports for VLMEvalKit."""
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


def _rows(path: Path) -> list[Mapping[str, Any]]:
    """The rows of a result file. Raises UserError if it has none."""
    if path.suffix not in _READERS:
        raise UserError(f"{path}: is no result file; write one that ends in {', '.join(_READERS)}")
    try:
        rows = _READERS[path.suffix](path)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from error
    except (ValueError, ImportError, csv.Error, BadZipFile) as error:
        raise UserError(f"{path}: cannot be read: {error}") from error
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise UserError(f"{path}: holds no rows; write a result file of VLMEvalKit")
    return rows


def _sheet(path: Path) -> list[dict[str, Any]]:
    import pandas

    rows: list[dict[str, Any]] = pandas.read_excel(path).to_dict("records")
    return rows


def _table(path: Path) -> list[dict[str, Any]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


_READERS = {".xlsx": _sheet, ".tsv": _table, ".json": _json}


def _program(name: str) -> str:
    """The path of run.py: `name` if it is a file, else the installed package's."""
    if Path(name).is_file():
        return name
    try:
        found = importlib.util.find_spec("vlmeval.run")
    except ModuleNotFoundError:
        found = None
    if found is None or not found.origin:
        raise UserError(f"{name}: no such file, and VLMEvalKit is not installed; write the path of its run.py")
    return found.origin


def main(arguments: list[str]) -> None:
    """Runs VLMEvalKit's run.py with the tables registered, or prints the scores of a result file."""
    if not arguments:
        raise SystemExit(__doc__)
    if arguments[0].endswith(".py"):
        program = _program(arguments[0])
        register()
        sys.argv = [program, *arguments[1:]]
        sys.path.insert(0, str(Path(program).resolve().parent))
        runpy.run_path(program, run_name="__main__")
    else:
        print(json.dumps(score(arguments[0]), indent=1))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UserError as error:
        print(f"tvrgen: error: {error}", file=sys.stderr)
        sys.exit(2)
