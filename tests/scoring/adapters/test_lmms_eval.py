"""lmms-eval's functions of a task."""

from tests.scoring.adapters.data import BEST, CHANGES, RIGHT, by_lmms_eval
from tvrgen.scoring.adapters import lmms_eval


def test_metrics_of_lmms_eval():
    assert by_lmms_eval(RIGHT) == {"tvr_accuracy": 1.0, "tvr_reward": BEST, "tvr_format": 1.0}
    assert lmms_eval.process_results({"changes": CHANGES}, [])["tvr_accuracy"] == 0.0
    assert lmms_eval.doc_to_text({"question": "What?"}, {"post_prompt": " Think."}) == "What? Think."
