"""What is said of a faulty config."""

from pathlib import Path

import pytest

from tests.tiny import write_config
from tvrgen._support.errors import UserError
from tvrgen.config import loader

BASE = "splits: {train: {count: 4}}\n"


def fault(folder: Path, text: str) -> str:
    """The message on a config of these keys, which has one split where `text` has none. It is one line."""
    whole = "splits:" in text or ":" not in text or text.startswith("seed: [")
    path = write_config(folder, ("" if whole else BASE) + text + "\n")
    with pytest.raises(UserError) as caught:
        loader.load(path)
    message = str(caught.value)
    assert "config.yaml" in message
    assert "\n" not in message
    return message
