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
from tvrgen import __version__, sample_problem
from tvrgen.cli.main import main
from tvrgen.config import loader

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


def test_the_examples_of_extending_load(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    page = ROOT / "docs/extending.md"
    vocabulary, config, constraints, shapes, _, kinds, pairs, scene, prompt = map(yaml.safe_load, blocks(page, "yaml"))
    (tmp_path / "turning.py").write_text(next(block for block in blocks(page, "python") if "class Rotate" in block))
    (tmp_path / "swapping.py").write_text(next(block for block in blocks(page, "python") if "class Swap" in block))
    (tmp_path / "wedge.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n")
    for name, content in {
        "mine.yaml": vocabulary | shapes,
        "myscene.yaml": scene | {"extends": "scenes/clevr.yaml"},
        "prompt.yaml": prompt,
        "kinds.yaml": config | kinds | {"scene": "myscene.yaml", "question": {"prompt": "prompt.yaml"}},
        "pairs.yaml": config | pairs,
        "constraints.yaml": config | constraints | {"cameras": {"final": ["left", "right"]}},
    }.items():
        (tmp_path / name).write_text(yaml.safe_dump(content))
    split = loader.load(tmp_path / "kinds.yaml").splits["train"]
    assert set(split.kinds) == {"color", "rotation"}
    assert "orange" in split.vocabulary.colors
    assert "wedge" in split.vocabulary.shapes
    assert loader.load(tmp_path / "constraints.yaml")
    assert set(loader.load(tmp_path / "pairs.yaml").splits["train"].kinds) == {"color", "swap", "disappear"}


@pytest.mark.rays
def test_the_kinds_of_extending_plan(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    page = ROOT / "docs/extending.md"
    (tmp_path / "swapping.py").write_text(next(block for block in blocks(page, "python") if "class Swap" in block))
    config = next(block for block in blocks(page, "yaml") if "swapping:Swap" in block)
    (tmp_path / "pairs.yaml").write_text(f"{config}\nsplits: {{train: {{count: 50}}}}")
    loaded = loader.load(tmp_path / "pairs.yaml")
    steps = [step for k in range(10) for step in sample_problem(loaded, "train", k).steps]
    assert {step.kind for step in steps} == {"color", "swap", "disappear"}
    assert {len(step.objects) for step in steps if step.kind == "swap"} == {2}


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
