"""Lamps: each light becomes several equal Blender lamps, so that Cycles samples bright lights more often.

At each point of a path, Cycles picks one lamp, all with the same probability, and multiplies its light by the number of
lamps. If one lamp is brighter than the others together, that causes noise. Equal lamps at one location give the same
light as a single one, so each light is divided into equal lamps, in proportion to its brightness.
"""

import math

import bpy
from mathutils import Vector

from tvrgen.scene.model import Light

TOTAL = 8
"""Number of lamps of all lights together. A power of two, because samples spread evenly over such a number."""


class Lamps:
    """Lamps of the open Blender scene. They are created once, and moved for each image."""

    def __init__(self, lights: dict[str, Light]) -> None:
        parts = shares(lights, TOTAL)
        # the most divided light first: a few samples, spread evenly over the list, then match each light's brightness
        names = sorted(lights, key=lambda name: -parts[name])
        self._power = {name: lights[name].power for name in names}
        self._placed: dict[str, Light] = {}
        self._lamps = {name: _lamps(lights[name], parts[name]) for name in names}
        self.divide(True)
        self.move(tuple(lights.values()))

    def move(self, lights: tuple[Light, ...]) -> None:
        """Moves the lamps to the locations of their lights, and aims them."""
        for light in lights:
            if self._placed.get(light.name) == light:
                continue
            self._placed[light.name] = light
            aim = (Vector(light.look_at) - Vector(light.location)).to_track_quat("-Z", "Y")
            for lamp in self._lamps[light.name]:
                lamp.location, lamp.rotation_quaternion = light.location, aim

    def divide(self, divided: bool) -> None:
        """Uses all lamps of each light, or one at full power. The images differ in their noise only."""
        for name, lamps in self._lamps.items():
            data = lamps[0].data
            data.energy = self._power[name] / (len(lamps) if divided else 1)
            # a path rarely hits a lamp as small as the sun by chance, and testing for it takes time
            data.cycles.use_multiple_importance_sampling = not (divided and data.type == "SUN")
            for lamp in lamps[1:]:
                lamp.hide_render = not divided


def shares(lights: dict[str, Light], number: int) -> dict[str, int]:
    """Returns the number of lamps for each light: at least one, in proportion to brightness, `number` in total.

    A single light is not divided.
    """
    parts = dict.fromkeys(lights, 1)
    if len(lights) > 1:
        bright = {name: brightness(light) for name, light in lights.items()}
        for _ in range(number - len(lights)):
            parts[max(parts, key=lambda name: bright[name] / parts[name])] += 1
    return parts


def brightness(light: Light) -> float:
    """Returns the irradiance in W/m² of level ground at the point that the light is aimed at (Lambert's law).

    The power of an area light is in W, that of a sun in W/m².
    """
    offset = [a - b for a, b in zip(light.location, light.look_at, strict=True)]
    distance = math.hypot(*offset)
    return light.power * max(offset[2], 0) / distance / (math.pi * distance**2 if light.type == "area" else 1)


def _lamps(light: Light, count: int) -> list[bpy.types.Object]:
    """Adds equal lamps to the scene, which share one datablock."""
    data = bpy.data.lights.new(light.name, light.type.upper())
    data.color = light.color
    if light.type == "area":
        data.size = light.size
    else:
        data.angle = math.radians(light.size)
    lamps = [bpy.data.objects.new(light.name, data) for _ in range(count)]
    for lamp in lamps:
        lamp.rotation_mode = "QUATERNION"
        bpy.context.scene.collection.objects.link(lamp)
        lamp.hide_viewport = True
    return lamps
