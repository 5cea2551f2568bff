"""What LLaMA-Factory makes of a dataset of conversations (hiyouga/LLaMA-Factory, v0.9.5, data/README.md)."""

import json
from pathlib import Path


def conversations(folder: Path, name: str) -> list[tuple[str, str, list[Path]]]:
    """The prompt, the response and the images of each row of a dataset that dataset_info.json names."""
    info = json.loads((folder / "dataset_info.json").read_text())[name]
    assert info["formatting"] == "sharegpt"
    columns, tags = info["columns"], info["tags"]
    found = []
    for row in json.loads((folder / info["file_name"]).read_text()):
        said = [(turn[tags["role_tag"]], turn[tags["content_tag"]]) for turn in row[columns["messages"]]]
        (user, prompt), (assistant, response) = said
        assert (user, assistant) == (tags["user_tag"], tags["assistant_tag"])
        images = [folder / path for path in row[columns["images"]]]
        assert (prompt + response).count("<image>") == len(images)
        found.append((prompt, response, images))
    return found
