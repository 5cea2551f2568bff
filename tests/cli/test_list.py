"""`tvrgen list`: everything that ships appears by itself, a line each, and so does what is added."""

import json
import shutil

import pytest
import yaml

from tests.tiny import ROOT, write_config
from tvrgen import export
from tvrgen._support import resources
from tvrgen.cli.main import main
from tvrgen.cli.topics import TOPICS
from tvrgen.config import loader
from tvrgen.questions import registry as families
from tvrgen.scene import attributes
from tvrgen.transformations import registry
from tvrgen.transformations.base import Role, Transformation


def stems(folder):
    return [path.stem for path in sorted((ROOT / folder).glob("*.yaml"))]


SHIPPED = {
    "kinds": list(registry.BUILT_IN),
    "attributes": [*attributes.BUILT_IN, *attributes.SHIPPED],
    "shapes": list(yaml.safe_load((ROOT / "assets/vocabulary.yaml").read_text())["shapes"]),
    "prompts": stems("configs/prompts"),
    "families": list(families.BUILT_IN),
    "formats": list(export.FORMATS),
    "configs": stems("configs"),
    "scenes": stems("scenes"),
}


def listed(capsys, *arguments: str) -> dict[str, str]:
    """Name -> line, as printed."""
    assert main(["list", *arguments]) == 0
    lines = capsys.readouterr().out.splitlines()
    return {line.split()[0]: line for line in lines}


def facts(capsys, *arguments: str) -> dict[str, dict]:
    assert main(["list", *arguments, "--json"]) == 0
    return {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}


@pytest.mark.parametrize("topic", TOPICS)
def test_all_that_ships_is_listed_a_line_each(topic, capsys):
    lines = listed(capsys, topic)
    assert list(lines) == SHIPPED[topic]
    assert all(len(line.split()) > 1 for line in lines.values())
    found = facts(capsys, topic)
    assert list(found) == SHIPPED[topic]
    assert all(len(entry) > 1 for entry in found.values())


def test_without_a_topic_the_topics_are_listed(capsys):
    assert list(listed(capsys)) == list(facts(capsys)) == list(TOPICS) == list(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED["kinds"])
def test_a_kind_is_shown_as_answers_write_it_with_all_its_values(name, capsys):
    entry = facts(capsys, "kinds")[name]
    assert entry["written"] in listed(capsys, "kinds")[name]
    assert name in entry["written"]
    assert entry["does"].startswith(("object ", "a new object "))
    assert entry["default"] == (name in loader.load("quickstart").document["sampling"]["kinds"])


@pytest.mark.rays
def test_a_shape_that_shows_no_turn_says_so(capsys):
    turns = {name: entry["same_after_degrees"] for name, entry in facts(capsys, "shapes").items()}
    assert turns == {"cube": 90, "sphere": 0, "cylinder": 0}


class Trade(Transformation):
    """A kind that nobody lists."""

    name = "trade"
    roles = (Role(), Role())


class Arise(Transformation):
    """A kind whose object is not there before."""

    name = "arise"
    roles = (Role(before="absent"),)
    named = 0

    def values(self, vocabulary):
        return ("red_cube", "red_ball")


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (Trade(), "2+5.trade: object 2 changes (trade) with object 5; not by default"),
        (
            Arise(),
            "new.arise.red_cube: a new object changes (arise red_cube) (2 values: red_cube, red_ball); not by default",
        ),
    ],
)
def test_kinds_of_several_objects_and_of_new_ones(kind, says, monkeypatch, capsys):
    monkeypatch.setitem(registry.BUILT_IN, kind.name, kind)
    assert listed(capsys, "kinds")[kind.name].partition(" ")[2].strip() == says


@pytest.fixture
def enlarged(tmp_path, monkeypatch):
    """A copy of the shipped files with one more of each, one more kind and one more format."""
    for folder in ("configs", "scenes", "assets"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    comment = "# A first line\n# that goes on. More of it.\n"
    for path, like in {"configs": "quickstart", "configs/prompts": "terse", "scenes": "clevr"}.items():
        text = (ROOT / path / f"{like}.yaml").read_text()
        (tmp_path / path / "added.yaml").write_text(comment + text)
    words = tmp_path / "assets/vocabulary.yaml"
    words.write_text(words.read_text().replace("shapes:\n", "shapes:\n  added: {mesh: shapes/cube.ply}\n"))
    monkeypatch.setattr(resources, "ROOT", tmp_path)
    monkeypatch.setitem(registry.BUILT_IN, "added", Trade())
    monkeypatch.setitem(export.FORMATS, "added", export.FORMATS["hf"])
    monkeypatch.setitem(families.BUILT_IN, "added", families.BUILT_IN["counting"])


@pytest.mark.parametrize("topic", sorted(TOPICS.keys() - {"attributes"}))
def test_what_is_added_appears_by_itself(topic, enlarged, capsys):
    line = listed(capsys, topic)["added"]
    if topic in ("prompts", "configs", "scenes"):
        assert "A first line that goes on (" in line


OWN = """
vocabulary: {colors: {orange: [255, 140, 0]}}
splits: {train: {count: 10}, test: {count: 10, sampling: {kinds: [size, "turning:Rotate"]}}}
sampling: {kinds: [color], only: {color: [orange, red]}, steps: 1, on_stage: 3}
"""
TURNING = """
import dataclasses
class Rotate:
    name = "rotation"
    def values(self, vocabulary): return ("30", "45")
    def apply(self, obj, value, vocabulary): return dataclasses.replace(obj, rotation=obj.rotation + float(value))
    def phrase(self, value): return f"turns by {value} degrees"
"""


def test_a_config_has_its_own_kinds_and_values(tmp_path, capsys):
    (tmp_path / "turning.py").write_text(TURNING)
    own = f"--config={write_config(tmp_path, OWN)}"
    kinds = facts(capsys, "kinds", own)
    assert {name: set(entry["values"]) for name, entry in kinds.items()} == {
        "color": {"orange", "red"},
        "size": {"large", "medium", "small"},
        "rotation": {"30", "45"},
    }
    assert kinds["rotation"]["does"] == "object 2 turns by 30 degrees"
    assert "orange" in facts(capsys, "attributes", own)["color"]["values"]
    assert "orange" not in facts(capsys, "attributes", "--config=quickstart")["color"]["values"]
    assert list(facts(capsys, "shapes", own)) == SHIPPED["shapes"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["kind"], "did you mean 'kinds'?"),
        (["shape"], "did you mean 'shapes'?"),
        (["Formats"], "did you mean 'formats'?"),
        (["colors"], "(known: kinds, attributes,"),
        (["kinds", "--config", "quickstrat"], "did you mean 'quickstart'?"),
        (["kinds", "--config", "README.md"], "README.md"),
        (["kinds", "--config", ""], "no such config"),
        (["formats", "--config", "quickstart"], "is for kinds, attributes, shapes, families alone"),
        (["--config", "quickstart"], "is for kinds, attributes, shapes, families alone"),
        (["kinds", "shapes"], "unknown arguments: shapes"),
        (["kinds", "--config", "quickstart", "--config", "star_r1"], "is given twice"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_line(given, says, capsys):
    try:
        code = main(["list", *given])
    except SystemExit as stop:
        code = stop.code
    printed = capsys.readouterr()
    assert code == 2
    assert printed.out == ""
    assert printed.err.startswith("tvrgen: error: ")
    assert printed.err.count("\n") == 1
    assert says in printed.err


def test_on_a_terminal_lines_are_wrapped_beside_the_names(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    assert main(["list", "configs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 60
    assert {line.split()[0] for line in lines if not line.startswith(" ")} == set(SHIPPED["configs"])


def test_families_of_a_config_are_listed_with_their_answers(tmp_path, capsys):
    own = "questions: [{family: counting}, {family: 'tests.asked:Words'}]\nsplits: {train: {count: 1}}\n"
    lines = listed(capsys, "families", "--config", str(write_config(tmp_path, own)))
    assert list(lines) == ["counting", "tests.asked:Words"]
    assert "(answers: word)" in lines["tests.asked:Words"]
