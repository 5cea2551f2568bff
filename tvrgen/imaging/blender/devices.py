"""Devices that Cycles renders on. A requested device that does not exist is an error; there is no fallback."""

from typing import Any, NamedTuple

import bpy

from tvrgen._support.errors import UserError

GPU_TYPES = {"cuda": "CUDA", "optix": "OPTIX", "hip": "HIP", "oneapi": "ONEAPI", "metal": "METAL"}
"""Device types: name in a config -> Blender's name, in the order in which `auto` looks for a device.

CUDA comes before OptiX: on the one NVIDIA GPU that was measured, OptiX was not faster, and its images differed more
from the CPU's (docs/rendering.md).
"""


class Devices(NamedTuple):
    """The devices in use: all of one type."""

    kind: str
    """`cpu`, or a name in GPU_TYPES."""
    names: list[str]


def available() -> dict[str, list[str]]:
    """Returns the devices of this machine: type -> names of its devices. `cpu` is always present."""
    found = {"cpu": ["CPU"]} | {kind: _names(kind) for kind in GPU_TYPES}
    return {kind: names for kind, names in found.items() if names}


def use(name: str) -> Devices:
    """Makes Cycles render on all devices of a type. `auto`: the first of GPU_TYPES that exists, else the CPU.

    Only the drivers of the types that are tried are queried. Raises UserError if no device of that type exists.
    """
    kind = next((kind for kind in GPU_TYPES if _names(kind)), "cpu") if name == "auto" else name
    names = ["CPU"] if kind == "cpu" else _names(kind)
    if not names:
        raise UserError(f"render.device: no {kind} device on this machine; available: {', '.join(available())}")
    preferences = _preferences()
    preferences.compute_device_type = GPU_TYPES.get(kind, "NONE")
    for device in preferences.devices:
        device.use = device.type == GPU_TYPES.get(kind, "CPU")
    bpy.context.scene.cycles.device = "CPU" if kind == "cpu" else "GPU"
    return Devices(kind, names)


def _names(kind: str) -> list[str]:
    """Returns the names of the GPUs of a type. Cycles queries a driver once per process."""
    preferences, type_ = _preferences(), GPU_TYPES[kind]
    if type_ not in {item[0] for item in preferences.get_device_types(bpy.context)}:
        return []
    return [device.name for device in preferences.get_devices_for_type(type_) if device.type == type_]


def _preferences() -> Any:
    # no type: Cycles defines the class of its preferences at run time
    return bpy.context.preferences.addons["cycles"].preferences
