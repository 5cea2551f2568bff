"""From a YAML file to frozen settings: read, checked, resolved.

The *resolved* config holds its scene and vocabulary in itself, with all defaults filled in. It is what `config.json`
of a dataset holds, and what its hash is taken of: no path of the machine that made it is in it.
"""

import dataclasses
import sys
from pathlib import Path

from tvrgen import document as documents
from tvrgen import feasibility, geometry, packaged, transform, vocabulary
from tvrgen.document import nearest
from tvrgen.errors import UserError
from tvrgen.resolve import resolve
from tvrgen.scene import Camera, Ground, Jitter, Light, SceneSpec, StageLine, World
from tvrgen.settings import CameraSettings, Config, OutputSettings, Range, RenderSettings, SamplingSettings, Split
from tvrgen.transform import Kind
from tvrgen.vocabulary import ATTRIBUTES, Vocabulary


def load(name: str | Path, overrides: tuple[str, ...] = ()) -> Config:
    """The config in a YAML file (by path, or by the name of a packaged one). Raises UserError for every fault."""
    path = Path(name)
    if not path.is_file():
        packaged_path = next(
            (p for n in (f"{name}", f"configs/{name}", f"configs/{name}.yaml") if (p := packaged.find(n, None))), None
        )
        if packaged_path is None:
            raise UserError(f"{name}: no such config{nearest(path.stem, shipped())}")
        path = packaged_path
    document = documents.override(documents.read_yaml(path), overrides)
    documents.check(document, str(path), "config")
    # kinds of the user's own may lie beside the config
    if (folder := str(path.resolve().parent)) not in sys.path:
        sys.path.append(folder)
    return from_document(document, str(path), path.resolve().parent)


def shipped() -> list[str]:
    """The names of the packaged configs."""
    return sorted(p.stem for p in (packaged.ROOT / "configs").glob("*.yaml"))


def from_document(document: dict, source: str, folder: Path | None = None) -> Config:
    """A config from a document, resolved already or not; `folder` is what its paths are relative to.

    Without a folder nothing is read, and the config can replay and check, but neither plan nor render.
    """
    documents.check(document, source, "config")
    resolved, meshes = resolve(document, source, folder)
    words = vocabulary.from_document(resolved["vocabulary"], meshes, f"{source}: vocabulary")
    scene = _scene(resolved["scene"])
    return Config(
        seed=resolved["seed"],
        scene=scene,
        vocabulary=words,
        splits={name: _split(name, resolved, words, scene, source) for name in resolved["splits"]},
        output=OutputSettings(**resolved["output"]),
        document=resolved,
        source=source,
    )


def _scene(document: dict) -> SceneSpec:
    def tuples(entry: dict) -> dict:
        return {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}

    return SceneSpec(
        ground=Ground(**tuples(document["ground"])),
        stage_line=StageLine(**tuples(document["stage_line"])),
        world=World(**tuples(document["world"])),
        cameras={name: Camera(name=name, **tuples(c)) for name, c in document["cameras"].items()},
        lights={name: Light(name=name, **tuples(light)) for name, light in document["lights"].items()},
        jitter=Jitter(**document["jitter"]),
    )


def _split(name: str, document: dict, words: Vocabulary, scene: SceneSpec, source: str) -> Split:
    own = document["splits"][name]
    merged = {key: {**document[key], **own.get(key, {})} for key in ("sampling", "cameras", "render")}

    def where(key: str) -> str:
        """The path of the key that was meant: the split's own, or the one it inherits."""
        section, inner = key.split(".")[:2]
        return f"{source}: " + (f"splits.{name}.{key}" if inner in own.get(section, {}) else key)

    cameras = CameraSettings(initial=merged["cameras"]["initial"], final=tuple(merged["cameras"]["final"]))
    for key, camera in (("initial", cameras.initial), *(("final", c) for c in cameras.final)):
        if camera not in scene.cameras:
            raise UserError(f"{where(f'cameras.{key}')}: unknown camera {camera!r}{nearest(camera, scene.cameras)}")
    raw = merged["sampling"]
    for attribute, values in raw["only"].items():
        for value in values:
            if value not in words.values(attribute):
                hint = nearest(value, words.values(attribute))
                raise UserError(f"{where('sampling.only')}.{attribute}: unknown {attribute} {value!r}{hint}")
    sampling = SamplingSettings(
        kinds=tuple(raw["kinds"]),
        objects=_range(raw["objects"], where("sampling.objects")),
        visible=None if raw["visible"] == "all" else _range(raw["visible"], where("sampling.visible")),
        steps=_range(raw["steps"], where("sampling.steps")),
        moves=tuple(raw["moves"]),
        only={a: tuple(v) for a, v in raw["only"].items()},
        min_visible_pixels=raw["min_visible_pixels"],
        max_attempts=raw["max_attempts"],
    )
    kinds = _kinds(sampling.kinds, where("sampling.kinds"))
    tables = {
        ATTRIBUTES[a]: {v: getattr(words, ATTRIBUTES[a])[v] for v in values} for a, values in sampling.only.items()
    }
    own_words = dataclasses.replace(words, **tables).facing(geometry.azimuth(scene.cameras[cameras.initial]))
    split = Split(
        name=name,
        count=own["count"],
        sampling=sampling,
        cameras=cameras,
        render=RenderSettings(**merged["render"]),
        vocabulary=own_words,
        kinds=kinds,
    )
    feasibility.check(split, where)
    return split


def _range(value: int | list[int], where: str) -> Range:
    low, high = (value, value) if isinstance(value, int) else value
    if low > high:
        raise UserError(f"{where}: [{low}, {high}] is empty; write the smaller number first")
    return low, high


def _kinds(names: tuple[str, ...], where: str) -> dict[str, Kind]:
    kinds = {}
    for name in names:
        if name not in transform.BUILT_IN and ":" not in name:
            raise UserError(
                f"{where}: unknown kind {name!r}{nearest(name, [*transform.BUILT_IN, 'package.module:Class'])}"
            )
        try:
            kind = transform.resolve(name)
        except UserError as error:
            raise UserError(f"{where}: {error}") from error
        if kind.name in kinds:
            raise UserError(f"{where}: two kinds are named {kind.name!r}")
        kinds[kind.name] = kind
    return kinds
