"""tvrgen: datasets for Transformation-driven Visual Reasoning, from one YAML file.

    import tvrgen

    config = tvrgen.load("configs/quickstart.yaml")
    problem = tvrgen.sample_problem(config, "train", 0)
    for question in tvrgen.open_dataset("demo").questions("train"): ...

Names are loaded when they are first used: importing the package is instant, and loads neither bpy nor ray.
"""

import importlib

__version__ = "0.1.0"

_HOMES = {
    "load": "config",
    "sample_problem": "sampler",
    "open_dataset": "dataset",
    "open_image": "dataset",
    "replay": "transform",
    "Camera": "scene",
    "Light": "scene",
    "Object": "scene",
    "Problem": "scene",
    "State": "scene",
    "Step": "scene",
    "UserError": "errors",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module 'tvrgen' has no attribute {name!r}")
    return getattr(importlib.import_module(f"tvrgen.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
