"""README, docs and CONTRIBUTING against the code: links, paths, names, commands, examples and words."""

import ast
import importlib.util
import io
import json
import re
import tokenize
from pathlib import Path

import pytest
import yaml

from tests.tiny import ROOT
from tvrgen import __version__
from tvrgen.cli.main import main
from tvrgen.config import loader
from tvrgen.export import FORMATS
from tvrgen.questions.family import Family
from tvrgen.transformations.base import Transformation
from tvrgen.transformations.registry import BUILT_IN

PAGES = sorted(path for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")] if path.name != "CHANGELOG.md")
"""All pages but the change log, which names modules of earlier versions."""

CODE = re.compile(r"^```.*?^```|^(?: {4}.*\n)+", re.MULTILINE | re.DOTALL)
FOLDERS = "tvrgen|docs|tests|configs|scenes|assets|benchmarks|cluster|tools"


def pages(test):
    return pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)(test)


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


def commands(page: Path) -> list[list[str]]:
    """The `tvrgen COMMAND ...` lines of a page, indented or in backticks, as words."""
    text = page.read_text().replace("\\\n", " ")
    lines = [re.split(r"  #| {3,}", line)[0] for line in text.splitlines() if line.startswith("    ")]
    found = [line.strip() for line in [*lines, *(" ".join(span.split()) for span in re.findall(r"`([^`\n]+)`", text))]]
    return [re.split(r"\s+", line)[1:] for line in found if re.match(r"tvrgen [a-z]", line)]


@pages
def test_links_lead_to_files_and_headings(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if "://" in link:
            continue
        name, _, heading = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        if heading:
            titles = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE)
            assert heading in {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}, link


@pages
def test_paths_exist(page):
    for path in re.findall(rf"(?<![\w./-])(?:{FOLDERS})/[\w./*-]*\w", page.read_text()):
        if not re.search(r"/(test_)?[A-Z]+\b", path):  # placeholders
            assert list(ROOT.glob(path)), path


@pages
def test_dotted_names_exist(page):
    for name in re.findall(r"(?<![\w./-])tvrgen(?:\.\w+)+", page.read_text()):
        assert exists(name), name


def exists(name: str) -> bool:
    """Whether there is a module of this name, or one that names what follows it. Imports no trainer."""
    parts, module = name.split("."), importlib.util.find_spec("tvrgen")
    for end in range(2, len(parts) + 1):
        try:
            found = importlib.util.find_spec(".".join(parts[:end]))
        except ModuleNotFoundError:  # the module before it is no package
            found = None
        if not found:
            return bool(re.search(rf"\b{parts[end - 1]}\b", Path(module.origin).read_text()))
        module = found
    return True


@pages
def test_commands_have_the_options_that_pages_name(page, capsys):
    for name, *words in commands(page):
        with pytest.raises(SystemExit) as stop:
            main([name, "--help"])
        options = set(re.findall(r"--[a-z][a-z-]*", capsys.readouterr().out))
        assert stop.value.code == 0, name
        named = {word for text in words for word in re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)}
        assert named <= options, (name, named - options)


def test_readme_names_every_command_and_every_part_of_a_config(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    known = set(re.findall(r"^ {4}([a-z]+)(?: |$)", capsys.readouterr().out, re.MULTILINE))
    text = (ROOT / "README.md").read_text()
    section = text[text.index("\n## Commands") : text.index("\n## Figures")]
    assert known >= {"generate", "doctor"}
    assert known == set(re.findall(r"^ {4}tvrgen ([a-z]+)", section, re.MULTILINE))
    keys = json.loads((ROOT / "tvrgen/config/schema/config.schema.json").read_text())["properties"]
    assert {key for key in keys if not re.search(rf"\b{key}\b", text)} == set()


@pages
def test_python_examples_are_python(page):
    for block in blocks(page, "python"):
        ast.parse(block)


def test_the_config_of_the_readme_loads(tmp_path):
    (tmp_path / "my.yaml").write_text("\n".join(blocks(ROOT / "README.md", "yaml")))
    assert set(loader.load(tmp_path / "my.yaml").splits) == {"train", "test"}


EXTENDING = ROOT / "docs/extending.md"


@pytest.fixture(scope="module")
def beside(tmp_path_factory) -> Path:
    """A folder with the files that the page on extending prints, each under the name before it."""
    folder = tmp_path_factory.mktemp("extending")
    text = EXTENDING.read_text()
    for name, content in re.findall(r"`([\w.]+)`:\n\n```\w+\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        (folder / name).write_text(content)
    return folder


@pytest.mark.rays
def test_the_files_of_extending_give_what_it_prints(beside, monkeypatch, capsys):
    """A colour, a shape, an attribute, a kind on one object, one on two, a family: the lines of prompt and answer."""
    monkeypatch.chdir(beside)
    printed = re.findall(
        r"^ {4}tvrgen (plan [^\n]*)\n\n```text\n(.*?)^```", EXTENDING.read_text(), re.MULTILINE | re.DOTALL
    )
    assert [command.split()[1] for command, _ in printed] == [
        "orange.yaml",
        "wedge.yaml",
        "band.yaml",
        "resize.yaml",
        "trade.yaml",
        "alike.yaml",
    ]
    for command, shown in printed:
        assert main(command.split()) == 0
        line = json.loads(capsys.readouterr().out)
        lines = [*line["question"].splitlines(), f"answer: {line['answer']}"]
        for part in shown.strip().split("..."):
            assert f"\n{part.strip()}\n" in "\n".join(["", *lines, ""]), part


@pytest.mark.full
@pytest.mark.rays
@pytest.mark.parametrize("kind", ["resizing:Resize", "trading:TradeColors"])
def test_the_kinds_of_extending_pass_their_check(kind, beside, monkeypatch, capsys):
    monkeypatch.chdir(beside)
    assert main(["check", kind, "--count", "40", "--render", "0"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{kind}: all checks hold"
    assert f"```text\n{kind}: all checks hold\n```" in EXTENDING.read_text()


def test_the_parts_of_extending_load(beside):
    vocabulary, constraints, scene, prompt = (
        next(block for block in blocks(EXTENDING, "yaml") if re.match(start, block))
        for start in ("colors:", "sampling:\n  only:", "cameras:", "answer:")
    )
    common = {"vocabulary": "mine.yaml", "splits": {"train": {"count": 4}}}
    assert (beside / "mine.yaml").read_text() == vocabulary
    for name, content in {
        "myscene.yaml": yaml.safe_load(scene) | {"extends": "scenes/clevr.yaml"},
        "prompt.yaml": yaml.safe_load(prompt),
        "surroundings.yaml": common | {"scene": "myscene.yaml", "question": {"prompt": "prompt.yaml"}},
        "constraints.yaml": common | yaml.safe_load(constraints) | {"cameras": {"final": ["left", "right"]}},
    }.items():
        (beside / name).write_text(yaml.safe_dump(content))
    split = loader.load(beside / "surroundings.yaml").splits["train"]
    assert {"orange", "tiny", "satin"} <= {
        *split.vocabulary.colors,
        *split.vocabulary.sizes,
        *split.vocabulary.materials,
    }
    assert loader.load(beside / "constraints.yaml")


def test_the_page_on_kinds_has_every_kind_that_ships():
    text = (ROOT / "docs/kinds.md").read_text()
    assert set(re.findall(r"^\| \[(\w+)\]", text, re.MULTILINE)) == set(BUILT_IN)
    configs = {f"kinds/{path.stem}" for path in (ROOT / "configs/kinds").glob("*.yaml")}
    assert set(re.findall(r"^ {4}tvrgen generate (\S+) --out", text, re.MULTILINE)) == configs


def test_the_page_on_formats_has_a_row_and_a_section_for_each():
    text = (ROOT / "docs/formats.md").read_text()
    headings = [name for heading in re.findall(r"^### ([\w, -]+)", text, re.MULTILINE) for name in heading.split(", ")]
    assert re.findall(r"^\| \[`([\w-]+)`\]", text, re.MULTILINE) == [name for name in headings if name in FORMATS]
    assert set(FORMATS) <= set(headings)


@pytest.mark.parametrize(
    ("heading", "base", "required"),
    [
        ("## All members of a kind", Transformation, {"name", "change"}),
        ("## A family of questions", Family, {"name", "template"}),
    ],
)
def test_members_of_a_class_are_those_of_the_page(heading, base, required):
    section = EXTENDING.read_text().split(heading)[1].split("\n## ")[0]
    named = {name for row in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE) for name in re.findall(r"`(\w+)", row)}
    members = {name for name in vars(base) if not name.startswith("_")} | required
    derived = {name for name in members if isinstance(getattr(base, name, None), property)}
    assert named == members - derived - {"choose", "ask"}  # what tvrgen calls, and nobody replaces


@pages
def test_prose_says_image(page):
    """Retired words stay away, but in code, in file names and where the glossary names them."""
    prose = re.sub(r"`[^`]*`|\*picture\*|[\w./]*_picture[\w./]*", "", CODE.sub("", page.read_text()))
    assert not re.search(r"\bpictures?\b", prose, re.IGNORECASE)


def test_the_citation_names_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == __version__
    assert f"\n## {__version__}" in (ROOT / "CHANGELOG.md").read_text().replace("[", "").replace("]", "")


def identifiers(path: Path) -> set[str]:
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
    return {token.string for token in tokens if token.type == tokenize.NAME}


def test_the_glossary_names_what_code_has():
    """The third column's names occur in the package, as identifiers or modules."""
    source = list((ROOT / "tvrgen").rglob("*.py"))
    known = {path.stem for path in source} | {path.parent.name for path in source}
    known |= set().union(*map(identifiers, source))
    rows = [
        line.split(" | ") for line in (ROOT / "docs/glossary.md").read_text().splitlines() if line.count(" | ") >= 3
    ]
    for row in rows:
        for name in re.findall(r"`([\w.]+)`", row[2]):
            assert set(name.split(".")) <= known, (row[0], name)


@pytest.mark.parametrize("path", sorted((ROOT / "tvrgen").rglob("*.py")), ids=lambda path: path.name)
def test_code_uses_the_glossarys_words(path):
    """No identifier says `picture`, and no module outside the storage asks which kind of storage it has."""
    assert not {name for name in identifiers(path) if "picture" in name.lower()}
    if path.parent.name != "storage":
        assert not re.search(r"isinstance\([^()]*\b(Folder|ObjectStore)\b", path.read_text())
