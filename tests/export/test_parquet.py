"""Columns of Parquet files: as pyarrow's types, as metadata of the schema, and as a dataset card describes them."""

import dataclasses
import json
from pathlib import Path

import pytest

from tests import swapping
from tests.export.rows import read
from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen.export import parquet
from tvrgen.export.run import export
from tvrgen.scoring.truth import truth_of

COLUMNS = {
    "string": ({"dtype": "string", "_type": "Value"}, {"name": "c", "dtype": "string"}),
    "bool": ({"dtype": "bool", "_type": "Value"}, {"name": "c", "dtype": "bool"}),
    parquet.IMAGE: ({"_type": "Image"}, {"name": "c", "dtype": "image"}),
    ("int32",): (
        {"feature": {"dtype": "int32", "_type": "Value"}, "_type": "Sequence"},
        {"name": "c", "sequence": "int32"},
    ),
}


def listed(column):
    """A column of COLUMNS, whose keys are hashable, as formats write it."""
    return list(column) if isinstance(column, tuple) else column


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_is_described_to_datasets_and_in_the_card(column):
    features, card = COLUMNS[column]
    assert parquet.features(listed(column)) == features
    assert parquet.described("c", listed(column)) == card


def test_a_mapping_of_columns_is_described_by_its_parts():
    own = {"a": "string", "b": ["float64"]}
    parts = [parquet.described(name, part) for name, part in own.items()]
    assert parquet.features(own) == {name: parquet.features(part) for name, part in own.items()}
    assert parquet.features([own]) == [parquet.features(own)]
    assert parquet.described("c", own) == {"name": "c", "struct": parts}
    assert parquet.described("c", [own]) == {"name": "c", "list": parts}


@pytest.mark.parametrize("own", [None, 3, [], ["int32", "string"]])
def test_other_descriptions_are_refused(own):
    with pytest.raises(TypeError, match="describes no column"):
        parquet.features(own)
    with pytest.raises(TypeError, match="describes no column"):
        parquet.described("c", own)


def test_row_groups_are_of_a_hundred_rows_or_a_hundred_megabytes():
    def row(size):
        return {"images": [{"bytes": bytes(size)}, {"bytes": b""}]}

    def sizes(rows):
        return [len(group) for group in parquet.groups(iter(rows))]

    assert sizes([]) == []
    assert sizes([row(9)] * 100) == [100]
    assert sizes([row(9)] * 250) == [100, 100, 50]
    big = [row(30_000_000)] * 7  # the same zeros, seven times
    assert sizes(big) == [3, 3, 1]
    assert sizes([row(200_000_000), row(1), row(200_000_000)]) == [1, 1, 1]


def test_a_colon_makes_no_url_of_a_path(flat_dataset, tmp_path):
    for name in ("a:b", "file:x"):
        export(flat_dataset, "hf", tmp_path / name)
        assert read("hf", tmp_path / name)


def test_columns_have_types_of_pyarrow():
    pa = pytest.importorskip("pyarrow")
    columns = {
        "text": "string",
        "on": "bool",
        "images": [parquet.IMAGE],
        "parts": [{"index": "int32", "score": "float64"}],
    }
    assert parquet.arrow(columns) == pa.schema(
        {
            "text": pa.string(),
            "on": pa.bool_(),
            "images": pa.list_(pa.struct({"bytes": pa.binary(), "path": pa.string()})),
            "parts": pa.list_(pa.struct({"index": pa.int32(), "score": pa.float64()})),
        }
    )


@pytest.fixture(scope="module")
def of_two(tmp_path_factory) -> Path:
    """A dataset with a kind of the user's own that changes two objects."""
    config = load(*swapping.OVERRIDES, "splits.train.count=2")
    return generate_flat(tmp_path_factory.mktemp("of two") / "data", config, FlatRenderer(), swapping.swapped)


@pytest.mark.parametrize("name", ["hf", "trl"])
def test_changes_of_two_objects_have_a_column_in_one_form(name, of_two, tmp_path):
    table = pytest.importorskip("pyarrow.parquet")
    export(of_two, name, tmp_path / "out", trust=True)
    (path,) = (tmp_path / "out").rglob("*.parquet")
    rows = table.read_table(path).to_pylist()
    both = {"objects": [1, 0], "value": ""}
    named = {**both, "attribute": "exchange"}
    blue = {"objects": [0], "attribute": "color", "value": "blue"}
    assert rows[0]["changes"] == [
        {**named, "accepted": [named, {**named, "objects": [0, 1]}]},
        {**blue, "accepted": [blue]},
    ]
    alone, second = json.loads(rows[0]["ground_truth"])["changes"]
    assert alone == {**both, "attribute": "exchange", "accepted": [both, {**both, "objects": [0, 1]}]}
    assert second == {"index": 0, "attribute": "color", "value": "blue", "accepted": ["blue"]}
    assert truth_of(rows[0]["changes"]).changes == truth_of(rows[0]["ground_truth"]).changes


class Former:
    """A kind of the former form, which may change anything for all that it says."""

    name = "turn"

    def values(self, vocabulary):
        return ("30", "45")

    def apply(self, obj, value, vocabulary):
        return dataclasses.replace(obj, rotation=obj.rotation + float(value))

    def phrase(self, value):
        return f"turns by {value} degrees"


@pytest.fixture(scope="module")
def of_former(tmp_path_factory) -> Path:
    """A dataset with a kind of the former form."""
    config = load(f"sampling.kinds=[color,position,{__name__}:Former]", "sampling.steps=2", "splits.train.count=2")
    return generate_flat(tmp_path_factory.mktemp("of former") / "data", config, FlatRenderer())


@pytest.mark.parametrize("data", ["of_two", "of_former"])
def test_a_kind_that_is_not_trusted_has_the_same_columns(data, tmp_path, request):
    table = pytest.importorskip("pyarrow.parquet")
    found = []
    for trust in (True, False):
        export(request.getfixturevalue(data), "hf", tmp_path / str(trust), trust=trust)
        (path,) = (tmp_path / str(trust)).rglob("*.parquet")
        found.append(table.read_table(path))
    assert found[0].equals(found[1])
