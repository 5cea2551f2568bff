"""Fuzzing of the adapters: `make fuzz`, or `python -m tests.scoring.adapters.fuzz --count 100000`.

Every adapter gets random responses of any type: broken answers, repeated pieces, nested data, messages, no text at all.
Each has a finite reward within its bounds, and none takes long. Consumers that are not installed have stand-ins.
"""

import argparse
import json
import logging
import math
import random
import tempfile
import time
from pathlib import Path

from tests.questions.forms.pieces import pieces
from tests.scoring.adapters.data import BEST, CALLS, CHANGES, RIGHT, TRUTH, by_reasoning_gym
from tvrgen.scoring.adapters import vlmevalkit

LOOKS = [["large", "red", "metal", "cube"], ["small", "gray", "rubber", "cube"], ["small", "gray", "metal", "ball"]]
TRUTHS = [TRUTH, json.dumps({"changes": CHANGES, "looks": LOOKS * 2})]
PIECES = pieces()
ANSWERS = [
    "2.color.cyan, 4.position.front.2",
    "change_color(2, 'cyan'), change_position(4, 'front_2')",
    '[{"index": 2, "attribute": "color", "value": "cyan"}, {"index": 4, "attribute": "position", "value": "front.1"}]',
    "[(2, 'color', 'cyan'), (4, 'position', 'front.1')]",
    "| object | attribute | value |\n|---|---|---|\n| 2 | color | cyan |\n| 4 | position | front.1 |",
    "- small gray ball.color.cyan\n- Object 4: position changed from left to front 1",
    "no change",
]
LIMIT = 2.0
"""Most seconds of CPU time for one response of at most some 10 KB, and for a file of 1,000."""


def text(rng: random.Random) -> str:
    """A response that is text: an answer, changed at random, or pieces, each of them repeated."""
    said = rng.choice(ANSWERS)
    for _ in range(rng.choice((0, 1, 1, 2, 5))):
        at = rng.randrange(len(said) + 1)
        piece = rng.choice(PIECES) * rng.choice((0, 1, 1, 1, 2, 9, 40))
        said = said[:at] + piece + said[at + rng.choice((0, 0, 1, 4)) :]
    if rng.random() < 0.2:
        said = "".join(rng.choice(PIECES) for _ in range(rng.randrange(30)))
    if rng.random() < 0.02:
        said = rng.choice("[{(") * rng.randrange(2000) + said
    form = rng.choice(
        ("<think>a</think><answer>{}</answer>", "<answer>{}</answer>", "{}", "<think>{}</think>{}<|im_end|>")
    )
    return form.replace("{}", said)[:10_000]


def response(rng: random.Random, depth: int = 0) -> object:
    """A response of any type."""
    kind = rng.randrange(10 + 8 * (depth > 0)) if depth < 4 else 0
    if kind == 10:
        return rng.choice((None, True, 3, -1.5, math.nan, math.inf, 10**400, b"<answer>", object(), {1}, range(3), ...))
    if kind == 11:
        return rng.choice(({"role": "assistant"}, [], {}, (), [[]], [None], {"content": None}))
    if kind == 12:
        itself: list[object] = []
        itself.append({"content": itself})
        return itself
    if kind in (13, 14):
        return {rng.choice(("content", "text", "role", 7)): response(rng, depth + 1)}
    if kind >= 15:
        return [response(rng, depth + 1) for _ in range(rng.randrange(4))]
    return text(rng)


def fuzz(name: str, count: int, seed: int) -> str:
    """Gives `count` responses to an adapter; returns a line about them. Raises AssertionError for a wrong reward."""
    rng = random.Random(f"{name} {seed}")
    call = {**CALLS, "reasoning-gym": by_reasoning_gym}[name]
    call(RIGHT)
    best = 1.0 if name == "reasoning-gym" else BEST
    right, slowest, begun = 0, (0.0, ""), time.monotonic()
    for k in range(count):
        said = response(rng, depth=k % 3 and 1)
        start = time.process_time()
        reward = call(said, rng.choice(TRUTHS))
        spent = time.process_time() - start
        assert isinstance(reward, float), (reward, said)
        assert -math.inf < reward <= best, (reward, said)
        assert spent < LIMIT, (spent, said)
        right += reward == best
        slowest = max(slowest, (spent, repr(said)[:60]))
    return f"{right} right, {time.monotonic() - begun:.0f} s, slowest {1000 * slowest[0]:.1f} ms: {slowest[1]}"


def fuzz_vlmevalkit(count: int, seed: int) -> str:
    """Gives `count` responses to VLMEvalKit's scorer, in files of 1,000 rows."""
    rng, begun, means = random.Random(f"vlmevalkit {seed}"), time.monotonic(), []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "result.json"
        for _ in range(0, count, 1000):
            said = [text(rng) if rng.random() < 0.9 else rng.choice((None, 3, math.nan, [], {})) for _ in range(1000)]
            path.write_text(json.dumps([{"prediction": own, "ground_truth": rng.choice(TRUTHS)} for own in said]))
            start = time.process_time()
            means.append(vlmevalkit.score(path))
            assert time.process_time() - start < LIMIT + 1
            assert all(math.isfinite(mean) for mean in means[-1].values()), means[-1]
    return f"{sum(mean['tacc'] for mean in means) / len(means):.1%} right, {time.monotonic() - begun:.0f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000, help="responses to each adapter (default: 100000)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    logging.getLogger("tvrgen").setLevel(logging.ERROR)  # warnings of rows without a prediction
    for name in (*CALLS, "reasoning-gym"):
        print(f"{name:<14} {options.count} responses: {fuzz(name, options.count, options.seed)}", flush=True)
    print(f"{'vlmevalkit':<14} {options.count} responses: {fuzz_vlmevalkit(options.count, options.seed)}")


if __name__ == "__main__":
    main()
