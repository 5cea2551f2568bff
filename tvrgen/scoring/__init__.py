"""Scoring: answers read, STAR-R1's reward, TRANCE's outcome, metrics of a whole dataset.

from tvrgen.scoring import star_r1_reward
star_r1_reward("<think>...</think><answer>2.color.cyan</answer>", question["changes"]).total
"""

from tvrgen.answers import Answer
from tvrgen.reading import parse_answer
from tvrgen.scoring.options import Options
from tvrgen.scoring.reward import Reward, star_r1_reward
from tvrgen.scoring.truth import ground_truth, truth_of

__all__ = ["Answer", "Options", "Reward", "ground_truth", "parse_answer", "star_r1_reward", "truth_of"]
