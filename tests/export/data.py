"""Flat datasets of two splits to export."""

import dataclasses
from pathlib import Path
from unittest import mock

from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen.sampling import identity


class Turn:
    """A kind that TRANCE does not have."""

    name = "turn"

    def values(self, vocabulary):
        return ("90",)

    def apply(self, obj, value, vocabulary):
        return dataclasses.replace(obj, rotation=(obj.rotation + float(value)) % 360)

    def phrase(self, value):
        return f"turns by {value} degrees"


def two_splits(place: Path | str, *overrides: str, train: int = 5, test: int = 2) -> Path | str:
    """A dataset with problems made by hand, of three views each; both splits have the same ones."""
    return flat(place, f"splits={{train: {{count: {train}}}, test: {{count: {test}}}}}", *overrides)


def flat(place: Path | str, *overrides: str) -> Path | str:
    """A dataset with problems made by hand, whose splits have the same ones."""
    with mock.patch.object(identity, "belongs", return_value=True):
        return generate_flat(place, load(*overrides), FlatRenderer())
