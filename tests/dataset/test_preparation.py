"""A dataset as runs find it: what is missing is made, and all else is refused."""

import json
import shutil

import pytest

from tests.tiny import FlatRenderer, generate_flat, json_bytes, load
from tvrgen._support.errors import UserError
from tvrgen._support.files import pretty
from tvrgen.dataset import catalog, preparation
from tvrgen.dataset.storage.open import open_storage


def test_only_what_is_missing_is_made_again(flat_dataset):
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
        preparation.writing_to(open_storage(tmp_path / "out"), config),
        pytest.raises(UserError, match="another run is writing there"),
        preparation.writing_to(open_storage(tmp_path / "out"), config),
    ):
        pass
    generate_flat(tmp_path / "out", config, FlatRenderer())


def test_another_config_is_refused_with_its_keys(flat_dataset):
    before = json_bytes(flat_dataset)
    with (
        pytest.raises(UserError, match=r"differs in render\.samples, seed; choose another folder"),
        preparation.writing_to(open_storage(flat_dataset), load("seed=1", "render.samples=7")),
    ):
        pass
    with preparation.writing_to(open_storage(flat_dataset), load("render.threads=2")):
        pass
    assert json_bytes(flat_dataset) == before


@pytest.mark.parametrize("logged", [True, False])
@pytest.mark.parametrize("refused", ["seed=1", "splits.train.count=2", "a later tvrgen"])
def test_a_run_that_is_refused_leaves_all_as_it_was(refused, logged, flat_dataset):
    """Whether the dataset has a log, or came without."""
    out = flat_dataset
    (out / "log").mkdir(exist_ok=True)
    if not logged:
        shutil.rmtree(out / "log")
    if refused == "a later tvrgen":
        run = out / "train/shard-00000/run.json"
        run.write_text(json.dumps({**json.loads(run.read_text()), "plan": 99}))
    before = {path: path.is_file() and path.read_bytes() for path in out.rglob("*")}
    config = load() if refused == "a later tvrgen" else load(refused)
    with pytest.raises(UserError), preparation.writing_to(open_storage(out), config):
        pass
    assert {path: path.is_file() and path.read_bytes() for path in out.rglob("*")} == before


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
    with refused, preparation.writing_to(open_storage(tmp_path), load()):
        pass
    assert [p.name for p in tmp_path.iterdir()] == [name]
    (tmp_path / "file").write_text("")
    for name in ("file", "file/data"):
        with (
            pytest.raises(UserError, match="is not a folder"),
            preparation.writing_to(open_storage(tmp_path / name), load()),
        ):
            pass


def test_a_run_killed_as_it_wrote_its_config_is_taken_up(tmp_path):
    left = tmp_path / ".config.json.1a2b3c4d.partial"
    left.write_text("{")
    generate_flat(tmp_path, load(), FlatRenderer())
    assert not left.exists()


def contents(folder) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class Broken(FlatRenderer):
    """Makes nothing: there is no such device, or the user stops the run."""

    def __init__(self, error=None):
        super().__init__()
        self.error = error or UserError("no such device")

    def configure(self, split):
        raise self.error


@pytest.mark.parametrize("error", [UserError("no such device"), KeyboardInterrupt()])
@pytest.mark.parametrize("overrides", [(), ("seed=3",)])
def test_a_run_that_made_nothing_leaves_the_folder_as_it_was(error, overrides, flat_dataset):
    """Shards that were renamed, notes in every folder, a log of the user's own: a run removes what it made itself."""
    for number in range(3):
        (flat_dataset / f"train/shard-{number:05d}").rename(flat_dataset / f"train/backup-of-shard-{number:05d}")
    for name in ("notes.txt", "train/notes.txt", "train/.mine.12345678.partial", "log/notes.txt", "other/notes.txt"):
        (flat_dataset / name).parent.mkdir(exist_ok=True)
        (flat_dataset / name).write_text("mine")
    before = contents(flat_dataset)
    with pytest.raises(type(error)):
        generate_flat(flat_dataset, load(*overrides), Broken(error))
    assert contents(flat_dataset) == before


@pytest.mark.parametrize("name", ["log/notes.txt", "lost+found/x", ".DS_Store", "log/run-notes.jsonl"])
def test_a_new_folder_keeps_what_lay_in_it(name, tmp_path):
    out = tmp_path / "out"
    (out / name).parent.mkdir(parents=True)
    (out / name).write_text("mine")
    with pytest.raises(UserError, match="no such device"):
        generate_flat(out, load(), Broken())
    assert contents(out) == {name: b"mine"}
    generate_flat(out, load(), FlatRenderer())
    assert (out / name).read_text() == "mine"


def test_a_shard_made_again_keeps_what_a_user_put_into_it(flat_dataset):
    whole = json_bytes(flat_dataset)
    for name in ("notes.txt", "images/sketch.svg", "mine/notes.txt"):
        path = flat_dataset / "train/shard-00001" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    catalog.note_again(open_storage(flat_dataset), {"train/shard-00001": "asked for"})
    renderer = FlatRenderer()
    generate_flat(flat_dataset, load(), renderer)
    assert len(renderer.asked) == 8
    assert json_bytes(flat_dataset) == whole
    for name in ("notes.txt", "images/sketch.svg", "mine/notes.txt"):
        assert (flat_dataset / "train/shard-00001" / name).read_text() == "mine"


def test_a_shard_whose_replacement_was_cut_short_is_put_back(flat_dataset):
    whole = contents(flat_dataset / "train")
    (flat_dataset / "train/shard-00001").rename(flat_dataset / "train/.shard-00001.1a2b3c4d.old")
    renderer = FlatRenderer()
    generate_flat(flat_dataset, load(), renderer)
    assert not renderer.asked
    assert contents(flat_dataset / "train") == whole


@pytest.mark.parametrize("damage", ["missing", "empty", "zeros", "torn"])
def test_a_lost_config_is_taken_from_the_description(damage, flat_dataset, caplog):
    config = flat_dataset / "config.json"
    before = config.read_bytes()
    spoil(config, damage)
    with pytest.raises(UserError, match=r"differs in seed"):
        generate_flat(flat_dataset, load("seed=1"), FlatRenderer())
    renderer = FlatRenderer()
    generate_flat(flat_dataset, load(), renderer)
    assert (config.read_bytes(), renderer.asked) == (before, [])
    assert "config.json: was missing or unreadable; it is written again" in caplog.text


def spoil(path, damage) -> None:
    """What a loss of power, or a careless hand, leaves of a file."""
    if damage == "missing":
        path.unlink()
    else:
        size = path.stat().st_size
        path.write_bytes({"empty": b"", "zeros": bytes(size), "torn": path.read_bytes()[: size // 2]}[damage])


@pytest.mark.parametrize("damage", ["missing", "empty"])
def test_without_any_config_the_shards_say_whose_they_are(damage, flat_dataset):
    whole = json_bytes(flat_dataset)
    for name in ("config.json", "dataset.json"):
        spoil(flat_dataset / name, damage)
    run = flat_dataset / "train/shard-00001/run.json"
    facts = json.loads(run.read_text())
    run.write_text(json.dumps(facts | {"config": "of another config"}))
    renderer = FlatRenderer()
    generate_flat(flat_dataset, load(), renderer)
    assert len(renderer.asked) == 8
    assert json_bytes(flat_dataset) == whole


@pytest.mark.parametrize("change", ["removed", "emptied", "another"])
def test_a_config_that_changes_while_a_run_goes_on_is_written_again(change, tmp_path, caplog):
    out = tmp_path / "out"

    class Changing(FlatRenderer):
        def configure(self, split):
            if change == "another":
                (out / "config.json").write_bytes(pretty(load("seed=8").document))
            elif (out / "config.json").exists():
                spoil(out / "config.json", "missing" if change == "removed" else "empty")
            return super().configure(split)

    generate_flat(out, load(), Changing())
    assert json.loads((out / "config.json").read_text()) == load().document
    assert "was removed or changed while the run went on; it is written again" in caplog.text
    generate_flat(out, load(), FlatRenderer())


def test_a_config_that_is_not_ours_beside_a_dataset_is_not_overwritten(flat_dataset):
    (flat_dataset / "config.json").write_text('{"model_type": "x"}')
    with pytest.raises(UserError, match="was not written by tvrgen; move it away, and run the same command again"):
        generate_flat(flat_dataset, load(), FlatRenderer())
    assert (flat_dataset / "config.json").read_text() == '{"model_type": "x"}'


def test_an_empty_config_alone_is_what_a_loss_of_power_leaves(tmp_path):
    (tmp_path / "config.json").touch()
    (tmp_path / "train").mkdir()
    generate_flat(tmp_path, load(), FlatRenderer())


@pytest.mark.parametrize("name", ["train", "log"])
def test_nothing_is_written_through_a_link(name, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    with pytest.raises(UserError, match=rf"{name}: (is a link; put a folder there|leads out of)"):
        generate_flat(tmp_path / "out", load(), FlatRenderer())
    assert not list((tmp_path / "elsewhere").iterdir())
