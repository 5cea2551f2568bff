"""Plots: the cells of the maps."""

import numpy as np

from tvrgen.dataset.report import plots


def test_cells_meet_at_the_stage():
    field, stage = np.array([[-40.5, -40.5], [40.5, 40.5]]), np.array([[-20.5, -3.5], [20.5, 5.5]])
    for side in (0, 1):
        edges = plots.cells(field, stage, side)
        assert {*field[:, side], *stage[:, side]} <= set(edges)
        assert set(np.diff(edges)) <= {2, 3, 4}
    assert plots.cells(np.array([[1.5, 1.5], [2.5, 2.5]]), None, 0).tolist() == [1.5, 2.5]
