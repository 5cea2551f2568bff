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
    """Cycles' preferences on a machine with these devices. Entries appear when their driver is asked."""

    def __init__(self, devices):
        self._found = [SimpleNamespace(type=t, name=n, use=None) for t, n in devices]
        self.devices, self.asked = [], []

    def get_device_types(self, context):
        return [(t, t, "", k) for k, t in enumerate(("NONE", "CUDA", "OPTIX", "HIP", "ONEAPI"))]

    def get_devices_for_type(self, kind):
        self.asked.append(kind)
        found = [d for d in self._found if d.type in (kind, "CPU")]
        self.devices += [d for d in found if d not in self.devices]
        return found


@pytest.fixture
def machine(monkeypatch):
    """Makes up a machine with these GPUs, for one test."""
    import bpy

    from tvrgen.imaging.blender import devices

    def with_gpus(*cards):
        preferences = Preferences([("CPU", "Xeon"), *cards])
        monkeypatch.setattr(devices, "_preferences", lambda: preferences)
        return preferences

    yield with_gpus
    bpy.context.scene.cycles.device = "CPU"


@pytest.mark.parametrize(
    ("cards", "taken", "used"),
    [
        ([], "cpu", ["CPU"]),
        ([("CUDA", "RTX")], "cuda", ["RTX"]),
        ([("CUDA", "RTX"), ("OPTIX", "RTX"), ("CUDA", "RTX 2"), ("OPTIX", "RTX 2")], "cuda", ["RTX", "RTX 2"]),
        ([("OPTIX", "RTX")], "optix", ["RTX"]),
        ([("HIP", "Radeon"), ("ONEAPI", "Arc")], "hip", ["Radeon"]),
    ],
)
def test_auto_takes_the_first_type_that_is_there(cards, taken, used, machine):
    import bpy

    from tvrgen.imaging.blender import devices

    preferences = machine(*cards)
    assert devices.use("auto") == devices.use(taken) == (taken, used)
    if cards:
        assert [d.name for d in preferences.devices if d.use] == used
    assert preferences.compute_device_type == devices.GPU_TYPES.get(taken, "NONE")
    assert bpy.context.scene.cycles.device == ("GPU" if cards else "CPU")
    with pytest.raises(UserError, match="no metal device on this machine; available: cpu"):
        devices.use("metal")


def test_only_the_drivers_that_are_needed_are_asked(machine):
    """Cycles loads a driver to ask it for devices, which takes memory and time."""
    from tvrgen.imaging.blender import devices

    preferences = machine(("CUDA", "RTX"), ("OPTIX", "RTX"))
    devices.use("cpu")
    assert preferences.asked == []
    devices.use("auto")
    assert set(preferences.asked) == {"CUDA"}
    devices.use("cpu")
    assert [d.name for d in preferences.devices if d.use] == ["Xeon"]
    assert devices.available() == {"cpu": ["CPU"], "cuda": ["RTX"], "optix": ["RTX"]}
