"""Can the images be read? `make bench`, or `python benchmarks/legible.py`.

Small classifiers (scikit-learn) learn colour, shape and material from crops of objects that the centre camera sees,
and are tried on scenes of another seed, from the centre, the left and the right. An object counts where a problem may
change it: where at least 150 of its pixels are visible (at 320x240); what hides the rest is painted grey. Size is
learned from what a record says, the box and its distance on the ground, as it cannot be told from a crop.
With `--texture`, objects have textures, which are learned as materials are.
Exits with 1 if less is right than it should be.
"""

import argparse
import hashlib
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image
from render import CACHE, CAMERAS, shown
from skimage.color import rgb2lab
from skimage.feature import hog
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from throughput import machine
from tqdm import tqdm

from tvrgen.config import loader
from tvrgen.config.overrides import assignments
from tvrgen.generation import worker
from tvrgen.imaging.renderer import Renderer
from tvrgen.imaging.visibility import Eye
from tvrgen.sampling import sampler
from tvrgen.scene import camera_model
from tvrgen.scene.camera_model import View
from tvrgen.scene.model import Object
from tvrgen.scene.vocabulary import Vocabulary

SETUP = ("cameras.final=[left, center, right]", "sampling.on_stage=[4, 10]", "splits.train.count=1000000")
SEEDS = {"learning": 11, "trying": 12}
SIDE = 24  # pixels of a crop, whatever the object's size
TEXTURE = "vocabulary.attributes={texture: {}}"
WANTED = {"color": 0.99, "shape": 0.98, "material": 0.98, "size": 0.98, "texture": 0.98}
SEEN = 150  # pixels

Crops = dict[str, np.ndarray]
"""`image` (N, SIDE, SIDE, 3) uint8, `size_cues` (N, 4), and each attribute's values (N,)."""


def crops(renderer: Renderer, settings: loader.Config, camera: str, count: int, folder: Path) -> Crops:
    """Every object that may change in the final images of the first problems, as one camera sees them."""
    split, found = settings.split("train"), []
    for k in tqdm(range(count), f"rendering {camera}", leave=False):
        planned, eye = sampler.plan_problem(settings, "train", k), Eye(split.vocabulary)
        shot, path = planned.final(camera), folder / "image.png"
        state = shot.state
        renderer.render(shot, path)
        with Image.open(path) as image:
            pixels = np.asarray(image)
        index = eye.index_map(state, shot.view)
        for number, (obj, sight) in enumerate(zip(state.objects, eye.look(state, shot.view), strict=True)):
            if sight.pixels >= SEEN:
                alone = np.where(np.isin(index, (0, number + 1))[..., None], pixels, 128).astype(np.uint8)
                crop = Image.fromarray(alone).resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=sight.box)
                left, top, right, bottom = sight.box
                depth = _foot(obj, split.vocabulary, shot.view)
                cues = (right - left) * depth, (bottom - top) * depth, sight.pixels * depth**2, sight.fraction
                found.append((np.asarray(crop), cues, *obj.attributes.values()))
    return dict(
        zip(("image", "size_cues", *split.vocabulary.attributes), map(np.stack, zip(*found, strict=True)), strict=True)
    )


def _foot(obj: Object, words: Vocabulary, view: View) -> float:
    """Depth in metres of the point on the ground below an object's centre."""
    stand = camera_model.place(obj, words)
    return float(view.project(np.array([[stand.x, stand.y, 0.0]]))[0, 2])


def cached(make, key: str) -> Crops:
    """What `make` gives, from the cache where the same was made before."""
    path = CACHE / f"crops-{hashlib.sha256(key.encode()).hexdigest()[:16]}.npz"
    if not path.exists():
        CACHE.mkdir(exist_ok=True)
        with open(path.with_suffix(".new"), "wb") as file:
            np.savez_compressed(file, **make())
        path.with_suffix(".new").replace(path)
    with np.load(path) as stored:
        return dict(stored)


def looks(seen: Crops) -> np.ndarray:
    """(N, F): a crop's pixels in Lab, and the directions of its edges."""
    lab = rgb2lab(seen["image"]) / 100
    edges = [hog(lightness, 9, (6, 6), (2, 2)) for lightness in lab[..., 0]]
    return np.concatenate([lab.reshape(len(lab), -1), 2 * np.stack(edges)], axis=1)


def learn(attribute: str, train: Crops):
    """A classifier of one attribute: (features from crops, fitted model)."""
    if attribute == "size":
        return lambda seen: seen["size_cues"], HistGradientBoostingClassifier(random_state=0).fit(
            train["size_cues"], train[attribute]
        )
    model = make_pipeline(StandardScaler(), PCA(200, random_state=0), SVC(C=10))
    return looks, model.fit(looks(train), train[attribute])


def mirrored(seen: Crops) -> Crops:
    """Every crop, and its mirror image."""
    both = {name: (v, v[:, :, ::-1] if name == "image" else v) for name, v in seen.items()}
    return {name: np.concatenate(pair) for name, pair in both.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=int, default=600, help="scenes to learn from (default: 600)")
    parser.add_argument("--test", type=int, default=100, help="other scenes, each from three cameras (default: 100)")
    parser.add_argument("--texture", action="store_true", help="objects have textures")
    parser.add_argument("--samples", type=int, help="samples per pixel (default: as the preset standard has them)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        texture = (TEXTURE,) if options.texture else ()
        few = (f"render.samples={options.samples}", "render.noise_threshold=0") if options.samples else ()
        setup = assignments((*SETUP, *texture, *few))
        learning, trying = (loader.load("quickstart", [*setup, ("seed", seed)]) for seed in SEEDS.values())
        renderer = worker.open_renderer(learning, Path(folder) / "log")
        renderer.configure(learning.split("train"))

        def seen(settings: loader.Config, camera: str, count: int) -> Crops:
            key = shown(settings.document), settings.seed, settings.split("train").render, SIDE, SEEN, camera, count
            return cached(lambda: crops(renderer, settings, camera, count, Path(folder)), repr(key))

        train = mirrored(seen(learning, "center", options.train))
        tests = {camera: seen(trying, camera, options.test) for camera in CAMERAS}
    print(machine())
    print(f"{len(train['image'])} crops to learn from; to try:", {c: len(test["image"]) for c, test in tests.items()})
    enough = True
    for attribute in learning.vocabulary.attributes:
        wanted = WANTED[attribute]
        features, model = learn(attribute, train)
        right, mistakes = [], Counter()
        for camera, test in tests.items():
            guess, truth = model.predict(features(test)), test[attribute]
            share = float((guess == truth).mean())
            right.append(f"{camera} {share:.1%} (± {(share * (1 - share) / len(truth)) ** 0.5:.1%})")
            mistakes.update((f"{t} as {g}" for t, g in zip(truth, guess, strict=True) if t != g))
            enough &= share >= wanted
        worst = ", ".join(f"{what} {n}" for what, n in mistakes.most_common(3))
        print(f"{attribute:9}{'  '.join(right)}; at least {wanted:.0%} wanted; {worst or 'no mistake'}")
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
