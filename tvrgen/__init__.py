"""tvrgen: datasets for Transformation-driven Visual Reasoning, from one YAML file.

    import tvrgen

    config = tvrgen.load("quickstart", {"render.samples": 16})
    planned = tvrgen.plan(config, "train", 0)  # states and visible objects, without rendering
    tvrgen.generate(config, "demo")
    for question in tvrgen.open_dataset("demo").questions("train"): ...

docs/python.md describes all of it. Names are loaded when they are first used: importing the package is instant, and
loads neither numpy nor bpy nor ray.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for editors and type checkers; a test compares it with _HOMES, which serves at run time
    from tvrgen._support.errors import UserError
    from tvrgen.config.loader import Config, load
    from tvrgen.dataset.image_reader import open_image
    from tvrgen.dataset.reader import open_dataset
    from tvrgen.dataset.validation.files import validate
    from tvrgen.export.run import export
    from tvrgen.generation.planning import plan
    from tvrgen.generation.run import generate
    from tvrgen.generation.status import status
    from tvrgen.harvesting.run import harvest
    from tvrgen.questions.base import Answered, Sentence, Subject
    from tvrgen.questions.family import Family
    from tvrgen.sampling.problem import Problem
    from tvrgen.sampling.sampler import sample_problem
    from tvrgen.scene.model import Camera, Light, Object, State
    from tvrgen.scoring.summary import score
    from tvrgen.transformations.base import ObjectTransformation, Rejected, Role, Step, Transformation
    from tvrgen.transformations.replay import replay

__version__ = "0.2.0"

# Modules that exports and users' files name and that moved: tvrgen.adapters, tvrgen.errors, tvrgen.transform.
__path__.append(f"{__path__[0]}/_support/aliases")

__all__ = [
    "Answered",
    "Camera",
    "Config",
    "Family",
    "Light",
    "Object",
    "ObjectTransformation",
    "Problem",
    "Rejected",
    "Role",
    "Sentence",
    "State",
    "Step",
    "Subject",
    "Transformation",
    "UserError",
    "export",
    "generate",
    "harvest",
    "load",
    "open_dataset",
    "open_image",
    "plan",
    "replay",
    "sample_problem",
    "score",
    "status",
    "validate",
]

_HOMES = {
    "Answered": "questions.base",
    "Camera": "scene.model",
    "Config": "config.loader",
    "Family": "questions.family",
    "Light": "scene.model",
    "Object": "scene.model",
    "ObjectTransformation": "transformations.base",
    "Problem": "sampling.problem",
    "Rejected": "transformations.base",
    "Role": "transformations.base",
    "Sentence": "questions.base",
    "State": "scene.model",
    "Step": "transformations.base",
    "Subject": "questions.base",
    "Transformation": "transformations.base",
    "UserError": "_support.errors",
    "generate": "generation.run",
    "harvest": "harvesting.run",
    "load": "config.loader",
    "open_dataset": "dataset.reader",
    "open_image": "dataset.image_reader",
    "plan": "generation.planning",
    "replay": "transformations.replay",
    "sample_problem": "sampling.sampler",
    "score": "scoring.summary",
    "status": "generation.status",
    "validate": "dataset.validation.files",
}
"""Public name -> module that defines it."""


def __getattr__(name: str) -> Any:
    if name == "export":  # a package that can be called, see there
        return importlib.import_module("tvrgen.export")
    if name not in _HOMES:
        raise AttributeError(f"module 'tvrgen' has no attribute {name!r}")
    return getattr(importlib.import_module(f"tvrgen.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
