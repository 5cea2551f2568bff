"""TRANCE: its files, and datasets that it cannot hold."""

import json

import pytest

from tests.export.data import STORAGES
from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen._support.errors import UserError
from tvrgen.export.run import export
from tvrgen.export.trance import Trance


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
        ("cameras.initial=left", "TRANCE has no view 'left' there; generate with cameras.initial=center"),
        ("cameras.views=one", "TRANCE's code wants the centre view of each problem; generate with"),
        ("cameras.final=[left, right]", "TRANCE's code wants the centre view of each problem; generate with"),
        ("sampling.kinds=[color, shape, size, position, 'tests.export.data:Turn']", "TRANCE has no kind"),
    ],
)
def test_trance_refuses_what_it_has_no_place_for(override, said, tmp_path):
    data = generate_flat(tmp_path / "data", load(override), FlatRenderer())
    with pytest.raises(UserError, match=said):
        export(data, "trance", tmp_path / "out", trust=True)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("count", [1, 9, 11, 12])
def test_scenes_of_other_than_ten_objects_are_refused(count, questions):
    """Its batches are of ten, its end mark is 10, and its padding 11."""
    line = {**questions[0], "initial_objects": questions[0]["initial_objects"][:1] * count}
    said = f"trance: train-000000 has {count} objects, and TRANCE's code wants 10; generate with sampling.objects=10"
    with pytest.raises(UserError, match=said):
        Trance.refuse(None, line)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (0, "has no change, and TRANCE's code wants one; generate with sampling.no_change=0"),
        (5, r"has 5 changes, and TRANCE's code takes 4; generate with sampling.steps=\[1, 4\]"),
    ],
)
def test_answers_that_its_arrays_cannot_hold_are_refused(changes, said, questions):
    ten = questions[0]["initial_objects"][:1] * 10
    line = {**questions[0], "initial_objects": ten, "changes": questions[0]["changes"][:1] * changes}
    with pytest.raises(UserError, match=said):
        Trance.refuse(None, line)
    Trance.refuse(None, {**line, "changes": questions[0]["changes"]})
