"""From a YAML file to frozen settings: read, checked, resolved.

The *resolved* config holds its scene and vocabulary in itself, with all defaults filled in. It is what `config.json`
of a dataset holds, and what its hash is taken of: no path of the machine that made it is in it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tvrgen import settings
from tvrgen._support import resources
from tvrgen._support.import_path import importable
from tvrgen._support.json_lines import Record
from tvrgen._support.messages import nearest
from tvrgen.config import documents, splits
from tvrgen.config.overrides import Overrides, listed, override, plain
from tvrgen.config.references import resolve, unfolded
from tvrgen.config.yaml_files import read_yaml
from tvrgen.errors import UserError
from tvrgen.sampling import feasibility
from tvrgen.scene import camera_model, vocabulary
from tvrgen.scene.model import Camera, Ground, Jitter, Light, SceneSpec, StageLine, World
from tvrgen.scene.vocabulary import Vocabulary


class Config(settings.Config):
    """All settings of one dataset, from a file (`load`) or a dict (`Config.from_dict`)."""

    __slots__ = ()

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], folder: str | Path | None = None) -> "Config":
        """The config in a dict that holds what a YAML file would hold.

        Files that it names are sought in `folder`, then among the packaged ones. Raises UserError for every fault.
        """
        base = resources.ROOT if folder is None else Path(folder).resolve()
        return from_document(plain(document, "config"), "config", base)


def load(name: str | Path, overrides: Overrides = ()) -> Config:
    """The config in a YAML file (by path, or by the name of a packaged one), some of its keys overridden.

    Raises UserError for every fault.
    """
    path = _file(name)
    folder = path.resolve().parent
    pairs = listed(overrides)
    sections = {key.split(".")[0] for key, _ in pairs if "." in key}
    document = unfolded(read_yaml(path), sections, str(path), folder)
    return from_document(override(document, pairs), str(path), folder)


def _file(name: str | Path) -> Path:
    path = Path(name)
    if path.is_file():
        return path
    for packaged in (f"{name}", f"configs/{name}", f"configs/{name}.yaml"):
        if found := resources.find(packaged, None):
            return found
    raise UserError(f"{name}: no such config{nearest(path.stem, resources.shipped_configs())}")


def from_document(document: Record, source: str, folder: Path | None = None) -> Config:
    """A config from a document, resolved already or not. Raises UserError for every fault.

    `folder` is what its paths are relative to, and where modules with the user's kinds may lie. Without a folder no
    file is read, and the config can replay and check, but neither plan nor render.
    """
    documents.check(document, source, "config")
    resolved, meshes = resolve(documents.with_new_names(document, source), source, folder)
    words = vocabulary.from_document(resolved["vocabulary"], meshes, f"{source}: vocabulary")
    scene = _scene(resolved["scene"], f"{source}: scene")
    _check_cameras(scene, words, f"{source}: scene")
    built = {}
    for name in resolved["splits"]:
        sections = splits.Sections(name, resolved, document, source)
        with importable(folder):  # kinds of the user's own may lie beside the config
            built[name] = splits.build(sections, words, scene)
        feasibility.check(built[name], sections.where)
    return Config(
        seed=resolved["seed"],
        scene=scene,
        vocabulary=words,
        splits=built,
        document=documents.with_old_names(resolved),  # so that datasets keep their bytes, and hashes
        source=source,
        folder=folder,
    )


def _scene(document: Record, where: str) -> SceneSpec:
    cameras = {name: _camera(name, _tuples(c), f"{where}: cameras.{name}") for name, c in document["cameras"].items()}
    if orbit := document.get("orbit"):
        rig = {k: v for k, v in _tuples(orbit).items() if k not in ("count", "azimuth")}
        for k in range(orbit["count"]):
            turned = {**rig, "azimuth": orbit["azimuth"] + 360 * k / orbit["count"]}
            cameras.setdefault(f"orbit_{k}", _camera(f"orbit_{k}", turned, f"{where}: orbit"))
    if not cameras:
        raise UserError(f"{where}: cameras: there is none; write one, or an orbit")
    return SceneSpec(
        ground=Ground(**_tuples(document["ground"])),
        stage_line=StageLine(**_tuples(document["stage_line"])),
        world=World(**_tuples(document["world"])),
        cameras=cameras,
        lights={name: Light(name=name, **_tuples(light)) for name, light in document["lights"].items()},
        jitter=Jitter(**document["jitter"]),
    )


def _check_cameras(scene: SceneSpec, words: Vocabulary, where: str) -> None:
    """No camera among the objects or under the ground, wherever jitter puts it."""
    radius, jitter = max(words.sizes.values()), scene.jitter.camera
    reach, height = words.grid.stage * words.grid.unit + radius + jitter, 2 * radius + jitter
    for camera in scene.cameras.values():
        x, y, z = camera.location
        if z <= jitter:
            raise UserError(f"{where}: cameras.{camera.name}: stands {z:g} m above ground; write more than {jitter:g}")
        if max(abs(x), abs(y)) < reach and z < height:
            raise UserError(
                f"{where}: cameras.{camera.name}: stands among the objects; move it {height:.3g} m up, or {reach:.3g} m"
                " away from the middle"
            )


def _camera(name: str, entry: Record, where: str) -> Camera:
    """A camera by its location, or by azimuth, elevation and distance; to the millimetre."""
    round_about = {k: entry.pop(k) for k in ("azimuth", "elevation", "distance") if k in entry}
    if ("location" in entry) == bool(round_about):
        raise UserError(f"{where}: write either location, or azimuth, elevation and distance")
    if round_about:
        if len(round_about) < 3:
            raise UserError(f"{where}: azimuth, elevation and distance belong together")
        entry["location"] = camera_model.around(entry["look_at"], **round_about)
    if entry["location"][:2] == entry["look_at"][:2]:
        raise UserError(f"{where}: looks straight down; move it off the vertical, such as to an elevation of 85")
    return Camera(name=name, **entry)


def _tuples(entry: Record) -> Record:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
