"""Devices that Cycles renders on, with invented lists of devices."""

from types import SimpleNamespace

import pytest

from tests.tiny import load
from tvrgen._support.errors import UserError

pytestmark = pytest.mark.blender


@pytest.mark.parametrize("device", ["cuda", "optix", "hip", "oneapi", "metal"])
def test_a_device_that_is_not_there_is_an_error(device, tmp_path):
    from tvrgen.imaging.blender.renderer import Renderer

    config = load(f"render.device={device}")
    renderer = Renderer(config.scene, config.vocabulary, tmp_path / "log")
    if device in renderer.devices():
        pytest.skip(f"this machine has a {device} device")
    with pytest.raises(UserError, match=f"no {device} device on this machine; available: cpu"):
        renderer.configure(config.split("train"))


class Preferences:
    """Cycles' preferences on a machine with these devices."""

    def __init__(self, devices):
        self.devices, self._found = [], [SimpleNamespace(type=t, name=n, use=None) for t, n in devices]

    def get_device_types(self, context):
        return [(t, t, "", k) for k, t in enumerate(("NONE", "CUDA", "OPTIX", "HIP", "ONEAPI"))]

    def refresh_devices(self):
        self.devices = self._found

    def get_devices_for_type(self, kind):
        return [d for d in self.devices if d.type in (kind, "CPU")]


@pytest.mark.parametrize(
    ("cards", "taken", "used"),
    [
        ([], "cpu", ["CPU"]),
        ([("CUDA", "RTX")], "cuda", ["RTX"]),
        ([("CUDA", "RTX"), ("OPTIX", "RTX"), ("CUDA", "RTX 2"), ("OPTIX", "RTX 2")], "optix", ["RTX", "RTX 2"]),
        ([("HIP", "Radeon"), ("ONEAPI", "Arc")], "hip", ["Radeon"]),
    ],
)
def test_auto_takes_the_fastest_device_that_is_there(cards, taken, used, monkeypatch, tmp_path):
    import bpy

    from tvrgen.imaging.blender import devices

    preferences = Preferences([("CPU", "Xeon"), *cards])
    monkeypatch.setattr(devices, "_preferences", lambda: preferences)
    assert devices.use("auto") == devices.use(taken) == used
    assert [d.name for d in preferences.devices if d.use] == (used if cards else ["Xeon"])
    assert preferences.compute_device_type == devices.GPU_TYPES.get(taken, "NONE")
    assert bpy.context.scene.cycles.device == ("GPU" if cards else "CPU")
    bpy.context.scene.cycles.device = "CPU"
    absent = next(name for name in ("metal",) if name != taken)
    with pytest.raises(UserError, match=f"no {absent} device on this machine; available: cpu"):
        devices.use(absent)
