"""Pictures: what changes in them and what does not, colours, devices, memory."""

import dataclasses
import itertools
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from tests.tiny import ROOT, load, with_object
from tvrgen._support.rng import generator
from tvrgen.errors import UserError
from tvrgen.imaging.shots import Shot
from tvrgen.imaging.visibility import Eye
from tvrgen.sampling import sampler
from tvrgen.scene import camera_model, mesh
from tvrgen.scene.model import Camera, Object, State

pytestmark = pytest.mark.blender

SHAPES = tuple(load().vocabulary.shapes)


def open_renderer(config, folder):
    from tvrgen.imaging.blender.renderer import Renderer

    renderer = Renderer(config.scene, config.vocabulary, folder / "log")
    renderer.configure(next(iter(config.splits.values())))
    return renderer


def take(renderer, state, camera, lights, path, width=80, height=60) -> np.ndarray:
    """(H, W, 3) int16 of a picture just rendered."""
    view = camera_model.view(camera, width, height)
    renderer.render(Shot(when="initial", state=state, view=view, lights=lights), path)
    with Image.open(path) as image:
        assert image.mode == "RGB"
        return np.asarray(image).astype(np.int16)


def one(shape="sphere", color="red", material="rubber", position=(0, 0), size="large") -> State:
    return State(
        objects=(Object(shape=shape, size=size, color=color, material=material, position=position, rotation=20.0),)
    )


@pytest.mark.parametrize("index", range(4))
def test_pictures_differ_where_and_only_where_something_changed(index, tmp_path):
    config = load("render.width=160", "render.height=120", "render.samples=16", "cameras.final=[center]")
    planned = sampler.plan_problem(config, "train", index)
    camera, lights = planned.problem.cameras[0], planned.problem.lights
    renderer = open_renderer(config, tmp_path)
    before, after = (
        take(renderer, s, camera, lights, tmp_path / f"{k}.png", 160, 120)
        for k, s in enumerate((planned.states[0], planned.states[-1]))
    )
    difference = np.abs(before - after).mean(axis=2)
    # the boxes of what changed, and a wide berth around everything that stands anywhere near
    near = np.zeros(difference.shape, bool)
    inside = {s.object: [] for s in planned.problem.steps}
    for sights in (planned.initial.seen, planned.final("center").seen):
        for k, means in inside.items():
            if box := sights[k].box:
                left, top, right, bottom = box
                means.append(difference[top:bottom, left:right].mean())
                near[max(0, top - 25) : bottom + 25, max(0, left - 40) : right + 40] = True
    far = difference[~near]
    weakest = min(max(means) for means in inside.values())
    assert weakest > 6, inside
    assert far.mean() < 1.5
    assert weakest > 6 * far.mean()


def test_a_state_without_change_gives_the_same_picture(tmp_path):
    config = load("render.denoise=false")
    renderer = open_renderer(config, tmp_path)
    camera, lights = config.scene.cameras["center"], tuple(config.scene.lights.values())
    first = take(renderer, one(), camera, lights, tmp_path / "a.png")
    take(renderer, one("cube", "cyan", "glass"), config.scene.cameras["left"], lights, tmp_path / "b.png")
    again = take(renderer, one(), camera, lights, tmp_path / "c.png")
    np.testing.assert_array_equal(first, again)


def test_an_object_off_stage_is_in_no_picture(tmp_path):
    config = load("render.denoise=false")
    renderer = open_renderer(config, tmp_path)
    camera, lights = config.scene.cameras["center"], tuple(config.scene.lights.values())
    with_it = take(renderer, one(position=(25, 0)), camera, lights, tmp_path / "a.png")
    without = take(renderer, State(objects=()), camera, lights, tmp_path / "b.png")
    np.testing.assert_array_equal(with_it, without)
    assert np.abs(take(renderer, one(), camera, lights, tmp_path / "c.png") - without).max() > 50


def test_colours_arrive_as_they_are_named(tmp_path):
    """The hue of a rubber sphere is its colour's: linearised once, shown by the Standard transform."""
    config = load("render.samples=16")
    renderer = open_renderer(config, tmp_path)
    camera, lights = config.scene.cameras["center"], tuple(config.scene.lights.values())
    mask = Eye(config.vocabulary).index_map(one(), camera_model.view(camera, 80, 60)) == 1
    hues = {name: _hue(rgb) for name, rgb in config.vocabulary.colors.items()}
    for name in hues:
        picture = take(renderer, one(color=name), camera, lights, tmp_path / f"{name}.png")
        seen = _hue(picture[mask].mean(axis=0))
        distances = {other: np.linalg.norm(seen - hue) for other, hue in hues.items()}
        assert min(distances, key=distances.get) == name, (seen, distances)


def test_the_world_is_shown_in_its_own_colour(tmp_path):
    """Another view transform than Standard, a look or an exposure would show sRGB bytes as others."""
    config = load("render.denoise=false", "scene.world.strength=1", "scene.world.color=[200,120,40]")
    renderer = open_renderer(config, tmp_path)
    upwards = Camera(name="upwards", location=(0, 0, 5), look_at=(-10, 0, 11))
    picture = take(renderer, State(objects=()), upwards, (), tmp_path / "a.png")
    assert np.abs(picture - [200, 120, 40]).max() <= 2


def test_lamps_stand_where_the_problem_says(tmp_path):
    config = load("render.denoise=false", "render.samples=16")
    renderer = open_renderer(config, tmp_path)
    camera, lights = config.scene.cameras["center"], tuple(config.scene.lights.values())
    for k, light in enumerate(lights):
        moved = dataclasses.replace(light, location=(-light.location[0], -light.location[1], light.location[2]))
        others = (*lights[:k], moved, *lights[k + 1 :])
        here, there, again = (
            take(renderer, one(), camera, lamps, tmp_path / "p.png") for lamps in (lights, others, lights)
        )
        np.testing.assert_array_equal(here, again)
        assert np.abs(here - there).mean() > 0.3, light.name


def test_hardly_a_pixel_is_blown_out_or_black(tmp_path):
    """Every shape in every colour and material, closely packed, so that they mirror one another."""
    config = load("render.samples=16")
    words, lights = config.vocabulary, tuple(config.scene.lights.values())
    renderer = open_renderer(config, tmp_path)
    looks = list(itertools.product(words.shapes, words.colors))
    places = list(itertools.product(range(-16, 17, 8), repeat=2))
    pixels = []
    for material in words.materials:
        objects = [
            Object(shape=shape, size="medium", color=color, material=material, position=position, rotation=20.0)
            for (shape, color), position in zip(looks, places, strict=False)
        ]
        state = State(objects=tuple(objects))
        picture = take(renderer, state, config.scene.cameras["center"], lights, tmp_path / "p.png", 160, 120)
        seen = Eye(words).index_map(state, camera_model.view(config.scene.cameras["center"], 160, 120)) > 0
        pixels.append(picture[seen])
    pixels = np.concatenate(pixels)
    assert (pixels >= 254).all(axis=1).mean() < 0.003
    assert (pixels <= 8).all(axis=1).mean() < 0.002  # dark metal mirrors the dark line


def test_no_pixel_stands_out_and_the_ground_is_smooth(tmp_path):
    """As a dataset has them by default: no fireflies in metal and glass; the ground in steps of a level."""
    config = load("render.samples=16", "scene.stage_line={color: [62, 62, 62], width: 0}")
    renderer, camera = open_renderer(config, tmp_path), config.scene.cameras["left"]
    lights, looks = tuple(config.scene.lights.values()), itertools.cycle(itertools.product(SHAPES, ("metal", "glass")))
    places, colors = itertools.product(range(-15, 16, 10), repeat=2), itertools.cycle(config.vocabulary.colors)
    crowd = [one(s, next(colors), m, p, "medium").objects[0] for p, (s, m) in zip(places, looks, strict=False)]
    picture = take(renderer, State(objects=tuple(crowd)), camera, lights, tmp_path / "p.png", 320, 240)
    darkest = picture.min(axis=2)
    around = [np.roll(darkest, shift, (0, 1)) for shift in itertools.product((-1, 0, 1), repeat=2) if any(shift)]
    assert (darkest - np.max(around, axis=0)).max() < 60
    ground = take(renderer, State(objects=()), camera, lights, tmp_path / "p.png", 320, 240)
    for axis in (0, 1):
        assert np.abs(np.diff(ground, axis=axis)).max() <= 2


def test_the_ground_meets_the_world_without_a_horizon(tmp_path):
    """In a picture that is higher than wide, too: brightness changes slowly from the stage to the sky."""
    config = load("render.samples=16")
    renderer = open_renderer(config, tmp_path)
    lights = tuple(config.scene.lights.values())
    for camera in config.scene.cameras.values():
        picture = take(renderer, State(objects=()), camera, lights, tmp_path / "p.png", 64, 256).mean(axis=(1, 2))
        above = picture[:110]  # what lies above the stage
        assert np.abs(np.diff(above)).max() < 4
        assert np.ptp(above) < 25


def test_faces_that_blender_drops_do_no_harm(tmp_path, monkeypatch):
    """A face given twice, and one that names a vertex twice."""
    config = load("render.denoise=false")
    camera, lights = config.scene.cameras["center"], tuple(config.scene.lights.values())
    whole = mesh.load(config.vocabulary.shapes["cube"])
    faces = np.concatenate([[[0, 0, 1]], whole.faces[:1], whole.faces])
    expected = take(open_renderer(config, tmp_path), one("cube"), camera, lights, tmp_path / "a.png")
    monkeypatch.setattr(mesh, "load", lambda shape: mesh.Mesh(whole.vertices, faces))
    seen = take(open_renderer(config, tmp_path), one("cube"), camera, lights, tmp_path / "b.png")
    assert np.abs(seen - expected).mean() < 0.5


def _hue(rgb) -> np.ndarray:
    """sRGB bytes -> linear shares of the three channels."""
    from tvrgen.imaging.blender.materials import linear

    values = np.array(linear(tuple(rgb))[:3])
    return values / values.sum()


def test_srgb_bytes_are_linearised():
    from tvrgen.imaging.blender.materials import linear

    assert linear((0, 255, 188))[:3] == pytest.approx((0, 1, 0.503), abs=1e-3)


@pytest.mark.parametrize("device", ["cuda", "optix", "hip", "oneapi", "metal"])
def test_a_device_that_is_not_there_is_an_error(device, tmp_path):
    from tvrgen.imaging.blender.renderer import Renderer

    config = load(f"render.device={device}")
    renderer = Renderer(config.scene, config.vocabulary, tmp_path / "log")
    if device in renderer.devices():
        pytest.skip(f"this machine has a {device} device")
    with pytest.raises(UserError, match=f"no {device} device on this machine; there is: cpu"):
        renderer.configure(config.split("train"))


class Preferences:
    """Cycles' preferences on a machine with these devices."""

    def __init__(self, devices):
        self.devices, self._found = [], [SimpleNamespace(type=t, name=n, use=None) for t, n in devices]

    def get_device_types(self, context):
        return [(t, t, "", k) for k, t in enumerate(("NONE", "CUDA", "OPTIX", "HIP", "ONEAPI"))]

    def refresh_devices(self):
        self.devices = self._found

    def get_devices_for_type(self, kind):
        return [d for d in self.devices if d.type in (kind, "CPU")]


@pytest.mark.parametrize(
    ("cards", "taken", "used"),
    [
        ([], "cpu", ["CPU"]),
        ([("CUDA", "RTX")], "cuda", ["RTX"]),
        ([("CUDA", "RTX"), ("OPTIX", "RTX"), ("CUDA", "RTX 2"), ("OPTIX", "RTX 2")], "optix", ["RTX", "RTX 2"]),
        ([("HIP", "Radeon"), ("ONEAPI", "Arc")], "hip", ["Radeon"]),
    ],
)
def test_auto_takes_the_fastest_device_that_is_there(cards, taken, used, monkeypatch, tmp_path):
    import bpy

    from tvrgen.imaging.blender import devices

    preferences = Preferences([("CPU", "Xeon"), *cards])
    monkeypatch.setattr(devices, "_preferences", lambda: preferences)
    assert devices.use("auto") == devices.use(taken) == used
    assert [d.name for d in preferences.devices if d.use] == (used if cards else ["Xeon"])
    assert preferences.compute_device_type == devices.GPU_TYPES.get(taken, "NONE")
    assert bpy.context.scene.cycles.device == ("GPU" if cards else "CPU")
    bpy.context.scene.cycles.device = "CPU"
    absent = next(name for name in ("metal",) if name != taken)
    with pytest.raises(UserError, match=f"no {absent} device on this machine; there is: cpu"):
        devices.use(absent)


@pytest.mark.parametrize(("form", "suffix"), [("png", ".png"), ("jpeg", ".jpg"), ("webp", ".webp")])
def test_every_image_format_holds_the_picture(form, suffix, tmp_path):
    camera = load().scene.cameras["center"]
    pictures = {}
    for name, ending in (("png", ".png"), (form, suffix)):
        config = load("render.denoise=false", f"image.format={name}", "image.quality=95")
        path = tmp_path / f"picture{ending}"
        lights = tuple(config.scene.lights.values())
        pictures[name] = take(open_renderer(config, tmp_path), one(), camera, lights, path)
        with Image.open(path) as image:
            assert image.format == name.upper()
    assert np.abs(pictures["png"] - pictures[form]).mean() < (3 if form != "png" else 1e-9)


@pytest.mark.parametrize("width", [64, 2048])
def test_pictures_have_any_size(width, tmp_path):
    config = load("render.samples=1", "render.denoise=false")
    lights = tuple(config.scene.lights.values())
    picture = take(
        open_renderer(config, tmp_path), one(), config.scene.cameras["center"], lights, tmp_path / "p.png", width, 64
    )
    assert picture.shape == (64, width, 3)


def test_adaptive_sampling_is_taken(tmp_path):
    import bpy

    open_renderer(load("render.noise_threshold=0.1"), tmp_path)
    cycles = bpy.context.scene.cycles
    assert cycles.use_adaptive_sampling
    assert cycles.adaptive_threshold == pytest.approx(0.1)
    open_renderer(load("render.noise_threshold=0"), tmp_path)
    assert not bpy.context.scene.cycles.use_adaptive_sampling


def test_a_material_input_that_blender_lacks_is_an_error(tmp_path):
    config = load("vocabulary.materials.rubber.recipe=principled", "vocabulary.materials.rubber.shinyness=1")
    renderer = open_renderer(config, tmp_path)
    with pytest.raises(UserError, match="has no input 'shinyness'"):
        take(renderer, one(), config.scene.cameras["center"], (), tmp_path / "a.png")


def test_the_picture_shows_more_objects_after_fewer(tmp_path):
    """The pool of objects grows and shrinks with the state."""
    config = load()
    renderer = open_renderer(config, tmp_path)
    camera, lights = config.scene.cameras["center"], tuple(config.scene.lights.values())
    few = one(position=(0, -12), size="medium")
    many = State(objects=(*few.objects, *one("cube", "cyan", position=(0, 12), size="medium").objects))
    pictures = [take(renderer, s, camera, lights, tmp_path / "p.png") for s in (few, many, few)]
    assert np.abs(pictures[0] - pictures[1]).max() > 50
    np.testing.assert_allclose(pictures[0], pictures[2], atol=1)
    swapped = with_object(many, 1, shape="sphere", material="metal")
    assert np.abs(take(renderer, swapped, camera, lights, tmp_path / "q.png") - pictures[1]).max() > 20


def still_life(config) -> State:
    """One object of each shape and material, close together."""
    places = [(-6, -6), (6, 0), (-6, 8)]
    looks = zip(config.vocabulary.shapes, config.vocabulary.materials, ("red", "cyan", "yellow"), places, strict=True)
    return State(objects=tuple(one(s, c, m, p, "medium").objects[0] for s, m, c, p in looks))


def shoot(config, folder: Path) -> np.ndarray:
    """The still life from the left, by a renderer of its own."""
    lights = tuple(config.scene.lights.values())
    return take(
        open_renderer(config, folder), still_life(config), config.scene.cameras["left"], lights, folder / "s.png"
    )


@pytest.mark.parametrize(("denoise", "apart"), [("false", 0), ("true", 1)])
@pytest.mark.parametrize("threads", [1, 2])
def test_another_process_and_any_number_of_threads_give_the_same_picture(denoise, apart, threads, tmp_path):
    """Equal to the last bit; the denoiser may differ by one level in some pixels."""
    overrides = [f"render.denoise={denoise}", f"render.threads={threads}"]
    code = "import sys, pathlib; from tests.imaging.blender.test_pictures import load, shoot;"
    code += "folder, *overrides = sys.argv[1:];"
    code += "shoot(load(*overrides), pathlib.Path(folder))"
    subprocess.run([sys.executable, "-c", code, str(tmp_path), *overrides], check=True, cwd=ROOT, timeout=300)
    with Image.open(tmp_path / "s.png") as image:
        theirs = np.asarray(image).astype(np.int16)
    ours = shoot(load(f"render.denoise={denoise}", "render.threads=1"), tmp_path)
    assert np.abs(ours - theirs).max() <= apart


@pytest.mark.parametrize("shape", SHAPES)
def test_colours_and_materials_look_different(shape, tmp_path):
    """CIEDE2000 between mean colours over an object's pixels, from each camera, under lamps moved by jitter: some 2 are
    noticed. Colours keep apart under any two sets of lamps; materials, which highlights tell best, in one picture."""
    from skimage.color import deltaE_ciede2000, rgb2lab

    config = load("render.samples=16")
    words, reach = config.vocabulary, config.scene.jitter.light
    renderer, means = open_renderer(config, tmp_path), {}
    for number, camera in enumerate(config.scene.cameras.values()):
        rng = generator(0, "lamps", number)
        lights = tuple(
            dataclasses.replace(lamp, location=tuple(c + float(rng.uniform(-reach, reach)) for c in lamp.location))
            for lamp in config.scene.lights.values()
        )
        mask = Eye(words).index_map(one(shape), camera_model.view(camera, 80, 60)) == 1
        for look in itertools.product(words.materials, words.colors):
            picture = take(renderer, one(shape, look[1], look[0]), camera, lights, tmp_path / "p.png")
            means.setdefault(look, []).append(rgb2lab(picture[mask].mean(axis=0)[None] / 255)[0])

    def nearest(pairs) -> float:
        return min(float(deltaE_ciede2000(x, y)) for x, y in pairs)

    for material in words.materials:
        for one_color, other in itertools.combinations(words.colors, 2):
            assert nearest(itertools.product(means[material, one_color], means[material, other])) > 10
    for color in words.colors:
        for one_material, other in itertools.combinations(words.materials, 2):
            assert nearest(zip(means[one_material, color], means[other, color], strict=True)) > 1.8


def test_memory_and_pictures_stay_the_same_over_500_scenes(tmp_path):
    import bpy

    config = load("render.width=32", "render.height=32", "render.samples=1", "render.denoise=false")
    words, lights = config.vocabulary, tuple(config.scene.lights.values())
    renderer = open_renderer(config, tmp_path)
    first = take(renderer, still_life(config), config.scene.cameras["left"], lights, tmp_path / "p.png", 32, 32)
    rng = np.random.Generator(np.random.PCG64(0))

    def scene() -> State:
        looks = {
            a: rng.choice(list(t), 6)
            for a, t in (
                ("shape", words.shapes),
                ("size", words.sizes),
                ("color", words.colors),
                ("material", words.materials),
            )
        }
        places = rng.integers(-20, 21, (6, 2))
        return State(
            objects=tuple(
                Object(**{a: str(v[k]) for a, v in looks.items()}, position=tuple(map(int, places[k])), rotation=0.0)
                for k in range(6)
            )
        )

    def blocks() -> int:
        return sum(len(getattr(bpy.data, c)) for c in ("meshes", "materials", "objects", "lights", "images", "cameras"))

    resident, held = [], []
    for k in range(500):
        take(renderer, scene(), config.scene.cameras["center"], lights, tmp_path / "p.png", 32, 32)
        if k % 50 == 49:
            resident.append(int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20)
            held.append(blocks())
    last = take(renderer, still_life(config), config.scene.cameras["left"], lights, tmp_path / "p.png", 32, 32)
    np.testing.assert_array_equal(first, last)
    assert held[1] == held[-1]
    assert resident[-1] - resident[1] < 15, resident  # megabytes; leaving datablocks behind costs 0.5 a scene


def test_what_blender_keeps_beside_is_scratch(tmp_path):
    """Folders of temporary files: the next run clears those of a killed process (test_scratch)."""
    import bpy

    _renderer = open_renderer(load(), tmp_path)
    assert Path(bpy.app.tempdir).parent.name.startswith("tvrgen-scratch-")
