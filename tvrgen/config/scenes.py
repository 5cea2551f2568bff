"""The scene of a resolved config: cameras placed by location, by angles or in an orbit, none among the objects."""

import dataclasses
from typing import Any

from tvrgen._support import keys, names
from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen.scene import camera_model
from tvrgen.scene.model import Camera, Light, Orbit, SceneSpec
from tvrgen.scene.vocabulary import Vocabulary

_ANGLES = ("azimuth", "elevation", "distance")


def build(document: Record, words: Vocabulary, where: str) -> SceneSpec:
    """Returns the scene in a document. Raises UserError for a camera among the objects or under the ground."""
    cameras = {name: _camera(name, entry, f"{where}: cameras.{name}") for name, entry in document["cameras"].items()}
    if "orbit" in document:
        rig = _orbit(keys.build(Orbit, document["orbit"]), f"{where}: orbit")
        cameras |= {name: camera for name, camera in rig.items() if name not in cameras}
    if not cameras:
        raise UserError(f"{where}: cameras: is empty; write one, or an orbit")
    if pair := names.alike(cameras):
        raise UserError(
            f"{where}: cameras: {pair[0]} and {pair[1]} differ in case alone, as files on macOS and Windows"
            " must not; rename one of them"
        )
    lights = {name: keys.build(Light, light, name=name) for name, light in document["lights"].items()}
    scene = keys.build(SceneSpec, document, cameras=cameras, lights=lights)
    _check_cameras(scene, words, where)
    _check_lights(scene, where)
    return scene


def _orbit(orbit: Orbit, where: str) -> dict[str, Camera]:
    entry = dataclasses.asdict(orbit)
    count, start = entry.pop("count"), entry.pop("azimuth")
    names = {f"orbit_{k}": start + 360 * k / count for k in range(count)}
    return {name: _camera(name, {**entry, "azimuth": azimuth}, where) for name, azimuth in names.items()}


def _camera(name: str, entry: Record, where: str) -> Camera:
    """Returns a camera, placed by location, or by azimuth, elevation and distance; rounded to the millimetre."""
    angles = {key: entry[key] for key in _ANGLES if key in entry}
    if ("location" in entry) == bool(angles):
        raise UserError(f"{where}: write either location, or azimuth, elevation and distance")
    if angles and len(angles) < len(_ANGLES):
        raise UserError(f"{where}: azimuth, elevation and distance belong together")
    placed: dict[str, Any] = {"location": camera_model.around(entry["look_at"], **angles)} if angles else {}
    camera = keys.build(Camera, entry, name=name, **placed)
    if camera.location[:2] == camera.look_at[:2]:
        raise UserError(f"{where}: looks straight down; move it off the vertical, such as to an elevation of 85")
    return camera


def _check_cameras(scene: SceneSpec, words: Vocabulary, where: str) -> None:
    """Raises UserError if jitter can put a camera among the objects or under the ground."""
    radius, jitter = max(words.sizes.values()), scene.jitter.camera
    reach, height = words.grid.stage * words.grid.unit + radius + jitter, 2 * radius + jitter
    for camera in scene.cameras.values():
        x, y, z = camera.location
        if z <= jitter:
            raise UserError(f"{where}: cameras.{camera.name}: is {z:g} m above ground; write more than {jitter:g}")
        if max(abs(x), abs(y)) < reach and z < height:
            raise UserError(
                f"{where}: cameras.{camera.name}: is among the objects; move it {height:.3g} m up, or {reach:.3g} m"
                " away from the middle"
            )


def _check_lights(scene: SceneSpec, where: str) -> None:
    """Raises UserError if a light can stand at what it looks at, so that it has no direction."""
    for light in scene.lights.values():
        jitter = scene.jitter.light if light.type == "area" else 0.0
        if all(abs(a - b) <= jitter for a, b in zip(light.location, light.look_at, strict=True)):
            raise UserError(
                f"{where}: lights.{light.name}: stands at what it looks at; move its location or its look_at by more"
                f" than {jitter:g} m"
            )
