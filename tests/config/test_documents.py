"""Documents against their schemas: every fault is one line that names the key and what to write."""

import pytest

from tests.config.faults import fault
from tvrgen._support.errors import UserError
from tvrgen.config import documents, loader
from tvrgen.config.overrides import assignments

FAULTS = {
    "sampling: {kinds: []}": "sampling.kinds: has 0 entries; write at least 1",
    "sampling: {kinds: [color, color]}": "sampling.kinds: lists an entry twice",
    "sampling: {only: {colour: [red]}}": "sampling.only.colour: unknown key; did you mean 'color'?",
    "sampling: {steps: 2.0}": "sampling.steps: ",
    "seed: 7.0": "seed: holds 7.0; write a whole number",
    "sampling: {only: {pairs: [{when: {shape: [cube]}}]}}": "sampling.only.pairs[0].then: is missing",
    "sampling: {never: {pairs: [{shape: [cube], colour: [red]}]}}": "sampling.never.pairs[0].colour: unknown key",
    "sampling: {no_change: 1.5}": "sampling.no_change: 1.5 is too large",
    "sampling: {balance: all}": "sampling.balance: unknown value 'all'",
    "cameras: {views: two}": "cameras.views: unknown value 'two'",
    "sampling: {visible: many}": "sampling.visible: ",
    "sampling: {objects: 2.5}": "sampling.objects: ",
    "scene: {cameras: {c: {azimuth: 0, elevation: 90, distance: 9}}}": "c.elevation: 90 is too large; write less than",
    "sampling: {moves: [sideways]}": "sampling.moves[0]: unknown value 'sideways'",
    "sampling: {steps: 0}": "sampling.steps: 0 is too small; write at least 1",
    "render: {with: 3}": "render.with: unknown key; did you mean 'width'?",
    "render: {width: 8}": "render.width: 8 is too small; write at least 32",
    "render: {width: wide}": "render.width: holds 'wide'; write a whole number",
    "render: {samples: 1000000}": "render.samples: 1000000 is too large; write at most 65536",
    "render: {denoise: 1}": "render.denoise: holds 1; write true or false",
    "render: {preset: best}": "render.preset: unknown value 'best' (known: draft, standard, high)",
    "render: {noise_threshold: 2}": "render.noise_threshold: 2 is too large; write at most 1",
    "image: {format: jpg}": "image.format: unknown value 'jpg'",
    "image: {quality: 0}": "image.quality: 0 is too small; write at least 1",
    "output: {intermediate: 1}": "output.intermediate: holds 1; write true or false",
    "render: {device: gpu}": "render.device: unknown value 'gpu'",
    "render: 7": "render: holds 7; write keys and values",
    "seed: -1": "seed: -1 is too small",
    "sead: 1": "sead: unknown key; did you mean 'seed'?",
    "vocabulary: {colors: {pink: [300, 0, 0]}}": "vocabulary.colors.pink[0]: 300 is too large",
    "vocabulary: {colors: {hot pink: [3, 0, 0]}}": "'hot pink' is not a name",
    "vocabulary: {shapes: {cone: cone.ply}}": "vocabulary.shapes.cone: holds 'cone.ply'; write keys and values",
    "vocabulary: {materials: {wood: {recipe: oak}}}": "vocabulary.materials.wood.recipe: unknown value 'oak'",
    "output: {shard_size: 0}": "output.shard_size: 0 is too small",
    "output: {format: zip}": "output.format: unknown value 'zip'",
    "splits: {}": "splits: has 0 entries; write at least 1",
    "splits: {train: {}}": "splits.train.count: is missing",
    "splits: {train: {count: 0}}": "splits.train.count: 0 is too small",
    "splits: {train: {cuont: 1}}": "splits.train.cuont: unknown key; did you mean 'count'?",
    "splits: {'a/b': {count: 1}}": "'a/b' is not a name",
    'splits: {"train\\n": {count: 1}}': "'train\\n' is not a name",
    'vocabulary: {colors: {"pink\\n": [3, 0, 0]}}': "'pink\\n' is not a name",
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_one_line_that_names_its_place(text, tmp_path):
    assert FAULTS[text] in fault(tmp_path, text)


def test_a_colour_as_text_is_answered_with_numbers(tmp_path):
    says = "orange: holds '#ff8c00'; write three numbers from 0 to 255 (sRGB), such as [255, 140, 0]"
    assert says in fault(tmp_path, "vocabulary: {colors: {orange: '#ff8c00'}}")


def numbers(node, path=()):
    """The path of every number in a document, and of the first number of every list of numbers."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from numbers(value, (*path, key))
    elif isinstance(node, list):
        yield from list(numbers(node[0], (*path, 0)))[:1] if node else ()
    elif isinstance(node, int | float) and not isinstance(node, bool):
        yield path


RESOLVED = loader.load("quickstart", {"scene.orbit": {"count": 3, "elevation": 30, "distance": 9}}).document
NUMBERS = [path for path in numbers(RESOLVED) if path != ("image", "quality")]


@pytest.mark.parametrize("value", [".nan", "-.inf", "9" * 400], ids=lambda v: v[:9])
def test_a_number_out_of_range_is_refused_wherever_a_number_stands(value):
    assert len(NUMBERS) > 90
    for path in NUMBERS:
        old = RESOLVED
        for part in path:
            old, whole = old[part], old
        listed = [value, *map(str, whole[1:])] if isinstance(whole, list) else None
        key = ".".join(path[:-1] if listed else path)
        with pytest.raises(UserError) as caught:
            loader.load("quickstart", assignments([f"{key}={'[' + ', '.join(listed) + ']' if listed else value}"]))
        message = str(caught.value)
        assert key.rsplit(".", 1)[-1] in message
        assert "\n" not in message
        assert len(message) < 300


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sampling: {no_change: .nan}", "sampling.no_change: nan is out of range; write a number from -9"),
        ("scene: {world: {strength: .inf}, lights: {}}", "world.strength: inf is out of range"),
        ("vocabulary: {sizes: {large: 0.0001}}", "vocabulary.sizes.large: 0.0001 is too small; write at least 0.001"),
        ("vocabulary: {materials: {wax: {recipe: matte, roughness: .nan}}}", "wax.roughness: nan is out of"),
    ],
)
def test_the_message_on_a_number_says_what_to_write(text, says, tmp_path):
    assert says in fault(tmp_path, text)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"splits": [0] * 90_000}, "splits"),
        ({"splits": {"train": dict.fromkeys(map(str, range(20_000)), 0)}}, "splits.train.0: unknown key"),
        ({"sampling": {"kinds": [*range(20_000), "color"]}}, "sampling.kinds"),
        ({"sampling": {"kinds": [0] * 20_000}}, "sampling.kinds"),
    ],
)
def test_a_document_of_many_faults_is_refused_at_once(document, said):
    with pytest.raises(UserError, match=said):
        documents.check({"splits": {"train": {"count": 1}}} | document, "x", "config")
