"""Makes the exports that the consumers' tests load: `python -m tests.consumers.exports FOLDER`."""

import json
import shutil
import sys
from pathlib import Path

from tests.tiny import FlatRenderer, generate_flat, load, run
from tvrgen.dataset.reader import open_dataset

FORMATS = (
    "hf", "imagefolder", "webdataset", "trl", "verl", "easyr1", "llamafactory", "ms-swift", "lmms-eval",
    "reasoning-gym", "verifiers", "vlmevalkit",
)  # fmt: skip


def main(folder: Path) -> None:
    """Writes dataset/, its questions as questions.json, and a folder for each format."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    dataset = generate_flat(folder / "dataset", load(), FlatRenderer())
    (folder / "questions.json").write_text(json.dumps(list(open_dataset(dataset).questions())))
    for name in FORMATS:
        run("export", str(dataset), name, "--out", str(folder / name), check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
