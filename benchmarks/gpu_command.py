"""The plain command `tvrgen generate`, as a user types it: a part of `gpu.py`."""

import json
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from gpu_workers import CONFIG, SPLIT
from workers import at_work

ROOT = Path(__file__).parent.parent
LONGEST = 45.0  # seconds of the command
STOPPING = 10.0  # seconds for it to end after Ctrl-C


def command(problems: int, overrides: list[str], left: float) -> dict[str, Any]:
    """Figures of `tvrgen generate` for these problems: workers, images per second while all of them work, and seconds
    from the command to the first image. It is stopped after LONGEST seconds, or when no time is left; finished shards
    count.
    """
    seconds = max(0.0, min(LONGEST, left - STOPPING))
    own = [f"splits.{SPLIT}.count={problems}", f"output.shard_size={max(1, problems // 120)}", *overrides]
    with tempfile.TemporaryDirectory() as folder:
        line = [sys.executable, "-m", "tvrgen", "generate", CONFIG, "--split", SPLIT, "--out", f"{folder}/out"]
        start, errors = time.time(), Path(folder) / "errors"
        with open(errors, "w", encoding="utf-8") as file:
            running = subprocess.Popen(
                [*line, "--log-json", *(f"--set={override}" for override in own)],
                stdout=subprocess.PIPE, stderr=file, encoding="utf-8", cwd=ROOT,
            )  # fmt: skip
            timers = [threading.Timer(seconds, running.send_signal, [signal.SIGINT])]
            timers.append(threading.Timer(seconds + STOPPING, running.kill))
            for timer in timers:
                timer.start()
            try:
                events = [json.loads(text) for text in running.stdout or ()]
                code = running.wait()
            finally:
                for timer in timers:
                    timer.cancel()
                running.kill()
        said = errors.read_text(encoding="utf-8").splitlines()
    result: dict[str, Any] = {"command": " ".join(["tvrgen", *line[3:5], *own]), "exit_code": code}
    result |= {"workers": [event for event in events if event["event"] == "workers"]}
    shards = [event for event in events if event["event"] == "shard"]
    if not shards:
        return result | {"failed": said[-1] if said else "no shard was made in time"}
    images, first = at_work(shards)
    return result | {
        "images_a_second": round(images, 2),
        "first_s": round(first - start, 2),
        "images": sum(event["images"] for event in shards),
        "processes": len({event["pid"] for event in shards}),
        "devices": sorted({device for event in shards for device in event.get("devices", ())}),
        "worker_mb": max(event.get("memory", 0) for event in shards),
    }
