"""Every shape, colour and material in every preset on one sheet, to look at: `python benchmarks/looks.py`."""

import argparse
import itertools
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw

from tvrgen.config import loader
from tvrgen.config.settings import PRESETS
from tvrgen.generation import worker
from tvrgen.imaging.shots import Shot
from tvrgen.scene import camera_model
from tvrgen.scene.model import Object, State

PLACES = list(itertools.product((-16, -8, 0, 8, 16), repeat=2))


def state(settings: loader.Config, material: str, size: str) -> State:
    """As many shapes and colours of one material as there are places, in rows."""
    words = settings.vocabulary
    looks = zip(itertools.product(words.shapes, words.colors), PLACES, strict=False)
    return State(
        objects=tuple(
            Object(shape=shape, size=size, color=color, material=material, position=place, rotation=20.0)
            for (shape, color), place in looks
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", nargs="?", default="quickstart", help="whose vocabulary and scene (quickstart)")
    parser.add_argument("--size", help="of the objects (default: the vocabulary's smallest)")
    parser.add_argument("--camera", default="center")
    parser.add_argument("--width", type=int, default=480, help="pixels of an image (default: 480)")
    parser.add_argument("--out", type=Path, default=Path("looks.png"))
    options = parser.parse_args()
    settings = loader.load(options.config)
    words = settings.vocabulary
    size = options.size or min(words.sizes, key=words.sizes.get)
    view = camera_model.view(settings.scene.cameras[options.camera], options.width, options.width * 3 // 4)
    sheet = Image.new("RGB", (view.width * len(words.materials), view.height * len(PRESETS)))
    with tempfile.TemporaryDirectory() as folder:
        renderer, path = worker.open_renderer(settings, Path(folder) / "log"), Path(folder) / "image.png"
        for row, preset in enumerate(PRESETS):
            renderer.configure(next(iter(loader.load(options.config, {"render.preset": preset}).splits.values())))
            for column, material in enumerate(words.materials):
                scene, lights = state(settings, material, size), tuple(settings.scene.lights.values())
                renderer.render(Shot(when="initial", state=scene, view=view, lights=lights), path)
                with Image.open(path) as image:
                    sheet.paste(image, (column * view.width, row * view.height))
                label = column * view.width + 8, row * view.height + 8
                ImageDraw.Draw(sheet).text(label, f"{material}, {preset}", fill="white", stroke_width=1, stroke_fill=0)
    sheet.save(options.out)
    print(f"{options.out}: {size} objects, {', '.join(words.materials)}; {', '.join(PRESETS)}")


if __name__ == "__main__":
    main()
