"""The settings of a dataset: frozen dataclasses with the values of a resolved config.

A config key is one field of one of these dataclasses, annotated with a `tvrgen._support.keys.Key`: its description,
default and bounds. Imports `transformations`, `scene` and the layers below them.
"""

from tvrgen.config.settings.config import NEUTRAL, Config, Split, differences, identity
from tvrgen.config.settings.constraints import Constraints, Implication, Never, Only, Values
from tvrgen.config.settings.questions import ChangesSettings, Prompt, QuestionSettings, Template
from tvrgen.config.settings.sections import (
    PRESETS,
    CameraSettings,
    ClipSettings,
    ImageSettings,
    OutputSettings,
    RenderSettings,
    SamplingSettings,
)

__all__ = [
    "NEUTRAL",
    "PRESETS",
    "CameraSettings",
    "ChangesSettings",
    "ClipSettings",
    "Config",
    "Constraints",
    "ImageSettings",
    "Implication",
    "Never",
    "Only",
    "OutputSettings",
    "Prompt",
    "QuestionSettings",
    "RenderSettings",
    "SamplingSettings",
    "Split",
    "Template",
    "Values",
    "differences",
    "identity",
]
