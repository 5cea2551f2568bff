"""A config's references followed: the scene and the vocabulary it names, put into the config itself.

Paths are relative to the file that names them, then to the packaged files; never to the working directory.
"""

import hashlib
from pathlib import Path

from tvrgen._support import messages, resources
from tvrgen._support.json_lines import Record
from tvrgen.config import documents
from tvrgen.config.yaml_files import read_yaml
from tvrgen.errors import UserError
from tvrgen.settings import PRESETS

_TABLES = ("shapes", "sizes", "materials", "colors", "directions", "distances", "grid")

_PROMPTS = "configs/prompts"

Meshes = dict[str, bytes]
"""Shape name -> content of its mesh file."""


def resolve(document: Record, source: str, folder: Path | None) -> tuple[Record, Meshes]:
    """The config with defaults, scene and vocabulary inside. `folder` None: a dataset that is read back, no meshes."""
    resolved = documents.fill(document, "config")
    for section in (resolved, *resolved["splits"].values()):
        if preset := section.get("render", {}).pop("preset", None):
            section["render"] = PRESETS[preset] | section["render"]
    for key, section in (("question", resolved), *((f"splits.{n}.question", s) for n, s in resolved["splits"].items())):
        if "prompt" in section.get("question", {}):
            section["question"]["prompt"] = _prompt(section["question"]["prompt"], f"{key}.prompt", source, folder)
    # a default means the packaged file, whatever lies beside the config
    folders = {
        key: folder if key in document else resources.ROOT if folder else None for key in ("scene", "vocabulary")
    }
    resolved["scene"] = _scene(resolved["scene"], source, folders["scene"], ())
    resolved["vocabulary"], meshes = _vocabulary(resolved["vocabulary"], source, folders["vocabulary"], ())
    return resolved, meshes


def unfolded(document: Record, keys: set[str], source: str, folder: Path) -> Record:
    """The config with its scene or vocabulary, where `keys` has them, as keys and values that can be overridden."""
    unfolded = dict(document)
    defaults = documents.fill(document, "config")
    if "scene" in keys and isinstance(defaults["scene"], str):
        unfolded["scene"] = _read(defaults["scene"], "scene", source, folder)[0]
    if "vocabulary" in keys and isinstance(defaults["vocabulary"], str):
        unfolded["vocabulary"] = {"extends": defaults["vocabulary"]}
    return unfolded


def _read(value: str | Record, key: str, source: str, folder: Path | None) -> tuple[Record, str, Path | None]:
    """The document a key means, the name to give it in errors, and the folder its own paths are relative to."""
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


def _prompt(value: str | Record, key: str, source: str, folder: Path | None) -> Record:
    """A template, read where it is named."""
    where = f"{source}: {key}"
    if isinstance(value, str):
        packaged_names = sorted(path.stem for path in (resources.ROOT / _PROMPTS).glob("*.yaml"))
        known = value in packaged_names
        path = resources.find(f"{_PROMPTS}/{value}.yaml" if known else value, None if known else folder)
        if path is None:
            raise UserError(f"{where}: no template {value!r}{messages.nearest(value, packaged_names)}, or a YAML file")
        value, where = read_yaml(path), str(path)
    documents.check(value, where, "prompt")
    return documents.fill(value, "prompt")


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
    meshes: Meshes = {}
    for name, shape in own.get("shapes", {}).items():
        if folder is not None:
            meshes[name] = data = _mesh(shape["mesh"], folder, f"{where}: shapes.{name}.mesh")
            digest = hashlib.sha256(data).hexdigest()
            if shape.get("sha256", digest) != digest:
                raise UserError(
                    f"{where}: shapes.{name}.mesh: {shape['mesh']} is not the file the dataset was made with"
                )
            shape["sha256"] = digest
        if Path(shape["mesh"]).is_absolute():
            shape["mesh"] = Path(shape["mesh"]).name
    base = own.pop("extends")
    if base is None:
        if missing := [table for table in _TABLES if table not in own]:
            raise UserError(f"{where}: {missing[0]}: is missing; a vocabulary that extends nothing holds all tables")
        return {"extends": None, **own}, meshes
    whole, base_meshes = _vocabulary(base, source, base_folder, (*above, where))
    for table, entries in own.items():
        whole[table] = {**whole[table], **entries} if isinstance(entries, dict) else entries
    return whole, base_meshes | meshes


def _mesh(name: str, folder: Path, where: str) -> bytes:
    path = resources.find(name, folder, folder="assets")
    if path is None:
        raise UserError(f"{where}: no file {name!r} beside the vocabulary")
    if path.suffix.lower() not in (".ply", ".glb", ".obj", ".stl"):
        raise UserError(f"{where}: {name!r} is no mesh file; write a .ply, .glb, .obj or .stl")
    return path.read_bytes()
