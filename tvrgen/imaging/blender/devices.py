"""Which device Cycles renders on. A device that was asked for and is not there is an error, never a fall back."""

import bpy

from tvrgen.errors import UserError

GPU_TYPES = {"optix": "OPTIX", "cuda": "CUDA", "hip": "HIP", "oneapi": "ONEAPI", "metal": "METAL"}
"""Our names for device types -> Blender's, the fastest first where one card offers several."""


def available() -> dict[str, list[str]]:
    """Device type -> names of the devices of that type on this machine; `cpu` is always there."""
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
    """Makes Cycles render on all devices of a type, or of the fastest type that is there (auto). Returns their names.

    Raises UserError where there is none of that type.
    """
    found = available()
    if name == "auto":
        name = next((kind for kind in GPU_TYPES if kind in found), "cpu")
    if name not in found:
        raise UserError(f"render.device: no {name} device on this machine; there is: {', '.join(found)}")
    preferences = _preferences()
    preferences.compute_device_type = GPU_TYPES.get(name, "NONE")
    preferences.refresh_devices()
    for device in preferences.devices:
        device.use = device.type == GPU_TYPES.get(name, "CPU")
    bpy.context.scene.cycles.device = "CPU" if name == "cpu" else "GPU"
    return found[name]


def _preferences():
    return bpy.context.preferences.addons["cycles"].preferences
