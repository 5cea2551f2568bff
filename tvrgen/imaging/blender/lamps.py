"""The lamps, divided so that each path that picks one is likely to pick one that counts.

For each point a path reaches, Cycles picks one lamp, all with the same chance, and weighs its light by their number.
Where one lamp is brighter than the others together, that is noise. Equal lamps in one place shine as one does, so each
lamp stands as several, the more the brighter it is.
"""

import math

import bpy
from mathutils import Vector

from tvrgen.scene.model import Light

NUMBER = 8
"""Of all lamps together. A power of two, as samples are laid out evenly over that many."""


class Lamps:
    """The lamps of the scene that is open. They stay, and move with the lights of each picture."""

    def __init__(self, lights: dict[str, Light]) -> None:
        parts = shares(lights, NUMBER)
        # the most divided first: a few samples, spread evenly over the list, then pick each lamp as often as it counts
        names = sorted(lights, key=lambda name: -parts[name])
        self._power = {name: lights[name].power for name in names}
        self._lamps = {name: _lamps(lights[name], parts[name]) for name in names}
        self.divide(True)
        self.direct(tuple(lights.values()))

    def direct(self, lights: tuple[Light, ...]) -> None:
        """Moves the lamps."""
        for light in lights:
            aim = (Vector(light.look_at) - Vector(light.location)).to_track_quat("-Z", "Y")
            for lamp in self._lamps[light.name]:
                lamp.location, lamp.rotation_quaternion = light.location, aim

    def divide(self, divided: bool) -> None:
        """Lets each lamp shine as several, or as one, as Blender makes it: the same picture but for its noise."""
        for name, lamps in self._lamps.items():
            data = lamps[0].data
            data.energy = self._power[name] / (len(lamps) if divided else 1)
            # that a path comes upon so small a lamp as the sun by itself is rare, and to look for it takes time
            data.cycles.use_multiple_importance_sampling = not (divided and data.type == "SUN")
            for lamp in lamps[1:]:
                lamp.hide_render = not divided


def shares(lights: dict[str, Light], number: int) -> dict[str, int]:
    """As how many equal lamps each light should stand: at least one, `number` together, by their brightness. A lone
    light needs no division.
    """
    parts = dict.fromkeys(lights, 1)
    if len(lights) > 1:
        brought = {name: brightness(light) for name, light in lights.items()}
        for _ in range(number - len(lights)):
            parts[max(parts, key=lambda name: brought[name] / parts[name])] += 1
    return parts


def brightness(light: Light) -> float:
    """W/m² on level ground where the light is aimed at: power in W from an area, in W/m² from the sun (Lambert)."""
    offset = [a - b for a, b in zip(light.location, light.look_at, strict=True)]
    distance = math.hypot(*offset)
    return light.power * max(offset[2], 0) / distance / (math.pi * distance**2 if light.type == "area" else 1)


def _lamps(light: Light, count: int) -> list[bpy.types.Object]:
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
    return lamps
