"""Sources of a user's modules: they count in the config's hash, as meshes do."""

import dataclasses
import hashlib
import json
import logging
import py_compile
import sys
import zipfile

import pytest

import tvrgen
from tests.tiny import SHIPPED, SMALL, FlatRenderer, generate_flat, write_config
from tvrgen._support.errors import UserError
from tvrgen.config import loader
from tvrgen.config.overrides import assignments
from tvrgen.dataset import preparation
from tvrgen.dataset.storage.open import open_storage

KIND = """
import dataclasses
from tvrgen import ObjectTransformation


class Turn(ObjectTransformation):
    name = "turn"

    def values(self, vocabulary):
        return ("30", "45")

    def change(self, obj, value, vocabulary):
        return dataclasses.replace(obj, rotation=(obj.rotation + float(value)) % 360)
"""
BANDS = "def show(tree, color, inputs):\n    return color\n"
CONFIG = """
splits: {train: {count: 4}}
sampling: {kinds: [color, position, band, "own_turning:Turn"], on_stage: [3, 6], steps: [1, 2]}
vocabulary: {attributes: {band: {values: {bare: {}, broad: {width: 0.4}}, shown: "own_bands:show"}}}
output: {shard_size: 2}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a config, and the kind and the function that it names."""
    (tmp_path / "own_turning.py").write_text(KIND)
    (tmp_path / "own_bands.py").write_text(BANDS)
    write_config(tmp_path, CONFIG)
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("own_")]:
        del sys.modules[name]


def changed(path, text):
    """Writes another text into a module's file, and lets it be imported anew, as another process does."""
    path.write_bytes(text.encode())
    sys.modules.pop(path.stem, None)


def load(folder):
    return loader.load(folder / "config.yaml", assignments(SMALL))


def generate(folder, config):
    """A dataset in the folder, made as `tvrgen.generate` does."""
    out = folder / "data"
    generate_flat(out, preparation.as_begun(open_storage(out), config), FlatRenderer())
    return out


def test_a_config_has_the_sha256_of_each_module(folder):
    code = load(folder).document["code"]
    assert code == {
        name: hashlib.sha256(text.encode()).hexdigest() for name, text in (("own_bands", BANDS), ("own_turning", KIND))
    }


@pytest.mark.parametrize("name", SHIPPED)
def test_configs_without_modules_of_a_users_own_stay_as_they_are(name):
    assert "code" not in loader.load(name).document


@pytest.mark.parametrize("module", ["own_turning", "own_bands"])
def test_the_hash_changes_with_the_source_and_not_with_the_ends_of_its_lines(folder, module):
    path, before = folder / f"{module}.py", load(folder).hash
    text = path.read_text()
    changed(path, text.replace("\n", "\r\n"))
    assert load(folder).hash == before
    changed(path, text + "# another\n")
    assert load(folder).hash != before


@pytest.mark.parametrize("module", ["own_turning", "own_bands"])
def test_a_run_with_another_source_is_refused_in_one_line(folder, module, monkeypatch):
    out = generate(folder, load(folder))
    generate(folder, load(folder))  # the same source continues
    path = folder / f"{module}.py"
    changed(path, path.read_text() + "# another\n")
    with pytest.raises(UserError, match=rf"another config, which differs in code\.{module}; choose another folder$"):
        generate(folder, load(folder))
    monkeypatch.syspath_prepend(folder)
    with pytest.raises(UserError, match=rf"code\.{module}: {module} is not the module that the dataset was made with"):
        loader.load(out / "config.json", trust=True)


def test_a_dataset_whose_source_changed_opens_silently_without_trust_and_with_a_warning_with_it(
    folder, monkeypatch, caplog
):
    out = generate(folder, load(folder))
    path = folder / "own_turning.py"
    changed(path, path.read_text() + "# another\n")
    monkeypatch.syspath_prepend(folder)
    assert len(list(tvrgen.open_dataset(out).questions())) == 4
    assert not caplog.text
    with caplog.at_level(logging.WARNING, "tvrgen"):
        dataset = tvrgen.open_dataset(out, trust=True)
        assert dataset.config().hash == dataset.description["hash"]
    assert [record.getMessage() for record in caplog.records] == [
        f"{out / 'dataset.json'}: code.own_turning: own_turning is not the module that the dataset was made with; "
        "tvrgen validate says whether its steps differ"
    ]


def test_a_dataset_made_before_sources_were_noted_goes_on_without_them(folder, monkeypatch):
    config = load(folder)
    before = dataclasses.replace(config, document={k: v for k, v in config.document.items() if k != "code"})
    out = generate(folder, before)
    held = {name: (out / name).read_bytes() for name in ("config.json", "dataset.json")}
    generate(folder, config)
    assert held == {name: (out / name).read_bytes() for name in held}
    generate(folder, loader.load(folder / "config.yaml", assignments((*SMALL, "splits.train.count=6"))))
    described = json.loads((out / "dataset.json").read_text())
    assert (described["splits"]["train"]["problems"], "code" in described["config"]) == (6, False)
    monkeypatch.syspath_prepend(folder)
    assert tvrgen.open_dataset(out, trust=True).config().hash == described["hash"]


def test_a_function_whose_module_is_missing_is_named_before_anything_is_planned(folder):
    (folder / "own_bands.py").unlink()
    with pytest.raises(UserError, match="module own_bands: cannot be loaded: ModuleNotFoundError"):
        load(folder)


@pytest.mark.parametrize("code", ["{'': abc}", "{own_turning: abc}", "[own_turning]"])
def test_digests_have_their_form(folder, code):
    write_config(folder, CONFIG + f"code: {code}\n")
    with pytest.raises(UserError, match="code"):
        load(folder)


def test_a_module_that_has_changed_since_it_was_imported_is_refused(folder):
    """As after an edit in a notebook: its former code would make what the config says is of the new one."""
    before = load(folder).hash
    path = folder / "own_turning.py"
    path.write_text(KIND + "# another\n")
    with pytest.raises(UserError, match=r"own_turning: has changed since this process imported it; start again$"):
        load(folder)
    changed(path, KIND + "# another\n")
    assert load(folder).hash != before


def test_functions_are_compared_where_no_kind_is_of_the_users(folder):
    """`generate` of a dataset's own config imports them."""
    write_config(folder, CONFIG.replace(', "own_turning:Turn"', ""))
    out = generate(folder, load(folder))
    (out / "own_bands.py").write_text(BANDS + "# another\n")
    with pytest.raises(UserError, match=r"code\.own_bands: own_bands is not the module that the dataset was made with"):
        loader.load(out / "config.json", trust=True)
    (out / "own_bands.py").write_text(BANDS)
    assert loader.load(out / "config.json", trust=True).hash == load(folder).hash


def test_the_modules_that_kinds_inherit_from_count(folder, monkeypatch):
    (folder / "own_package").mkdir()
    (folder / "own_package/__init__.py").write_text("from own_package.turns import Turn\n")
    turns = "from own_turning import Turn as Former\n\nclass Turn(Former):\n    pass\n"
    (folder / "own_package/turns.py").write_text(turns)
    write_config(folder, CONFIG.replace("own_turning:Turn", "own_package:Turn"))
    modules = {"own_bands", "own_package", "own_package.turns", "own_turning"}
    code = load(folder).document["code"]
    assert code.keys() == modules
    changed(folder / "own_turning.py", KIND + "# another\n")
    for name in [name for name in sys.modules if name.startswith("own_package")]:
        del sys.modules[name]
    found = load(folder).document["code"]
    assert {name for name in modules if found[name] != code[name]} == {"own_turning"}


@pytest.mark.parametrize("form", ["zip", "compiled"])
def test_modules_in_other_forms_than_a_text_count(form, folder, monkeypatch):
    path = folder / "own_turning.py"
    if form == "zip":
        with zipfile.ZipFile(folder / "own.zip", "w") as archive:
            archive.writestr(path.name, KIND)
        monkeypatch.syspath_prepend(folder / "own.zip")
        due = KIND.encode()
    else:
        py_compile.compile(str(path), cfile=str(folder / "own_turning.pyc"))
        due = (folder / "own_turning.pyc").read_bytes()
    path.unlink()
    assert load(folder).document["code"]["own_turning"] == hashlib.sha256(due).hexdigest()
