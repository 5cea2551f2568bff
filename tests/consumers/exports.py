"""Makes the exports that the consumers' tests load: `python -m tests.consumers.exports FOLDER`."""

import json
import shutil
import sys
from pathlib import Path

from tests import asked
from tests.consumers.responses import right, wrong
from tests.tiny import FlatRenderer, generate_flat, load, run
from tvrgen.dataset.reader import open_dataset

FORMATS = (
    "hf", "imagefolder", "webdataset", "trl", "verl", "easyr1", "llamafactory", "ms-swift", "lmms-eval",
    "reasoning-gym", "verifiers", "nemo-gym", "vlmevalkit",
)  # fmt: skip

FOR_ONE_TEXT = ("openvlthinker", "vision-r1", "observe-r1")
"""Formats that leave out what has several right texts: their dataset asks for all forms of answers, with rationales."""


def main(folder: Path) -> None:
    """Writes dataset/ and asked/, their questions as questions.json and asked.json, a folder for each format, and a
    harvest of some samples.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    dataset = generate_flat(folder / "dataset", load(), FlatRenderer())
    others = asked.dataset(folder / "asked")
    for root, names, file in ((dataset, FORMATS, "questions.json"), (others, FOR_ONE_TEXT, "asked.json")):
        (folder / file).write_text(json.dumps(list(open_dataset(root).questions())))
        for name in names:
            run("export", str(root), name, "--out", str(folder / name), check=True)
    said = [(line, right(line), wrong(line)) for line in open_dataset(dataset).questions()]
    samples = [{"id": line["id"], "responses": [good, bad, bad]} for line, good, bad in said]
    (folder / "samples.jsonl").write_text("".join(json.dumps(line) + "\n" for line in samples))
    run("harvest", str(dataset), str(folder / "samples.jsonl"), "--out", str(folder / "harvest"), check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
