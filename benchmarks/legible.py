"""Can the pictures be read? `make bench`, or `python benchmarks/legible.py`.

Small classifiers (scikit-learn) learn colour, shape, material and size from crops of objects that the centre camera
sees, and are tried on other scenes, from the centre, the left and the right. An object counts where a problem may
change it: where at least 150 of its pixels are visible (at 320x240).
"""

import argparse
import hashlib
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image
from render import CACHE, CAMERAS
from skimage.color import rgb2lab
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from throughput import machine
from tqdm import tqdm

from tvrgen import config, geometry, sampler, worker
from tvrgen.visibility import Eye
from tvrgen.vocabulary import ATTRIBUTES

SETUP = ("seed=11", "cameras.final=[left, center, right]", "sampling.visible=[4, 10]", "splits.train.count=1000000")
SIDE = 24  # pixels of a crop, whatever the object's size
WANTED = {"color": 0.99, "shape": 0.98, "material": 0.98, "size": 0.98}
SEEN = 150  # pixels

Crops = dict[str, np.ndarray]
"""`image` (N, SIDE, SIDE, 3) uint8, `mask` (N, SIDE, SIDE) bool, `size_cues` (N, 4), attributes' values (N,)."""


def crops(renderer: worker.Renderer, settings: config.Config, camera: str, problems: range, folder: Path) -> Crops:
    """Every object that may change in the final pictures of these problems, as one camera sees them."""
    split, found = settings.split("train"), []
    width, height = split.render.width, split.render.height
    for k in tqdm(problems, f"rendering {camera}", leave=False):
        planned, eye = sampler.plan_problem(settings, "train", k), Eye(split.vocabulary)
        view = geometry.view(next(c for c in planned.problem.cameras if c.name == camera), width, height)
        state, path = planned.states[-1], folder / "picture.png"
        renderer.render(state, view, planned.problem.lights, path)
        with Image.open(path) as image:
            picture = np.asarray(image)
        index = eye.index_map(state, view)
        for number, (obj, sight) in enumerate(zip(state.objects, eye.look(state, view), strict=True)):
            if sight.pixels >= SEEN:
                mine = index == number + 1
                cut = _cut(np.where((mine | (index == 0))[..., None], picture, 128), mine, sight.box)
                left, top, right, bottom = sight.box
                depth = geometry.place(obj, split.vocabulary).depth(view)
                cues = (right - left) * depth, (bottom - top) * depth, sight.pixels * depth**2, sight.fraction
                found.append((*cut, cues, *(getattr(obj, attribute) for attribute in ATTRIBUTES)))
    columns = zip(*found, strict=True)
    return {name: np.stack(c) for name, c in zip(("image", "mask", "size_cues", *ATTRIBUTES), columns, strict=True)}


def _cut(picture: np.ndarray, mask: np.ndarray, box: tuple[int, int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """The box of an object, other objects in it painted over, at one size."""
    size = SIDE, SIDE
    image = Image.fromarray(picture.astype(np.uint8)).resize(size, Image.Resampling.BILINEAR, box=box)
    return np.asarray(image), np.asarray(Image.fromarray(mask).resize(size, Image.Resampling.NEAREST, box=box))


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
    """(N, F): the crop in Lab, its mask, and what of the object's own pixels is how bright and how colourful."""
    lab, mask = rgb2lab(seen["image"]) / 100, seen["mask"]
    own = np.where(mask[..., None], lab, np.nan).reshape(len(lab), -1, 3)
    spread = np.nanpercentile(own, (2, 10, 25, 50, 75, 90, 98), axis=1).transpose(1, 0, 2).reshape(len(lab), -1)
    return np.concatenate([lab.reshape(len(lab), -1), mask.reshape(len(lab), -1), 3 * spread], axis=1)


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
    both = {name: (v, v[:, :, ::-1] if name in ("image", "mask") else v) for name, v in seen.items()}
    return {name: np.concatenate(pair) for name, pair in both.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=int, default=600, help="scenes to learn from (default: 600)")
    parser.add_argument("--test", type=int, default=100, help="other scenes, each from three cameras (default: 100)")
    options = parser.parse_args()
    settings = config.load("quickstart", SETUP)
    with tempfile.TemporaryDirectory() as folder:
        renderer = worker.open_renderer(settings, Path(folder) / "log")
        renderer.configure(settings.split("train"))
        look = repr((settings.document, renderer.description, SIDE))

        def seen(camera: str, problems: range) -> Crops:
            return cached(
                lambda: crops(renderer, settings, camera, problems, Path(folder)), repr((look, camera, problems))
            )

        train = mirrored(seen("center", range(options.train)))
        tests = {c: seen(c, range(options.train, options.train + options.test)) for c in CAMERAS}
    print(machine())
    print(f"{len(train['image'])} crops to learn from; to try:", {c: len(test["image"]) for c, test in tests.items()})
    for attribute, wanted in WANTED.items():
        features, model = learn(attribute, train)
        right, mistakes = {}, Counter()
        for camera, test in tests.items():
            guess, truth = model.predict(features(test)), test[attribute]
            right[camera] = float((guess == truth).mean())
            mistakes.update((f"{t} as {g}" for t, g in zip(truth, guess, strict=True) if t != g))
        worst = ", ".join(f"{what} {n}" for what, n in mistakes.most_common(3))
        verdict = "" if min(right.values()) >= wanted else f"  below {wanted:.0%}"
        print(f"{attribute:9}" + "  ".join(f"{c} {r:.1%}" for c, r in right.items()) + f"  ({worst}){verdict}")


if __name__ == "__main__":
    main()
