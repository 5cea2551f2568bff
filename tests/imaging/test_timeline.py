"""The timeline of clips: which frame shows which state, and which part of a change."""

import itertools

import pytest

from tvrgen.config.settings import ClipSettings
from tvrgen.imaging import timeline
from tvrgen.imaging.timeline import Moment

SETTINGS = [ClipSettings(frames=f, hold=h, fps=12, format="mp4") for f, h in itertools.product((1, 2, 12), (1, 6))]


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda own: f"{own.frames}-{own.hold}")
@pytest.mark.parametrize("steps", [0, 1, 4])
def test_states_stand_still_and_changes_progress_within_their_spans(settings, steps):
    moments, spans = timeline.moments(steps, settings), timeline.spans(steps, settings)
    assert len(moments) == settings.hold + steps * (settings.frames + settings.hold)
    assert len(spans) == steps
    assert {moment.step for moment in moments if not moment.progress} == {*range(steps + 1)}
    for step, (start, end) in enumerate(spans):
        assert moments[start - 1] == Moment(step)
        assert moments[end] == Moment(step + 1)
        progress = [moment.progress for moment in moments[start:end]]
        assert progress == sorted({*progress})
        assert 0 < progress[0] <= progress[-1] < 1
        assert {moment.step for moment in moments[start:end]} == {step}
        assert progress[0] == pytest.approx(1 - progress[-1])
    still = [k for k in range(len(moments)) if not any(start <= k < end for start, end in spans)]
    assert len(still) == settings.hold * (steps + 1)
    assert all(not moments[k].progress for k in still)
