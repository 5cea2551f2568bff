"""References of a config: the scene, vocabulary and prompts that it names are read into the config.

Paths are relative to the file that names them, then to the packaged files; never to the working directory.
"""

import contextlib
import dataclasses
import hashlib
from collections.abc import Iterable
from pathlib import Path

from tvrgen._support import limits, messages, resources
from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen._support.keys import build
from tvrgen._support.plain_files import is_inside
from tvrgen.config import documents
from tvrgen.config.settings import PRESETS
from tvrgen.config.yaml_files import read_yaml
from tvrgen.questions.registry import BUILT_IN as FAMILIES
from tvrgen.questions.registry import CHANGES
from tvrgen.scene import symmetry
from tvrgen.scene.attributes import SHIPPED, shipped
from tvrgen.scene.vocabulary import Shape, Vocabulary
from tvrgen.transformations.registry import BUILT_IN

_TABLES = tuple(table.name for table in dataclasses.fields(Vocabulary) if table.name != "attributes")
"""The tables that a whole vocabulary has; further attributes are only where they are wanted."""

_PROMPTS, _TEMPLATES = "configs/prompts", "configs/questions"

Meshes = dict[str, bytes]
"""Shape name -> content of its mesh file."""


def resolve(document: Record, source: str, folder: Path | None, trust: bool = True) -> tuple[Record, Meshes]:
    """Returns the config with defaults, scene, vocabulary and prompts filled in, and the contents of its mesh files.

    `folder` is the config's folder; None for the resolved config of a dataset, which names no file but its meshes.
    Without `trust`, it may name files in the folder alone. Raises UserError for other files.
    """
    _check_asked_once(document, source)
    if folder is None or not trust:
        _check_own(document, source, folder)
    resolved = documents.fill(document, "config")
    sections = {"": resolved} | {f"splits.{name}.": split for name, split in resolved["splits"].items()}
    for path, section in sections.items():
        if preset := section.get("render", {}).pop("preset", None):
            section["render"] = PRESETS[preset] | section["render"]
        if prompt := section.get("question", {}).get("prompt"):
            section["question"]["prompt"] = _prompt(prompt, f"{path}question.prompt", source, folder)
        if "questions" in section:
            section["questions"] = [
                _asked(own, f"{path}questions[{k}]", source, folder) for k, own in enumerate(section["questions"])
            ]
    if "questions" in resolved:
        del resolved["question"]  # which has been filled in
    # a default names the packaged file, even if the config's folder has one of that name
    folders = {
        key: folder if key in document else resources.ROOT if folder else None for key in ("scene", "vocabulary")
    }
    if resolved["output"].get("clip", {}) is None:
        del resolved["output"]["clip"]  # as if it were left out
    resolved["scene"] = _scene(resolved["scene"], source, folders["scene"], ())
    resolved["vocabulary"], meshes = _vocabulary(resolved["vocabulary"], source, folders["vocabulary"], ())
    kinds = [kind for section in sections.values() for kind in section.get("sampling", {}).get("kinds", ())]
    _declare(resolved["vocabulary"], kinds)
    if any(map(_may_turn, kinds)):
        _note_turns(resolved["vocabulary"]["shapes"], meshes)
    plain = not resolved["vocabulary"].get("attributes") and all(k in BUILT_IN and BUILT_IN[k].plain for k in kinds)
    for section in sections.values():
        for own in (section.get("question", {}), *section.get("questions", ())):
            if own.get("family", CHANGES) == CHANGES and "prompt" in own:
                own["prompt"] = _worded(own["prompt"], plain)
    return resolved, meshes


def _check_asked_once(document: Record, source: str) -> None:
    """Raises UserError for `question` and `questions` together, of which each says all about the questions."""
    sections = {"": document} | {f"splits.{name}.": split for name, split in document["splits"].items()}
    for path, section in sections.items():
        if "question" in section and ("questions" in section or "questions" in document):
            raise UserError(
                f"{source}: {path}question: there are questions too; write its keys into their entries "
                "(questions.rationale=full, as an override, reaches all of them)"
            )


def _check_own(document: Record, source: str, folder: Path | None) -> None:
    """Raises UserError if the document of a dataset names files, which would be read, or meshes outside its folder."""
    sections = {"": document} | {f"splits.{name}.": split for name, split in document["splits"].items()}
    named = {key: document.get(key, "the packaged one") for key in ("scene", "vocabulary")}
    named |= {
        f"{path}question.prompt": s.get("question", {}).get("prompt", {} if path else "default")
        for path, s in sections.items()
        if "questions" not in s
    }
    named |= {
        f"{path}questions[{k}].prompt": own.get("prompt")
        for path, s in sections.items()
        for k, own in enumerate(s.get("questions", ()))
    }
    for key, value in named.items():
        if value is None:
            raise UserError(
                f"{source}: {key}: is missing; the config of a dataset holds its {key.split('.')[-1]} itself"
            )
        if isinstance(value, str) or value.get("extends"):
            raise UserError(f"{source}: {key}: names a file; the config of a dataset holds its {key} itself")
    for name, shape in document["vocabulary"].get("shapes", {}).items():
        mesh = shape["mesh"]
        if folder and not is_inside(folder / mesh, folder):
            raise UserError(f"{source}: vocabulary.shapes.{name}.mesh: {mesh!r} is not a file of the dataset's folder")


def unfolded(document: Record, keys: set[str], source: str, folder: Path) -> Record:
    """Reads the scene or the vocabulary into the config, if `keys` has it, so that its keys can be overridden."""
    unfolded = dict(document)
    defaults = documents.fill(document, "config")
    if "scene" in keys and isinstance(defaults["scene"], str):
        unfolded["scene"] = _read(defaults["scene"], "scene", source, folder)[0]
    if "vocabulary" in keys and isinstance(defaults["vocabulary"], str):
        unfolded["vocabulary"] = {"extends": defaults["vocabulary"]}
    return unfolded


def _read(value: str | Record, key: str, source: str, folder: Path | None) -> tuple[Record, str, Path | None]:
    """The document that a key names or holds, its name in messages, and the folder that its own paths start from."""
    if isinstance(value, dict):
        return value, f"{source}: {key}", folder
    path = resources.find(value, folder)
    if path is None:
        raise UserError(f"{source}: {key}: no file {value!r}, neither beside the config nor packaged")
    return read_yaml(path), str(path), path.parent


def _scene(value: str | Record, source: str, folder: Path | None, above: tuple[str, ...]) -> Record:
    """A scene with all that it extends; `above` are the files that extend it."""
    own, where, folder = _read(value, "scene", source, folder)
    _check_chain(where, above)
    documents.check(own, where, "config", "scene")
    if base := own.get("extends"):
        whole = _scene(base, source, folder, (*above, where))
        own = {k: {**whole.get(k, {}), **v} if isinstance(v, dict) else v for k, v in own.items()}
        own = whole | own
    elif "lights" not in own:
        raise UserError(f"{where}: lights: is missing")
    return documents.fill(own | {"extends": None}, "config", "scene")


def _asked(entry: Record, key: str, source: str, folder: Path | None) -> Record:
    """The settings of questions with all that they leave out, and their template, but for that of the user's code."""
    filled = documents.fill(entry, "config", "asked")
    family, prompt = filled["family"], filled["prompt"]
    if ":" not in family and family not in FAMILIES:
        known = messages.nearest(family, [*FAMILIES, "package.module:Class"])
        raise UserError(f"{source}: {key}.family: unknown family {family!r}{known}")
    of_clip = filled.get("show") == "clip"
    if family == CHANGES:
        filled["prompt"] = _prompt(prompt or ("clip" if of_clip else "star_r1"), f"{key}.prompt", source, folder)
    elif prompt or ":" not in family:
        filled["prompt"] = _prompt(prompt or family, f"{key}.prompt", source, folder, _TEMPLATES, "family")
        if not of_clip:
            filled["prompt"].pop("clip", None)
    return filled


def _prompt(
    value: str | Record, key: str, source: str, folder: Path | None, packaged: str = _PROMPTS, definition: str = ""
) -> Record:
    """A prompt template, from its file if the key names one; `definition` is that of the schema, where it is no prompt
    of changes."""
    where = f"{source}: {key}"
    if isinstance(value, str):
        packaged_names = sorted(path.stem for path in (resources.ROOT / packaged).glob("*.yaml"))
        known = value in packaged_names
        path = resources.find(f"{packaged}/{value}.yaml" if known else value, None if known else folder)
        if path is None:
            raise UserError(f"{where}: no template {value!r}{messages.nearest(value, packaged_names)}, or a YAML file")
        value, where = read_yaml(path), str(path)
    documents.check(value, where, "prompt", definition)
    return documents.fill(value, "prompt", definition)


def _worded(template: Record, plain: bool) -> Record:
    """A template without its general keys, which replace the others of their names unless all changes are `plain`."""
    own = {key: value for key, value in template.items() if key != "general"}
    general = {} if plain else template.get("general", {})
    return own | general | {"variants": own["variants"] | general.get("variants", {})}


def _check_chain(where: str, above: tuple[str, ...]) -> None:
    if where in above:
        raise UserError(f"{where}: extends: {' and '.join(above)} extend each other; end the chain with extends: null")


def _vocabulary(value: str | Record, source: str, folder: Path | None, above: tuple[str, ...]) -> tuple[Record, Meshes]:
    """A vocabulary with all that it extends; `above` are the files that extend it."""
    value, where, folder = _read(value, "vocabulary", source, folder)
    _check_chain(where, above)
    documents.check(value, where, "config", "vocabulary")
    base_folder = folder if "extends" in value else resources.ROOT if folder else None
    own = documents.fill(value, "config", "vocabulary")
    shapes = own.get("shapes", {})
    meshes = {n: _mesh(s, folder, f"{where}: shapes.{n}.mesh") for n, s in shapes.items()} if folder else {}
    for shape in shapes.values():
        if Path(shape["mesh"]).is_absolute():
            shape["mesh"] = Path(shape["mesh"]).name
    base = own.pop("extends")
    if base is None:
        if missing := [table for table in _TABLES if table not in own]:
            raise UserError(f"{where}: {missing[0]}: is missing; a vocabulary that extends nothing holds all tables")
        return {"extends": None, **own}, meshes
    whole, base_meshes = _vocabulary(base, source, base_folder, (*above, where))
    for table, entries in own.items():
        whole[table] = {**whole.get(table, {}), **entries} if isinstance(entries, dict) else entries
    return whole, base_meshes | meshes


def _declare(vocabulary: Record, kinds: Iterable[str]) -> None:
    """Completes the attributes that a vocabulary names, and adds the shipped ones that the kinds change."""
    wanted = dict.fromkeys((*vocabulary.get("attributes", ()), *(kind for kind in kinds if kind in SHIPPED)))
    if wanted:
        written = vocabulary.pop("attributes", {})
        vocabulary["attributes"] = {name: {**shipped(name), **written.get(name, {})} for name in wanted}


def _may_turn(kind: str) -> bool:
    """Whether a kind that a config names may turn objects; one of the user's own, not imported yet, may inherit it."""
    return kind not in BUILT_IN or "rotation" in (BUILT_IN[kind].fields or ())


def _note_turns(shapes: Record, meshes: Meshes) -> None:
    """Writes the least turn of each mesh into its shape: a dataset is dealt by it, and has no meshes when it is read.

    Where the library that reads meshes is missing, shapes keep what they have: nothing is planned there.
    """
    with contextlib.suppress(ModuleNotFoundError):
        for name, content in meshes.items():
            shapes[name]["least_turn"] = symmetry.least_turn(build(Shape, shapes[name], data=content))


def _mesh(shape: Record, folder: Path, where: str) -> bytes:
    """Returns the content of a shape's mesh file; adds its SHA-256 to the shape, or compares it with the one there."""
    name = shape["mesh"]
    path = resources.find(name, folder, folder="assets")
    if path is None:
        raise UserError(f"{where}: no file {name!r} beside the vocabulary")
    if path.suffix.lower() not in (".ply", ".glb", ".obj", ".stl"):
        raise UserError(f"{where}: {name!r} is not a mesh file; write a .ply, .glb, .obj or .stl")
    limits.MESH.check(path.stat().st_size, f"{where}: {name}")
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if shape.setdefault("sha256", digest) != digest:
        raise UserError(f"{where}: {name} is not the file that the dataset was made with")
    return content
