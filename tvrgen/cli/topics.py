"""What `tvrgen list` lists, derived from what there is: kinds and formats by their classes, the rest by files."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tvrgen._support import resources
from tvrgen._support.messages import counted

if TYPE_CHECKING:  # each function imports what it needs, so that the help loads nothing heavy
    from tvrgen.config.loader import Config
    from tvrgen.scene.vocabulary import Shape, Vocabulary
    from tvrgen.transformations.base import Transformation

_SHOWN = 4  # values of a kind in its line


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be named in a config or a command: its line, and the facts that --json prints."""

    name: str
    line: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Topic:
    """A list of entries. `of_config`: a config may have others than those that ship."""

    about: str
    entries: "Callable[[Config | None], list[Entry]]"
    of_config: bool = False


def _kinds(config: "Config | None") -> list[Entry]:
    """The shipped kinds of change, with the values of the shipped vocabulary; or those of a config."""
    from tvrgen.transformations.registry import BUILT_IN

    if config is not None:
        values: dict[str, dict[str, None]] = {}
        for split in config.splits.values():
            for name, own in split.values.items():
                values.setdefault(name, {}).update(dict.fromkeys(own))
        kinds = {name: kind for split in config.splits.values() for name, kind in split.kinds.items()}
        return [_kind(name, kind, tuple(values[name])) for name, kind in kinds.items()]
    defaults, words = _defaults()["sampling"]["kinds"], _shipped_vocabulary()
    return [_kind(name, kind, kind.values(words), name in defaults) for name, kind in BUILT_IN.items()]


def _kind(name: str, kind: "Transformation", values: tuple[str, ...], default: bool = True) -> Entry:
    from tvrgen.questions.forms import changes_text
    from tvrgen.transformations.base import Step

    objects = tuple(2 + 3 * k for k in range(len(kind.roles)))
    written = changes_text.write((Step(objects=objects[: kind.named], kind=name, value=values[0]),))
    subject = f"object {objects[0]}" if kind.named else "a new object"
    step = Step(objects=objects, kind=name, value=values[0])
    does = f"{subject} {kind.phrase(step, lambda k: f'object {k}')}"
    own = [value for value in values if value]
    shown = ", ".join(own[:_SHOWN]) + (", ..." if len(own) > _SHOWN else "")
    listed = f" ({counted(len(own), 'value')}: {shown})" if own else ""
    facts = {"written": written, "does": does, "objects": kind.named, "values": own, "default": default}
    return Entry(name, f"{written}: {does}{listed}{'' if default else '; not by default'}", facts)


def _attributes(config: "Config | None") -> list[Entry]:
    """The attributes of objects with their values."""
    from tvrgen.scene.attributes import BUILT_IN

    words, entries = _vocabulary(config), []
    for name in words.attributes:
        values, default = words.values(name), config is not None or name in BUILT_IN
        line = ", ".join(values) + ("" if default else "; not by default")
        entries.append(Entry(name, line, {"values": list(values), "default": default}))
    return entries


def _shapes(config: "Config | None") -> list[Entry]:
    """The shapes: mesh files, and whether they show a turn about the vertical."""
    entries = []
    for name, shape in _vocabulary(config).shapes.items():
        turn = _least_turn(shape)
        if turn is None:
            shows = "install tvrgen[plan] to see whether it shows turns"
        else:
            shows = f"shows turns, looks the same after {turn:g} degrees" if turn else "shows no turns"
        entries.append(Entry(name, f"{shape.mesh}; {shows}", {"mesh": shape.mesh, "same_after_degrees": turn}))
    return entries


def _least_turn(shape: "Shape") -> float | None:
    """As `symmetry.least_turn`; None where the library that reads meshes is missing."""
    from tvrgen.scene import symmetry

    try:
        return symmetry.least_turn(shape)
    except ModuleNotFoundError:
        return None


def _prompts(config: "Config | None") -> list[Entry]:
    """The shipped prompt templates, with the form of their answers."""
    from tvrgen.config.yaml_files import read_yaml

    entries = []
    for path in _files("configs/prompts"):
        form = read_yaml(path).get("answer", "triplet")
        entries.append(
            Entry(path.stem, f"{_comment(path)} (answers: {form})", {"about": _comment(path), "answer": form})
        )
    return entries


def _families(config: "Config | None") -> list[Entry]:
    """The shipped families of questions, with the form of their answers; or those that a config asks."""
    from tvrgen.questions.registry import BUILT_IN

    families = dict(BUILT_IN)
    if config is not None:
        families = {name: own for split in config.splits.values() for name, own in split.families.items()}
    entries = []
    for name, family in families.items():
        about = (inspect.getdoc(type(family)) or inspect.getdoc(inspect.getmodule(family)) or name).split("\n\n")[0]
        about = " ".join(about.split()).removesuffix(".")
        needs = f"; needs {counted(family.objects, 'object')}" if family.objects > 1 else ""
        facts = {"about": about, "answer": family.form, "objects": family.objects}
        entries.append(Entry(name, f"{about} (answers: {family.form}{needs})", facts))
    return entries


def _formats(config: "Config | None") -> list[Entry]:
    """The formats of exports, with their consumers."""
    from tvrgen.export import FORMATS
    from tvrgen.export.run import find

    entries = []
    for name in FORMATS:
        kind = find(name)
        about = (inspect.getdoc(inspect.getmodule(kind)) or kind.title).split("\n\n")[0]
        about = " ".join(about.split()).removesuffix(".")
        needs = f" (needs {', '.join(kind.needs)}: pip install 'tvrgen[export]')" if kind.needs else ""
        facts = {"consumer": kind.title, "about": about, "needs": list(kind.needs)}
        entries.append(Entry(name, f"{about}{needs}", facts))
    return entries


def _configs(config: "Config | None") -> list[Entry]:
    """The shipped configs, with the numbers of problems of their splits."""
    from tvrgen.config.yaml_files import read_yaml

    entries = []
    for path in _files("configs"):
        counts = {name: split["count"] for name, split in read_yaml(path)["splits"].items()}
        listed = ", ".join(f"{name} {count}" for name, count in counts.items())
        entries.append(Entry(path.stem, f"{_comment(path)} ({listed})", {"about": _comment(path), "splits": counts}))
    return entries


def _scenes(config: "Config | None") -> list[Entry]:
    """The shipped scenes, with their cameras."""
    from tvrgen.config import references, scenes

    entries = []
    for path in _files("scenes"):
        document = {"scene": f"scenes/{path.name}", "splits": {"any": {"count": 1}}}
        resolved, _ = references.resolve(document, path.name, resources.ROOT)
        cameras = list(scenes.build(resolved["scene"], _shipped_vocabulary(), path.name).cameras)
        line = f"scenes/{path.name}: {_comment(path)} (cameras: {', '.join(cameras)})"
        entries.append(Entry(path.stem, line, {"about": _comment(path), "cameras": cameras}))
    return entries


TOPICS: dict[str, Topic] = {
    "kinds": Topic("kinds of change, for sampling.kinds, each as an answer writes it", _kinds, of_config=True),
    "attributes": Topic("attributes of objects, and their values", _attributes, of_config=True),
    "shapes": Topic("shapes: mesh files, and which turns they show", _shapes, of_config=True),
    "prompts": Topic("prompt templates, for question.prompt", _prompts),
    "families": Topic("families of questions, for questions, with their answers", _families, of_config=True),
    "formats": Topic("formats of tvrgen export", _formats),
    "configs": Topic("ready configs, for tvrgen generate and plan", _configs),
    "scenes": Topic("scenes, for the key scene, and their cameras", _scenes),
}
"""Everything that `tvrgen list` lists."""


def _vocabulary(config: "Config | None") -> "Vocabulary":
    return config.vocabulary if config else _shipped_vocabulary()


def _shipped_vocabulary() -> "Vocabulary":
    """The shipped vocabulary, with all shipped attributes."""
    from tvrgen.config import references
    from tvrgen.scene import vocabulary
    from tvrgen.transformations.registry import BUILT_IN

    document = {"splits": {"any": {"count": 1}}, "sampling": {"kinds": [*BUILT_IN]}}
    resolved, meshes = references.resolve(document, "vocabulary", resources.ROOT)
    return vocabulary.from_document(resolved["vocabulary"], meshes, "vocabulary")


def _defaults() -> dict[str, Any]:
    """A config's keys, with their defaults."""
    from tvrgen.config import documents

    return documents.fill({"splits": {"any": {"count": 1}}}, "config")


def _files(folder: str) -> list[Path]:
    """The YAML files that ship in a folder."""
    return sorted((resources.ROOT / folder).glob("*.yaml"))


def _comment(path: Path) -> str:
    """The first sentence of the comment at the top of a YAML file."""
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        if not line.startswith("# yaml-language-server:"):
            lines.append(line.removeprefix("#").strip())
    sentence, end, _ = " ".join(lines).partition(". ")
    return sentence if end else sentence.removesuffix(".")
