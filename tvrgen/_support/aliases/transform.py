"""Former path of `tvrgen.transformations`, before 0.2.0: `from tvrgen.transform import Rejected`."""

import importlib
from typing import Any

_HOMES = {"Attribute": "attributes", "Position": "kinds.position", "Rejected": "base"}


class Kind:
    """The protocol of a kind before `tvrgen.Transformation`, which classes of the former form may still name."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tvrgen.transform' has no attribute {name!r}; see tvrgen.transformations")
    return getattr(importlib.import_module(f"tvrgen.transformations.{_HOMES[name]}"), name)
