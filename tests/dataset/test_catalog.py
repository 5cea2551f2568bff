"""A dataset as runs find it: what is missing is made, and all else is refused."""

import pytest

from tests.tiny import FlatRenderer, generate_flat, json_bytes, load
from tvrgen._support.errors import UserError
from tvrgen.dataset import catalog
from tvrgen.dataset.storage.open import open_storage


def test_only_what_is_missing_is_made_again(flat_dataset):
    import shutil

    whole = json_bytes(flat_dataset)
    shutil.rmtree(flat_dataset / "train/shard-00001")
    (flat_dataset / "dataset.json").unlink()
    renderer = FlatRenderer()
    generate_flat(flat_dataset, load(), renderer)
    assert len(renderer.asked) == 2 * 4
    assert json_bytes(flat_dataset) == whole


def test_a_second_run_is_refused_while_the_first_is_alive(tmp_path):
    config = load()
    with (
        catalog.writing_to(open_storage(tmp_path / "out"), config),
        pytest.raises(UserError, match="another run is writing there"),
        catalog.writing_to(open_storage(tmp_path / "out"), config),
    ):
        pass
    generate_flat(tmp_path / "out", config, FlatRenderer())


def test_another_config_is_refused_with_its_keys(flat_dataset):
    before = json_bytes(flat_dataset)
    with (
        pytest.raises(UserError, match=r"differs in render\.samples, seed; choose another folder"),
        catalog.writing_to(open_storage(flat_dataset), load("seed=1", "render.samples=7")),
    ):
        pass
    with catalog.writing_to(open_storage(flat_dataset), load("render.threads=2")):
        pass
    assert json_bytes(flat_dataset) == before


def test_a_run_that_made_nothing_leaves_nothing(tmp_path):
    class Broken(FlatRenderer):
        def configure(self, split):
            raise UserError("no such device")

    with pytest.raises(UserError, match="no such device"):
        generate_flat(tmp_path / "out", load(), Broken())
    assert not (tmp_path / "out").exists()
    generate_flat(tmp_path / "out", load("seed=3"), FlatRenderer())


@pytest.mark.parametrize("name", ["thesis.tex", "config.json"])
@pytest.mark.parametrize("text", ["...", "[]", '{"model_type": "x"}'])
def test_a_folder_with_other_things_is_refused(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    refused = pytest.raises(UserError, match=r"holds no tvrgen dataset|was not written by tvrgen")
    with refused, catalog.writing_to(open_storage(tmp_path), load()):
        pass
    assert [p.name for p in tmp_path.iterdir()] == [name]
    (tmp_path / "file").write_text("")
    for name in ("file", "file/data"):
        with (
            pytest.raises(UserError, match="is not a folder"),
            catalog.writing_to(open_storage(tmp_path / name), load()),
        ):
            pass


def test_a_run_killed_as_it_wrote_its_config_is_taken_up(tmp_path):
    left = tmp_path / ".config.json.1a2b3c4d.partial"
    left.write_text("{")
    generate_flat(tmp_path, load(), FlatRenderer())
    assert not left.exists()


@pytest.mark.parametrize("name", ["run.json", "shard.json"])
def test_a_shard_that_lost_its_description_is_named(flat_dataset, name):
    (flat_dataset / "train/shard-00001" / name).unlink()
    with pytest.raises(UserError, match=r"is incomplete; make it again: redo train/shard-00001"):
        generate_flat(flat_dataset, load(), FlatRenderer())
