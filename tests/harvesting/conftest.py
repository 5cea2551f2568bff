"""Flat datasets of ready configs, as exports' tests have them."""

from tests.export.conftest import ready

__all__ = ["ready"]
