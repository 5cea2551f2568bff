"""Rays near an outline."""

import numpy as np
import pytest

from tests.imaging.meshes import MESHES, PLACES, VIEWS, spread
from tvrgen.imaging import rays

pytestmark = pytest.mark.rays


def test_rays_at_an_outline_are_decided_in_double_precision(monkeypatch):
    """With wider doubts, many rays are decided anew: the masks stay the same."""
    view, asked, exact = VIEWS["left"], [], rays._exact
    usual = spread(rays.cover(MESHES["sphere"], PLACES[0], view), view)
    monkeypatch.setattr(rays, "_SIDES", ((-0.3, 0), (0.3, 0), (0, -0.3), (0, 0.3)))
    monkeypatch.setattr(rays, "_exact", lambda *a: (asked.append(a), exact(*a))[1])
    np.testing.assert_array_equal(spread(rays.cover(MESHES["sphere"], PLACES[0], view), view), usual)
    assert len(asked) > 15
