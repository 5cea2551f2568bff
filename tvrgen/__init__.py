"""tvrgen: datasets for Transformation-driven Visual Reasoning, from one YAML file.

    import tvrgen

    config = tvrgen.load("configs/quickstart.yaml")
    problem = tvrgen.sample_problem(config, "train", 0)
    for question in tvrgen.open_dataset("demo").questions("train"): ...

Names are loaded when they are first used: importing the package is instant, and loads neither bpy nor ray.
"""

import importlib

__version__ = "0.2.0"

_HOMES = {
    "Config": "config.loader",
    "load": "config.loader",
    "sample_problem": "sampling.sampler",
    "open_dataset": "dataset.reader",
    "open_image": "dataset.reader",
    "replay": "transformations.replay",
    "Camera": "scene.model",
    "Light": "scene.model",
    "Object": "scene.model",
    "Problem": "sampling.problem",
    "State": "scene.model",
    "Step": "transformations.base",
    "UserError": "errors",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module 'tvrgen' has no attribute {name!r}")
    return getattr(importlib.import_module(f"tvrgen.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
