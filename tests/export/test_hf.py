"""The dataset card of Hugging Face."""

import yaml
from PIL import Image

from tests.export.rows import tables
from tvrgen.export.run import export


def test_the_card_says_what_the_columns_are(flat_dataset, tmp_path):
    export(flat_dataset, "hf", tmp_path / "out", licence="cc-by-4.0")
    _, front, text = (tmp_path / "out/README.md").read_text().split("---\n", 2)
    card = yaml.safe_load(front)
    rows = list(tables("data/{split}-*.parquet")(tmp_path / "out", "train"))
    assert [column["name"] for column in card["dataset_info"]["features"]] == list(rows[0])
    (split,) = card["dataset_info"]["splits"]
    assert (split["name"], split["num_examples"]) == ("train", 15)
    assert split["num_bytes"] > 15 * 1000
    assert card["license"] == "cc-by-4.0"
    assert card["configs"][0]["data_files"] == [{"split": "train", "path": "data/train-*"}]
    assert "| questions | 15 |" in text
    assert "| view of the second image: left | 5 |" in text
    with Image.open(tmp_path / "out/preview.png") as image:
        assert image.width > 1000
