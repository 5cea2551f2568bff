"""What loaders and scorers of consumers that are not on PyPI do with a row, written out from their public code.

VLM-R1      om-ai-lab/VLM-R1 at 90052f4, src/open-r1-multimodal/src/open_r1/grpo_jsonl.py
Reason-RFT  tanhuajie/Reason-RFT at d0a8070, train/stage_rl and eval/cal_score_benchmarks_for_open_source.py
EasyR1      hiyouga/EasyR1 at b44b311, verl/utils/dataset.py and examples/config.yaml
TRANCE      hughplay/TVR at d6b94b3, src/dataset and src/criterion
"""

import ast
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np

QWEN_TOKENS_A_CHARACTER = 0.29
"""More than Qwen2's vocabulary needs for any shipped prompt (0.284), rationale (0.25) or their like."""


def vlm_r1(row: dict, folder: Path) -> dict:
    """A row as its rewards get it: it takes tags out of the solution and puts others around it."""
    human, answer = (said["value"] for said in row["conversations"])
    kept = {key: value for key, value in row.items() if key not in ("image", "conversations")}
    bare = answer.replace("<answer>", "").replace("</answer>", "").strip()
    return {
        **kept,
        "image_path": [folder / name for name in row["image"]],
        "problem": human.replace("<image>", ""),
        "solution": f"<answer> {bare} </answer>",
    }


def vlm_r1_accuracy(response: str, row: dict) -> float:
    """Its own `accuracy` by the method `all_match`: the texts of the last answers are the same, in small letters."""
    assert row["accu_reward_method"] == "all_match"

    def last(text: str) -> str:
        return (re.findall(r"<answer>(.*?)</answer>", text, re.DOTALL) or [text])[-1].strip().rstrip(".").lower()

    return float(last(response) == last(row["solution"]))


CALL = r"(\w+)\((\w+),\s*'?(\w+)'?\)"


def reason_rft_accuracy(response: str, solution: str) -> float:
    """Its training's reward (task trance), which is its evaluation's score times the share of calls that are new.

    An answer is read on one line. Each call is paid once: whole 1, object or value right 0.5, function alone 0.25.
    """
    found = re.search(r"<answer>(.*?)</answer>", response)
    said = re.findall(CALL, found[1].strip() if found else response)
    true = set(re.findall(CALL, solution))
    if not said or not true:
        return 0.0
    left, open_calls, paid = set(said), set(true), 0.0
    keys = ((lambda c: c, 1), (lambda c: c[:2], 0.5), (lambda c: (c[0], c[2]), 0.5), (lambda c: c[0], 0.25))
    for key, points in keys:
        matched = Counter(map(key, left)) & Counter(map(key, open_calls))
        paid += points * matched.total()
        for one in matched.elements():
            left.remove(next(c for c in left if key(c) == one))
            open_calls.remove(next(c for c in open_calls if key(c) == one))
    return paid / max(len(set(said)), len(true)) * len(set(said)) / len(said)


def easyr1(row: dict, prompt_key: str = "problem", answer_key: str = "answer", image_key: str = "images") -> dict:
    """A row as its trainer gets it: parts of a message, and the truth that rewards read."""
    texts = row[prompt_key].split("<image>")
    parts = [part for k, text in enumerate(texts) for part in ([{"type": "image"}] * (k > 0) + [text] * bool(text))]
    assert sum(part == {"type": "image"} for part in parts) == len(row[image_key])
    return {"parts": parts, "ground_truth": row[answer_key]}


class Trance:
    """Its `Vectorizer`, with which datasets and evaluators number what a record says."""

    END, PADDING, STEPS = 10, 11, 4  # of objects: ten of them, so that 10 and 11 are free

    def __init__(self, out: Path) -> None:
        self.values, self.told = (json.loads((out / name).read_text()) for name in ("values.json", "properties.json"))
        unit = self.told["coordinate"]["unit"]
        self.lengths = {name: value / unit for name, value in self.told["coordinate"].items()}
        self.pairs = [
            f"{kind}.{value}" if kind != "position" else f"position.{value}.{step}"
            for kind, own in sorted(self.values.items())
            for value in (own if kind != "position" else own["direction"])
            for step in (own["step"] if kind == "position" else [""])
        ]

    def pair(self, kind: str, value) -> int:
        return self.pairs.index(f"position.{value[0]}.{value[1]}" if kind == "position" else f"{kind}.{value}")

    def matrix(self, objects: list[dict]) -> np.ndarray:
        """A row for each object: its place in [0, 1], then its looks, one-hot."""
        low, high = self.lengths["x_min"], self.lengths["x_max"]
        looks = [(name, self.values[name]) for name in ("material", "color", "shape", "size")]
        return np.array(
            [
                [(p - low) / (high - low) for p in o["position"]] + [v == o[name] for name, own in looks for v in own]
                for o in objects
            ],
            np.float32,
        )

    def targets(self, steps: list[dict]) -> tuple[np.ndarray, np.ndarray]:
        """The numbers of objects and pairs, then one that ends them; fails without a step, and with five."""
        objects, pairs = np.full(self.STEPS + 1, self.PADDING), np.full(self.STEPS + 1, len(self.pairs) + 1)
        for k, step in enumerate(steps):
            assert step["obj_idx"] < self.END
            objects[k], pairs[k] = step["obj_idx"], self.pair(step["attr"], step["val"])
            assert self.pair(step["attr"], step["val"]) in [self.pair(step["attr"], o) for o in step["options"]]
        objects[k + 1], pairs[k + 1] = self.END, len(self.pairs)
        return objects, pairs

    def correct(self, sample: dict, steps: list[tuple[int, str, object]]) -> bool:
        """Its evaluator's `loose_correct`: these steps lead to the final state, of which places count only on stage."""
        objects = [dict(o) for o in sample["states"][0]["objects"]]
        for index, kind, value in steps:
            if kind == "position":
                vector = self.told["position"]["direction"][value[0]]
                length = self.lengths["step"] * value[1]
                before = objects[index]["position"]
                objects[index]["position"] = [p + length * v for p, v in zip(before, vector, strict=True)]
            else:
                objects[index][kind] = value
        return all(self._alike(o, true) for o, true in zip(objects, sample["states"][-1]["objects"], strict=True))

    def _alike(self, one: dict, true: dict) -> bool:
        if any(one[name] != true[name] for name in ("shape", "size", "color", "material")):
            return False
        if not self._on_stage(true["position"]):
            return not self._on_stage(one["position"])
        return np.allclose(one["position"], true["position"], atol=1e-3)

    def _on_stage(self, place: list[float]) -> bool:
        return all(
            self.lengths[f"vis_{axis}_min"] <= p <= self.lengths[f"vis_{axis}_max"]
            for axis, p in zip("xy", place, strict=True)
        )


FINAL_VIEWS = {
    "Basic": ["Camera_Center"],
    "Event": ["Camera_Center"],
    "View": ["Camera_Center", "Camera_Left", "Camera_Right"],
}


def trance(out: Path, split: str, level: str) -> list[dict]:
    """The samples of `level(data_file=out/data.h5, split=split)`, whose arrays are of equal shapes, to be batched."""
    import h5py

    own, samples = Trance(out), []
    with h5py.File(out / "data.h5", "r") as file:
        group = file[split]
        keys = ast.literal_eval(group["basic_keys" if level == "Basic" else "keys"][()].decode())
        for key in keys:
            record = json.loads(group["data"][key][()])
            first, last = record["states"][0], record["states"][-1]
            for view in FINAL_VIEWS[level]:
                names = first["images"]["Camera_Center"], last["images"][view]
                images = [group["image"][name][..., :3] for name in names]
                objects, pairs = own.targets(record["transformations"])
                parts = [*images, own.matrix(first["objects"]), own.matrix(last["objects"]), objects, pairs]
                samples.append({"record": record, "arrays": parts})
    for arrays in zip(*(sample["arrays"] for sample in samples), strict=True):
        np.stack(arrays)  # as its loader makes a batch
    return samples
