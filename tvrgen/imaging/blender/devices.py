"""Devices that Cycles renders on. A requested device that does not exist is an error; there is no fallback."""

from typing import Any

import bpy

from tvrgen._support.errors import UserError

GPU_TYPES = {"optix": "OPTIX", "cuda": "CUDA", "hip": "HIP", "oneapi": "ONEAPI", "metal": "METAL"}
"""Device types: name in a config -> Blender's name. The fastest comes first where a card supports several."""


def available() -> dict[str, list[str]]:
    """Returns the devices of this machine: type -> names of its devices. `cpu` is always present."""
    found = {"cpu": ["CPU"]}
    preferences = _preferences()
    known = {item[0] for item in preferences.get_device_types(bpy.context)}
    for name, blender_name in GPU_TYPES.items():
        if blender_name in known:
            preferences.refresh_devices()  # the list is empty until this is called
            devices = [d.name for d in preferences.get_devices_for_type(blender_name) if d.type == blender_name]
            if devices:
                found[name] = devices
    return found


def use(name: str) -> list[str]:
    """Makes Cycles render on all devices of a type, and returns their names. `auto`: the fastest type that exists.

    Raises UserError if no device of that type exists.
    """
    found = available()
    if name == "auto":
        name = next((kind for kind in GPU_TYPES if kind in found), "cpu")
    if name not in found:
        raise UserError(f"render.device: no {name} device on this machine; available: {', '.join(found)}")
    preferences = _preferences()
    preferences.compute_device_type = GPU_TYPES.get(name, "NONE")
    preferences.refresh_devices()
    for device in preferences.devices:
        device.use = device.type == GPU_TYPES.get(name, "CPU")
    bpy.context.scene.cycles.device = "CPU" if name == "cpu" else "GPU"
    return found[name]


def _preferences() -> Any:
    # no type: Cycles defines the class of its preferences at run time
    return bpy.context.preferences.addons["cycles"].preferences
