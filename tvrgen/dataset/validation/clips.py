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
    path, due = base / name, line["clip"]["count"]
    try:
        with plain_files.opened(path, limits.IMAGE) as file:
            frames = islice(video.read(file, str(path)), due + 1)
            sizes = [f"{pixels.shape[1]}x{pixels.shape[0]}" for pixels in frames]
    except OSError as error:
        yield f"{path}: cannot be read as a video: {error}"
        return
    if len(sizes) != due:
        yield f"{path}: has {'more' if len(sizes) > due else len(sizes)} frames; the scene line says {due}"
    elif {*sizes} != {size := f"{split.render.width}x{split.render.height}"}:
        yield f"{path}: is {sizes[0]}, not {size}"
