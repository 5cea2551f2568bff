"""Branch coverage of the pure packages: `python tools/branches.py COVERAGE.json` after `pytest --cov`.

Prints the share of branches covered in each package, and exits with 1 where it is below LEAST.
"""

import json
import sys
from collections import defaultdict

LEAST = 95.0  # per cent
PACKAGES = (
    "scene", "transformations", "imaging", "sampling", "questions", "config", "scoring",
    "dataset", "export",
)  # fmt: skip
"""Packages whose tests run in the process that measures. Blender, Ray and the command run in others."""


def branches(files: dict[str, dict]) -> dict[str, tuple[int, int]]:
    """(covered, all) branches of each package, from the files of coverage's JSON report."""
    counts = defaultdict(lambda: (0, 0))
    for path, file in files.items():
        package, summary = path.split("/")[1].removesuffix(".py"), file["summary"]
        covered, total = counts[package]
        counts[package] = covered + summary["covered_branches"], total + summary["num_branches"]
    return counts


def main(path: str) -> int:
    """Prints a line for each package; returns the exit status."""
    with open(path, encoding="utf-8") as file:
        counts = branches(json.load(file)["files"])
    shares = {name: 100 * counts[name][0] / max(1, counts[name][1]) for name in PACKAGES}
    for name, share in shares.items():
        print(f"{name:16} {share:6.1f} % of {counts[name][1]:4} branches{'' if share >= LEAST else '  too few'}")
    return int(min(shares.values()) < LEAST)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
