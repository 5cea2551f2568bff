"""The table of docs/formats.md on which ready configs fit a format shows the code as it is."""

import pytest

from tests.export.data import refused
from tests.tiny import SHIPPED
from tools import fits
from tvrgen.export.run import export

pytestmark = pytest.mark.rays
QUICK = ("clips", "quickstart")
"""The configs that the normal suite takes."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.full) for name in SHIPPED]
)
def test_the_table_is_true(name, tmp_path):
    assert fits.read(fits.PAGE.read_text())[name] == fits.fits(name, tmp_path), "run `python -m tools.fits`"


def test_the_table_is_drawn_as_it_is_read():
    page = fits.PAGE.read_text()
    assert fits.drawn(page, fits.read(page)) == page


@pytest.mark.parametrize("name", ["openvlthinker", "vision-r1"])
def test_formats_that_train_on_rationales_want_the_override_that_the_page_names(name, ready, tmp_path):
    refused(r"generate with question\.rationale=full", ready("star_r1"), name, tmp_path / "out")


def test_the_overrides_for_vision_zero_give_pairs_alone(ready, tmp_path):
    own = ("sampling.kinds=[color, shape, size, material]", "sampling.steps=2", "cameras.final=[center]")
    text = " ".join(fits.PAGE.read_text().split())
    assert all(setting in text for setting in own)
    assert "2 questions for Vision-Zero" in export(ready("quickstart", *own), "vision-zero", tmp_path / "out")


def test_the_overrides_for_seed_bench_r1_give_all_levels(ready, tmp_path):
    own = ("questions=[{family: nearest, as: choice}]", "sampling.on_stage=[6, 10]")
    assert all(f"--set '{setting}'" in fits.PAGE.read_text() for setting in own)
    export(ready("generalisation", *own), "seed-bench-r1", tmp_path / "out")
    levels = {path.name.split("_")[1] for path in (tmp_path / "out").glob("validation_*.jsonl")}
    assert levels == {"L1", "L2", "L3"}
