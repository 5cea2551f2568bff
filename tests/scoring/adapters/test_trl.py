"""TRL's reward function."""

import pytest

from tests.scoring.adapters.data import BEST, CHANGES, RIGHT
from tvrgen._support.errors import UserError
from tvrgen.scoring.adapters import trl


def test_trl_leaves_out_rows_of_other_tasks():
    assert trl.reward(completions=[RIGHT, RIGHT], changes=[None, CHANGES]) == [None, BEST]
    with pytest.raises(UserError, match="keep one of the columns ground_truth, solution"):
        trl.reward(completions=[RIGHT], images=[[]])
