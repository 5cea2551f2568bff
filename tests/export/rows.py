"""Reads exports back, without the consumers' own code: each format's questions in one form."""

import ast
import base64
import csv
import json
import tarfile
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from tvrgen.export import FORMATS
from tvrgen.export.reasoning import OBSERVE, SENTENCE

csv.field_size_limit(1 << 30)

TOKENS = {"verl", "easyr1", "vlm-r1", "llamafactory", "openvlthinker", "vision-r1", "ms-swift"}
"""Formats whose prompts have a token for each image."""


TEXTS = ("llamafactory", "openvlthinker", "observe-r1", "video-r1", "spacer")
"""Formats whose rows have the text of the answer alone."""

CORES = ("video-r1", "spacer", "seed-bench-r1", "vad-r1")
"""Formats whose consumers have a prompt of their own, in which rows put the question alone, or nothing."""

IN_WORDS = ("seed-bench-r1", "vad-r1")
"""Formats whose rows have the answer in words of their own, which tests of theirs compare."""


@dataclass
class Row:
    """`truth` is what the reward reads; `images` are files' contents."""

    id: str
    prompt: str
    truth: object
    images: list[bytes]
    whole: dict


def read(name: str, out: Path, split: str = "train") -> list[Row]:
    """The rows of a split, in order."""
    return list(READ[name](out, split))


def tables(pattern):
    def parquet(out, split):
        from pyarrow import parquet

        for path in sorted(out.glob(pattern.format(split=split))):
            yield from parquet.read_table(path).to_pylist()

    return parquet


def _hf(out, split):
    for row in tables("data/{split}-*.parquet")(out, split):
        images = [image["bytes"] for image in row["images"]]
        yield Row(row["id"], row.get("problem") or row["question"], row["ground_truth"], images, row)


def _trl(out, split):
    for row in tables("data/{split}-*.parquet")(out, split):
        (message,) = row["prompt"]
        assert message["role"] == "user"
        yield Row(row["id"], message["content"], row["ground_truth"], [i["bytes"] for i in row["images"]], row)


def _verl(out, split):
    for row in tables("{split}-*.parquet")(out, split):
        (message,) = row["prompt"]
        assert (row["data_source"], message["role"], row["reward_model"]["style"]) == ("tvr", "user", "rule")
        images = [image["bytes"] for image in row["images"]]
        yield Row(row["extra_info"]["id"], message["content"], row["reward_model"]["ground_truth"], images, row)


def _easyr1(out, split):
    assert {path.suffix for path in (out / split).iterdir()} == {".parquet"}
    for row in tables("{split}/*.parquet")(out, split):
        yield Row(row["id"], row["problem"], row["answer"], [i["bytes"] for i in row["images"]], row)


def _json_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def _imagefolder(out, split):
    for row in _json_lines(out / split / "metadata.jsonl"):
        images = [(out / split / path).read_bytes() for path in row["images_file_names"]]
        yield Row(row["id"], row["problem"], row["ground_truth"], images, row)


def _webdataset(out, split):
    for path in sorted(out.glob(f"tvr-{split}-*.tar")):
        with tarfile.open(path) as tar:
            for key, group in groupby(tar.getmembers(), key=lambda member: member.name.split(".", 1)[0]):
                files = {member.name.split(".", 1)[1]: tar.extractfile(member).read() for member in group}
                row = json.loads(files["json"])
                *images, last = files
                pair = ["initial.png", "final.png"]
                assert images == ([f"image{k + 1}.png" for k in range(len(images))] if "family" in row else pair)
                assert (last, key) == ("json", row["id"])
                yield Row(row["id"], row["problem"], row["ground_truth"], [files[name] for name in images], row)


def _vlm_r1(out, split):
    for row in _json_lines(out / f"{split}.jsonl"):
        human, gpt = row["conversations"]
        assert gpt["from"] == "gpt"
        yield Row(row["id"], human["value"], row["ground_truth"], [(out / p).read_bytes() for p in row["image"]], row)


def _llamafactory(out, split):
    info = json.loads((out / "dataset_info.json").read_text())[f"tvr_{split}"]
    for row in json.loads((out / info["file_name"]).read_text()):
        user, assistant = row["messages"]
        answer = assistant["content"].split("<answer>")[1].removesuffix("</answer>")
        yield Row(row["id"], user["content"], answer, [(out / p).read_bytes() for p in row["images"]], row)


def _openvlthinker(out, split):
    info = json.loads((out / "sft/dataset_info.json").read_text())[f"tvr_{split}"]
    for row in json.loads((out / "sft" / info["file_name"]).read_text()):
        user, assistant = row["messages"]
        answer = assistant["content"].split("<answer>")[1].removesuffix("</answer>")
        images = [(out / "sft" / p).read_bytes() for p in row["images"]]
        yield Row(row["id"], _unasked(user["content"], SENTENCE), answer, images, row)
    for stage in ("grpo-medium", "grpo-hard"):
        for row in tables(f"{stage}/{{split}}/*.parquet")(out, split):
            images = [image["bytes"] for image in row["images"]]
            yield Row(row["id"], _unasked(row["problem"], SENTENCE), row["answer"], images, row)


def _vision_r1(out, split):
    """The rows for reinforcement learning, which the cold start has too."""
    rows = json.loads((out / f"cold_start/{split}.json").read_text())
    for cold, row in zip(rows, tables("rl/{split}/*.parquet")(out, split), strict=True):
        human, gpt = cold["conversations"]
        assert (human["from"], gpt["from"], cold["id"]) == ("human", "gpt", row["id"])
        assert gpt["value"] == f"<think>{row['rationale']}</think><answer>{row['answer']}</answer>"
        images = [(out / "cold_start" / p).read_bytes() for p in cold["image"]]
        assert images == [image["bytes"] for image in row["images"]]
        assert human["value"] == row["problem"]
        yield Row(row["id"], row["problem"], row["ground_truth"], images, row)


def _observe_r1(out, split):
    for row in _json_lines(out / f"{split}.jsonl"):
        (message,) = json.loads(row["message"])
        *images, text = message["content"]
        assert {image["type"] for image in images} == {"image"}
        files = [Path(image["image"].removeprefix("file://")).read_bytes() for image in images]
        yield Row(row["id"], _unasked(text["text"], OBSERVE), row["answer"], files, row)


def _unasked(prompt, reasoning):
    """A prompt without the request for a layout of responses at its end."""
    assert prompt.endswith(f"\n{reasoning.asks}")
    return prompt.removesuffix(f"\n{reasoning.asks}")


def _video_r1(out, split):
    for row in _json_lines(out / f"{split}.jsonl"):
        image = (out / row["path"]).read_bytes()
        answer = row["solution"].removeprefix("<answer>").removesuffix("</answer>")
        yield Row(row["problem_id"], row["problem"].split(" If you draw")[0].strip(), answer, [image], row)


def _seed_bench_r1(out, split):
    (path,) = (path for path in out.glob("*.jsonl") if path.stem.endswith(f"_{split}"))
    for row in _json_lines(path):
        image = out / "EgoPlan/images" / row["video_source"] / row["current_observation_basename"]
        yield Row(row["sample_id"], row["question"], row["answer"], [image.read_bytes()], row)


def _vad_r1(out, split):
    for row in _json_lines(out / f"Vad-Reasoning-SFT-{split}.jsonl"):
        assert Path(row["path"]).is_file()
        yield Row(f"{row['video']}-center", "", row["answer"], [], row)


def _ms_swift(out, split):
    for row in _json_lines(out / f"{split}.jsonl"):
        (message,) = row["messages"]
        assert not {"objects", "label", "options", "channel"} & row.keys()
        assert all(Path(p).is_absolute() for p in row["images"])
        images = [Path(p).read_bytes() for p in row["images"]]
        yield Row(row["tvr_id"], message["content"], row["solution"], images, row)


def _vlmevalkit(out, split):
    with open(out / f"{split}.tsv", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            images = [base64.b64decode(text) for text in ast.literal_eval(row["image"])]
            assert len({*ast.literal_eval(row["image_path"])}) == len(images)
            yield Row(row["id"], row["question"], row["ground_truth"], images, row)


def _reasoning_gym(out, split):
    for row in _json_lines(out / f"{split}.jsonl"):
        told = row["metadata"]
        images = [(out / p).read_bytes() for p in told["images"]]
        yield Row(told["id"], row["question"], told["ground_truth"], images, row)


def _verifiers(out, split):
    for row in _json_lines(out / f"{split}.jsonl"):
        images = [(out / p).read_bytes() for p in row["images"]]
        yield Row(row["id"], row["problem"], row["ground_truth"], images, row)


def _nemo_gym(out, split):
    for row in _json_lines(out / f"{split}.jsonl"):
        (message,) = row["responses_create_params"]["input"]
        *images, text = message["content"]
        assert {*(image["type"] for image in images), text["type"]} == {"input_image", "input_text"}
        images = [base64.b64decode(image["image_url"].split(",")[1]) for image in images]
        yield Row(row["id"], text["text"], row["ground_truth"], images, row)


def _seal(out, split):
    """Its answers have a # before each number."""
    for row in _json_lines(out / f"{split}.jsonl"):
        yield Row(row["id"], row["problem"], row["answer"].replace("#", ""), [], row)


def _svqa_r1(out, split):
    """Two rows of each of its own: the question and its twin."""
    for row in tables("data/{split}-*.parquet")(out, split):
        for id_, end in ((row["pair_id"], ""), (row["id_flipped"], "_flipped")):
            asks = row[f"messages{end}"][0]["content"]
            images = [image["bytes"] for image in row[f"images{end}"]]
            yield Row(id_, asks[-1]["text"], row[f"ground_truth{end}"], images, row)


def _reason_rft(out, split):
    for row in json.loads((out / f"{split}.json").read_text()):
        images = [(out / p).read_bytes() for p in row["image"]]
        yield Row(row["id"], row["problem"], row["solution"], images, row)


def _trance(out, split):
    """A row for each final image of each record; `behind` and `front` as they are in tvrgen."""
    names = {"Camera_Center": "center", "Camera_Left": "left", "Camera_Right": "right"}
    for line in _json_lines(out / "data.jsonl"):
        if line["split"] != split:
            continue
        first, last = line["states"][0], line["states"][-1]
        changes = [
            {
                "index": step["obj_idx"],
                "attribute": step["attr"],
                "value": _ours(step["attr"], step["val"]),
                "accepted": [_ours(step["attr"], option) for option in step["options"]],
            }
            for step in line["transformations"]
        ]
        (initial,) = first["images"].values()
        for camera, name in last["images"].items():
            scene = name.split("-final")[0]
            images = [(out / "image" / n).read_bytes() for n in (initial, name)]
            yield Row(f"{scene}-{names[camera]}", "", changes, images, line)


def _ours(kind, value):
    if kind != "position":
        return value
    words = {"front": "behind", "behind": "front"}
    return "_".join(words.get(word, word) for word in value[0].split("-")) + f".{value[1]}"


READ = {
    "hf": _hf,
    "imagefolder": _imagefolder,
    "webdataset": _webdataset,
    "trl": _trl,
    "verl": _verl,
    "easyr1": _easyr1,
    "vlm-r1": _vlm_r1,
    "llamafactory": _llamafactory,
    "openvlthinker": _openvlthinker,
    "vision-r1": _vision_r1,
    "observe-r1": _observe_r1,
    "ms-swift": _ms_swift,
    "vlmevalkit": _vlmevalkit,
    "lmms-eval": _hf,
    "reasoning-gym": _reasoning_gym,
    "verifiers": _verifiers,
    "nemo-gym": _nemo_gym,
    "reason-rft": _reason_rft,
    "trance": _trance,
    "seal": _seal,
    "svqa-r1": _svqa_r1,
    "vision-zero": _verifiers,
    "video-r1": _video_r1,
    "spacer": _video_r1,
    "seed-bench-r1": _seed_bench_r1,
    "vad-r1": _vad_r1,
}
assert READ.keys() == FORMATS.keys()
