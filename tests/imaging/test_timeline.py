"""The timeline of clips: which frame shows which state, and which part of a change."""

import pytest

from tvrgen.imaging import timeline
from tvrgen.imaging.timeline import Moment


@pytest.mark.parametrize("frames", [1, 2, 12])
@pytest.mark.parametrize("holds", [(1,), (6,), (1, 1), (6, 2), (2, 1, 5, 1, 3), (4,) * 5], ids=str)
def test_states_stand_still_and_changes_progress_within_their_spans(holds, frames):
    steps = len(holds) - 1
    spans = timeline.spans(holds, frames)
    moments = timeline.moments(spans, sum(holds) + steps * frames)
    assert len(moments) == sum(holds) + steps * frames
    assert len(spans) == steps
    for step, (start, end) in enumerate(spans):
        assert moments[start - 1] == Moment(step)
        assert moments[end] == Moment(step + 1)
        assert end - start == frames
        progress = [moment.progress for moment in moments[start:end]]
        assert progress == sorted({*progress})
        assert 0 < progress[0] <= progress[-1] < 1
        assert {moment.step for moment in moments[start:end]} == {step}
        assert progress[0] == pytest.approx(1 - progress[-1])
    assert [moments.count(Moment(step)) for step in range(steps + 1)] == [*holds]


def test_what_is_left_out_of_the_changes_stands_still():
    every = timeline.spans((2, 3, 1, 4), 5)
    for chosen in ([], [0], [1], [0, 2], [2]):
        spans = [every[k] for k in chosen]
        moments = timeline.moments(spans, 25)
        assert len(moments) == 25
        moving = {k for start, end in spans for k in range(start, end)}
        assert {k for k, moment in enumerate(moments) if moment.progress} == moving
        assert [moments[start - 1].step for start, _ in spans] == [*range(len(spans))]
        assert moments[-1] == Moment(len(spans))
