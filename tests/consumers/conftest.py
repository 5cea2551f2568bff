"""Each file here runs in its consumer's environment: `make test-consumers`; the normal suite leaves them out."""

import json
import os
from pathlib import Path

import pytest

collect_ignore_glob = ["test_*.py"]
if "TVRGEN_EXPORTS" in os.environ:
    collect_ignore_glob = []
    os.environ |= dict.fromkeys(("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE"), "1")


@pytest.fixture(scope="session")
def exports() -> Path:
    """The folder with an export in every format."""
    return Path(os.environ["TVRGEN_EXPORTS"])


@pytest.fixture(scope="session")
def questions(exports) -> list[dict]:
    """The question lines that were exported."""
    return json.loads((exports / "questions.json").read_text())
