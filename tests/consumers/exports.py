"""Makes the exports that the consumers' tests load: `python -m tests.consumers.exports FOLDER`."""

import json
import shutil
import sys
from pathlib import Path

from tests import asked
from tests.tiny import FlatRenderer, generate_flat, load, run
from tvrgen.dataset.reader import open_dataset

FORMATS = (
    "hf", "imagefolder", "webdataset", "trl", "verl", "easyr1", "llamafactory", "ms-swift", "lmms-eval",
    "reasoning-gym", "verifiers", "nemo-gym", "vlmevalkit",
)  # fmt: skip

FOR_ONE_TEXT = ("openvlthinker", "vision-r1", "observe-r1")
"""Formats that leave out what has several right texts: their dataset asks for all forms of answers, with rationales."""


def main(folder: Path) -> None:
    """Writes dataset/ and asked/, their questions as questions.json and asked.json, and a folder for each format."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    dataset = generate_flat(folder / "dataset", load(), FlatRenderer())
    others = asked.dataset(folder / "asked")
    for root, names, file in ((dataset, FORMATS, "questions.json"), (others, FOR_ONE_TEXT, "asked.json")):
        (folder / file).write_text(json.dumps(list(open_dataset(root).questions())))
        for name in names:
            run("export", str(root), name, "--out", str(folder / name), check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
