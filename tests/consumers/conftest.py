"""Each file here runs in its consumer's environment: `make test` has the small ones, `make test-consumers` all."""

import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

collect_ignore_glob = ["test_*.py"]
if "TVRGEN_EXPORTS" in os.environ:
    collect_ignore_glob = []
    os.environ |= dict.fromkeys(("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE"), "1")
    # reasoning-gym imports the solver of one of its puzzles, which would need a C compiler
    if find_spec("pycosat") is None:
        sys.modules["pycosat"] = ModuleType("pycosat")


@pytest.fixture(scope="session")
def exports() -> Path:
    """The folder with an export in every format."""
    return Path(os.environ["TVRGEN_EXPORTS"])


@pytest.fixture(scope="session")
def questions(exports) -> list[dict]:
    """The question lines that were exported."""
    return json.loads((exports / "questions.json").read_text())


@pytest.fixture(scope="session")
def asked(exports) -> dict[str, dict]:
    """The question lines of all forms of answers that were exported, by their ids."""
    return {line["id"]: line for line in json.loads((exports / "asked.json").read_text())}


@pytest.fixture(scope="session")
def load_trl(exports, tmp_path_factory):
    """Loads TRL's export, or the part of a harvest that is for it, as TRL's examples do."""
    from datasets import load_dataset

    def load(folder):
        files = str(exports / folder / "data/train-*.parquet")
        return load_dataset("parquet", data_files=files, split="train", cache_dir=str(tmp_path_factory.mktemp("cache")))

    return load


@pytest.fixture(scope="session")
def trl_rows(load_trl):
    """The rows of TRL's export."""
    return load_trl("trl")
