"""The diagram of the packages in docs/architecture.md: `python tools/architecture.py` redraws it.

Layers come from the import-linter contract in pyproject.toml, sentences from the packages' docstrings.
"""

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/architecture.md"
CONTRACT = "data flows one way"
BEGIN, END = "<!-- packages: drawn by tools/architecture.py -->\n", "<!-- end of packages -->\n"
WIDTH = 116  # characters of a row, its frame included
NAMES = 18  # characters of the column of names


def layers() -> list[list[str]]:
    """The packages of each layer, the top layer first."""
    import tomllib  # from Python 3.11 on

    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    [contract] = (contract for contract in contracts if contract["name"] == CONTRACT)
    return [re.split(r"\s*\|\s*", layer) for layer in contract["layers"]]


def subject(package: str) -> str:
    """The first sentence of the docstring of a package or module of tvrgen."""
    path = ROOT / "tvrgen" / package / "__init__.py"
    source = path if path.exists() else path.parent.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    return " ".join(re.split(r"(?<=[.])\s|\n\n", docstring)[0].split())


def rows(package: str) -> Iterator[str]:
    """A package's lines in the diagram: its name, and its subject beside it."""
    for number, line in enumerate(textwrap.wrap(subject(package), WIDTH - NAMES - 4)):
        yield f"| {'' if number else package:{NAMES}}{line:{WIDTH - NAMES - 4}} |"


def diagram() -> str:
    """A box for each layer. Packages in one box do not import each other."""
    edge = "+" + "-" * (WIDTH - 2) + "+"
    boxes = ([*(row for package in layer for row in rows(package)), edge] for layer in layers())
    return "".join(f"    {line}\n" for line in [edge, *(line for box in boxes for line in box)])


def drawn(page: str) -> str:
    """The page with the diagram as the code is now between its two marker lines."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n{diagram()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
