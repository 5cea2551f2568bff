"""TRANCE: its files, and datasets that it cannot hold."""

import json

import pytest

from tests.export.data import STORAGES
from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen._support.errors import UserError
from tvrgen.export.run import export


@pytest.mark.parametrize("dataset", STORAGES, indirect=True)
def test_trance_is_trances(dataset, tmp_path):
    import h5py

    out = tmp_path / "out"
    export(dataset, "trance", out)
    lines = [json.loads(text) for text in (out / "data.jsonl").read_text().splitlines()]
    assert [line["idx"] for line in lines] == list(range(7))
    first = lines[0]
    assert [len(state["images"]) for state in first["states"]] == [1, 0, 3]
    assert first["transformations"][1]["val"] == ["behind", 1]  # towards the camera: tvrgen's front
    assert first["transformations"][1]["type"] == "out"
    values, told = (json.loads((out / name).read_text()) for name in ("values.json", "properties.json"))
    assert values["position"]["direction"][:3] == ["front", "behind", "left"]
    assert told["position"]["direction"]["behind"] == [1, 0]
    assert (told["coordinate"]["unit"], told["coordinate"]["vis_x_max"]) == (0.15, 3)
    # a move of the evaluator's, in grid units
    start, end = (first["states"][k]["objects"][2]["position"] for k in (0, -1))
    length = told["coordinate"]["step"] / told["coordinate"]["unit"]
    assert end == [start[0] + length, start[1]]
    with h5py.File(out / "data.h5") as file:
        assert list(file) == ["test", "train"]
        assert file["train/keys"][()].decode() == str([str(k) for k in range(5)])
        assert file["train/basic_keys"][()].decode() == "[]"
        assert json.loads(file["test/data/5"][()]) == lines[5]
        assert file["train/image"][first["states"][0]["images"]["Camera_Center"]].shape == (120, 160, 3)


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("cameras.initial=left", "TRANCE has no view 'left' there"),
        ("sampling.kinds=[color, shape, size, position, 'tests.export.data:Turn']", "TRANCE has no kind"),
    ],
)
def test_trance_refuses_what_it_has_no_place_for(override, said, tmp_path):
    data = generate_flat(tmp_path / "data", load(override), FlatRenderer())
    with pytest.raises(UserError, match=said):
        export(data, "trance", tmp_path / "out")
    assert not (tmp_path / "out").exists()
