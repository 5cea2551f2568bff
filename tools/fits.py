"""The table of docs/formats.md on which ready configs fit a format: `python -m tools.fits` redraws it, in a minute.

Takes the first problems of each ready config, and counts the questions that an export in each format would have.
"""

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.tiny import ROOT, SHIPPED, SMALL, FlatRenderer, generate_flat
from tvrgen._support.errors import UserError
from tvrgen._support.progress import Silent
from tvrgen.config import loader
from tvrgen.config.overrides import assignments
from tvrgen.dataset.reader import Dataset, open_dataset
from tvrgen.export import FORMATS
from tvrgen.export.folder import Output
from tvrgen.export.run import find, select
from tvrgen.questions import asking

PAGE = ROOT / "docs/formats.md"
BEGIN, END = "<!-- fits: drawn by tools/fits.py -->\n", "<!-- end of fits -->\n"
HEAD = "| formats | ready configs |\n|---|---|\n"
COUNT = 10  # problems of each split: so many that a kind of change which a format refuses is among them
PLAN = asking.plan_problem

Fits = Mapping[str, int]
"""Format -> the percentage of a config's questions that it holds, for the formats that hold any."""


def fits(name: str, folder: Path) -> Fits:
    """The formats that a ready config fits, with rationales. Writes its dataset into a folder."""
    asked = "questions" if loader.load(name).document.get("questions") else "question"
    counts = [f"splits.{split}.count={COUNT}" for split in loader.load(name).splits]
    config = loader.load(name, assignments((*SMALL, *counts, f"{asked}.rationale=full")))
    generate_flat(folder / "data", config, FlatRenderer(), lambda config, split, k: PLAN(config, split.name, k))
    dataset = open_dataset(folder / "data")
    total = sum(own["questions"] for own in dataset.description["splits"].values())
    held = {form: sum(_held(form, dataset, split) for split in dataset.splits) for form in FORMATS}
    return {form: max(1, round(100 * number / total)) for form, number in held.items() if number}


def _held(name: str, dataset: Dataset, split: str) -> int:
    """The number of a split's questions that a format holds; 0 if it refuses them."""
    kind = find(name)
    form = kind(dataset, Output(Path(), {"options": {"order": kind.order}}), (split,))
    try:
        form.check()
        return select(form, (), {}, Silent())[split].count
    except UserError:
        return 0


def table(found: Mapping[str, Fits]) -> str:
    """A row for each format, those that fit the same configs together."""
    rows: dict[str, list[str]] = {}
    for form in FORMATS:
        rows.setdefault(_configs(form, found), []).append(f"`{form}`")
    return HEAD + "".join(f"| {', '.join(forms)} | {configs} |\n" for configs, forms in rows.items())


def _configs(form: str, found: Mapping[str, Fits]) -> str:
    """The configs that a format fits, those first of which it holds most."""
    shares = {name: own[form] for name, own in found.items() if form in own}
    if set(shares.values()) == {100} and len(shares) >= len(found) - 1:
        return " but ".join(["all", *(f"`{name}`" for name in sorted(found.keys() - shares.keys()))])
    ordered = sorted(shares.items(), key=lambda own: (-own[1], own[0]))
    return ", ".join(f"`{name}`" + (f" {share} %" if share < 100 else "") for name, share in ordered)


def read(page: str) -> dict[str, Fits]:
    """The percentages that a page has, by configs."""
    found: dict[str, dict[str, int]] = {name: {} for name in SHIPPED}
    for forms, configs in re.findall(r"^\| (`.*?) \| (.*) \|$", page.split(BEGIN)[1].split(END)[0], re.MULTILINE):
        shares = {name: int(share or 100) for name, share in re.findall(r"`(\w+)`(?: (\d+) %)?", configs)}
        if configs.startswith("all"):
            shares = {name: 100 for name in SHIPPED if name not in shares}
        for name, share in shares.items():
            found[name] |= dict.fromkeys(re.findall(r"`([\w-]+)`", forms), share)
    return found


def drawn(page: str, found: Mapping[str, Fits]) -> str:
    """The page with the table between its two marker lines."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n{table(found)}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        found = {name: fits(name, Path(folder, name)) for name in SHIPPED}
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8"), found), encoding="utf-8")
