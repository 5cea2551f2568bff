"""Faults of clips: a video has the frames that its scene line says."""

import importlib.util
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tvrgen._support import limits, plain_files
from tvrgen._support.json_lines import Record
from tvrgen.config.settings import Split
from tvrgen.imaging import video


def clip_faults(line: Record, base: Path, split: Split) -> Iterator[str]:
    """Faults of the video of a scene line, below the folder `base`. Without PyAV it is not decoded."""
    name = line.get("clip", {}).get("file")
    if not name or not (base / name).is_file() or importlib.util.find_spec("av") is None:
        return
    path, due, count = base / name, line["clip"]["count"], 0
    width, height = split.render.width, split.render.height
    try:
        with plain_files.opened(path, limits.IMAGE) as file:
            for pixels in islice(video.read(file, str(path)), due + 1):
                count += 1
                if pixels.shape[:2] != (height, width):  # no more of them is decoded: they may be huge
                    yield f"{path}: has a frame of {pixels.shape[1]}x{pixels.shape[0]}, not {width}x{height}"
                    return
    except OSError as error:
        yield f"{path}: cannot be read as a video: {error}"
        return
    if count != due:
        yield f"{path}: has {'more' if count > due else count} frames; the scene line says {due}"
