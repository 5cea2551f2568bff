"""Forms of names, and names that are one file on some system."""

import pytest

from tvrgen._support import names
from tvrgen.config import documents


@pytest.mark.parametrize(
    ("given", "pair"),
    [
        (["train", "Train"], ("train", "Train")),
        (["a", "B", "b", "A"], ("B", "b")),
        (["train", "test"], None),
        ([], None),
    ],
)
def test_names_that_differ_in_case_alone_are_found(given, pair):
    assert names.alike(given) == pair


def test_the_schemas_have_the_same_forms():
    """Those of lines and of dataset.json are written by hand, for readers in other languages."""
    split, member = names.SPLIT.pattern, names.MEMBER.pattern
    dataset, shard = (documents.schema(name)["properties"] for name in ("dataset", "shard"))
    assert dataset["splits"]["propertyNames"]["pattern"] == f"^{split}$"
    assert dataset["shards"]["items"]["properties"]["path"]["pattern"] == f"^{names.SHARD.pattern}$"
    assert shard["files"]["propertyNames"]["pattern"] == f"^{names.FILE.pattern}$"
    assert shard["split"]["pattern"] == f"^{split}$"
    for kind in ("scene", "question"):
        definitions = documents.schema(kind)["$defs"]
        assert definitions["split"]["pattern"] == f"^{split}$"
        assert member in definitions["image"]["pattern"].replace(r"\.(png|jpg|webp)", "")
