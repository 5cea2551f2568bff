"""Scoring speed, and what blind baselines score on ready configs: `python benchmarks/scoring.py`, about two minutes.

Each split of each ready config is planned, not rendered, and answered without looking (tvrgen.scoring.baselines).
"""

import argparse
import json
import time
from itertools import islice

from throughput import machine

from tvrgen._support import resources
from tvrgen.config import loader
from tvrgen.dataset import records
from tvrgen.dataset.images import image_files
from tvrgen.sampling import sampler
from tvrgen.scoring import Options, ground_truth, star_r1_reward
from tvrgen.scoring.baselines import baseline
from tvrgen.scoring.evaluation import score
from tvrgen.scoring.metrics import metrics
from tvrgen.scoring.options import BASELINES

RESPONSE = "<think>" + "word " * 200 + "</think><answer>2.color.cyan, 4.position.front.2, 3.shape.cube</answer>"


def questions(config, split, count):
    """(question, scene, split) of the first problems."""
    for index in range(min(count, split.count)):
        planned = sampler.plan_problem(config, split.name, index)
        images = image_files(planned.problem, planned.shots, split)
        scene = records.scene_line(planned, images, split)
        questions = records.question_lines(planned, images, split, config.seed)
        yield from ((question, scene, split) for question in questions)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--problems", type=int, default=400, help="of each split (default: 400)")
    count = parser.parse_args().problems
    print(machine(), flush=True)

    config = loader.load("trance_view")
    truths = [json.dumps(ground_truth(q)) for q, _, _ in islice(questions(config, config.split("train"), 200), 200)]
    rounds = []
    for _ in range(5):
        start = time.perf_counter()
        for k in range(20_000):
            star_r1_reward(RESPONSE, truths[k % len(truths)])
        rounds.append(20_000 / (time.perf_counter() - start))
    print(f"{sorted(rounds)[2]:,.0f} answers a second (STAR-R1's reward, one process, answers of three changes)")

    print(f"\n{'TAcc, mean reward':<46}" + "".join(f"{name:>22}" for name in BASELINES))
    for name in resources.shipped_configs():
        config = loader.load(name)
        for split in config.splits.values():
            asked = list(questions(config, split, count))
            first = next(iter(config.splits.values()))
            seen = [q for q, _, _ in questions(config, first, count)]
            cells = []
            for shortcut in BASELINES:
                respond = baseline(shortcut, seen)
                whole = metrics(score(q, s, sp, respond(q, s, sp), Options()) for q, s, sp in asked)["all"]["all"]
                cells.append(f"{whole['tacc']['mean']:.1%} {whole['reward']['mean']:>6.2f}".rjust(22))
            print(f"{name + ' ' + split.name:<46}" + "".join(cells), flush=True)


if __name__ == "__main__":
    main()
