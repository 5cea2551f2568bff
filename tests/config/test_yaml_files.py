"""YAML of files and of --set: what cannot be read, or would be read as something else, is one line."""

import pytest
import yaml

from tests.config.faults import fault
from tvrgen._support import limits
from tvrgen._support.errors import UserError
from tvrgen.config import loader, yaml_files
from tvrgen.config.overrides import assignments

FAULTS = {
    "splits: {2024: {count: 3}}": "YAML reads the key splits.2024 as 2024; write it in quotes",
    "splits: {on: {count: 3}}": "YAML reads the key splits.True as True",
    "sampling: {steps: 1}\nsampling: {visible: 3}": "config.yaml:3: is not valid YAML: the key 'sampling' occurs twice",
    "splits: {train: {count: 10}, train: {count: 20}}": "the key 'train' occurs twice",
    "splits: {train: {count: 10,000}}": "write numbers without leading zeros, colons and commas, such as 10000",
    "seed: [1": "config.yaml:2: is not valid YAML",
    "just text": "holds 'just text'; write keys and values",
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_one_line_that_names_its_place(text, tmp_path):
    assert FAULTS[text] in fault(tmp_path, text)


BOMB = "{a0: &a0 [x, x], " + ", ".join(f"a{k + 1}: &a{k + 1} [*a{k}, *a{k}]" for k in range(40)) + "}"
STAIRS = "[&a0 x, " + ", ".join(f"&a{k + 1} [*a{k}]" for k in range(60)) + "]"
REFUSED = {
    "010": "010 is another number in YAML 1.1 than in YAML 1.2",
    "-07": "-07 is another number",
    "1:30": "1:30 is another number",
    "1:30.5": "1:30.5 is another number",
    "!!int 1:30": "'1:30' is no value of type int",
    "!!int x": "'x' is no value of type int",
    "!!int ''": "'' is no value of type int",
    "!!bool x": "'x' is no value of type bool",
    "!!float x": "'x' is no value of type float",
    "!!timestamp x": "values of type '!!timestamp' are not read",
    "!!set {a}": "values of type '!!set' are not read",
    "!!python/name:os.system": "values of type '!!python/name:os.system' are not read",
    "<<": "values of type '!!merge' are not read",
    "9" * 5000: "is no value of type int",
    "[" * 1000: "more than 50 lists and mappings inside each other",
    "{a: " * 1000: "more than 50 lists and mappings inside each other",
    "- " * 1000 + "3": "more than 50 lists and mappings inside each other",
    STAIRS: "more than 50 levels, with those that aliases stand for",
    BOMB: "with those that aliases stand for; at most 100000 are read, unless TVRGEN_MAX_YAML_ENTRIES",
    "{a: &a {x: 1}, b: &b {<<: [*a, *b]}}": "an alias stands for what it is in",
    "&a [*a]": "an alias stands for what it is in",
    "x" * (limits.YAML.default + 1): "too many bytes; at most 1048576 are read, unless TVRGEN_MAX_YAML_BYTES",
    "\x07": "control characters",
}


@pytest.mark.parametrize("value", REFUSED, ids=[f"{value[:20]!r}" for value in REFUSED])
def test_a_value_that_is_not_ours_is_one_short_line_in_a_file_and_in_an_override(value, tmp_path):
    with pytest.raises(UserError) as caught:
        assignments([f"seed={value}"])
    path = tmp_path / "config.yaml"
    path.write_text(f"seed:\n  {value}\n", encoding="utf-8")
    with pytest.raises(UserError) as caught_in_file:
        yaml_files.read_yaml(path)
    for message in map(str, (caught.value, caught_in_file.value)):
        assert REFUSED[value] in message
        assert "\n" not in message
        assert len(message) < 400


def test_the_number_of_entries_is_limited(monkeypatch):
    monkeypatch.setenv("TVRGEN_MAX_YAML_ENTRIES", "10")
    assert yaml_files.parse("[" + "1, " * 8 + "1]") == [1] * 9
    with pytest.raises(yaml.YAMLError, match="too many entries; at most 10 are read"):
        yaml_files.parse("[" + "1, " * 9 + "1]")


@pytest.mark.parametrize("text", ["2024-01-02", "2024-13-45", "2024-01-02 10:00:00", "08", "1e3", "0o10"])
def test_what_looks_like_a_date_or_a_number_and_is_none_is_text(text):
    assert yaml_files.parse(text) == text


SCALARS = ["0", "-7", "+7", "1_000", "0x1F", "0b101", "1.5", "1.", ".5", "1.5e+3", "true", "Off", "~", "text", "'010'"]
OTHERS = [
    "! 5",
    "[1, 2.5]",
    "{a: {b: 1}}",
    "{a: &a {x: 1}, b: {<<: *a, y: 2}}",
    "!!str 5",
    "!!int 5",
    "!!float 5",
    "a: #",
]


@pytest.mark.parametrize("text", [*SCALARS, *OTHERS, ""])
def test_all_else_is_what_yaml_reads(text):
    assert yaml_files.parse(text) == yaml.safe_load(text)
    assert type(yaml_files.parse(text)) is type(yaml.safe_load(text))


def test_splits_that_share_an_alias_are_overridden_apart(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("splits: {train: &same {count: 5}, test: *same}\n", encoding="utf-8")
    config = loader.load(path, {"splits.train.count": 3})
    assert [config.split(name).count for name in ("train", "test")] == [3, 5]


def test_a_dict_that_holds_itself_is_one_line():
    document: dict = {"splits": {"train": {"count": 1}}}
    document["scene"] = document
    with pytest.raises(UserError, match="config: has more than 50 lists and mappings inside each other"):
        loader.Config.from_dict(document)
