"""Nothing outside a kind's own file asks which kind it is, and no list repeats the attributes by hand."""

import ast
from pathlib import Path

import pytest

from tests.tiny import ROOT
from tvrgen.transformations.registry import BUILT_IN

CONSUMERS = {"export/trance.py", "export/reason_rft.py"}
"""Exports for code that knows TRANCE's own kinds by name."""
OWN = {"scene/attributes.py", "transformations/registry.py"} | CONSUMERS
FILES = [path for path in sorted((ROOT / "tvrgen").rglob("*.py")) if str(path.relative_to(ROOT / "tvrgen")) not in OWN]
CLASSES = {type(kind).__name__ for kind in BUILT_IN.values()}


def texts(node: ast.AST) -> list[str]:
    return [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def asked(tree: ast.AST, own: set[str]):
    """Where code compares something with the name of a kind, asks for the class of one, or lists several."""
    kinds = set(BUILT_IN) - own
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            sides = [side.value for side in (node.left, *node.comparators) if isinstance(side, ast.Constant)]
            yield from [ast.unparse(node)] if kinds & {*sides} else []
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance" and CLASSES & names(node.args[1]):
            yield ast.unparse(node)
        if isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict) and len(kinds & {*texts(node)}) > 2:
            yield ast.unparse(node)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT / "tvrgen")))
def test_no_kind_is_known_by_heart(path: Path):
    own = {name for name, kind in BUILT_IN.items() if type(kind).__module__.rpartition(".")[2] == path.stem}
    assert list(asked(ast.parse(path.read_text()), own)) == []


def test_the_search_finds_what_it_looks_for():
    for code in ('kind == "position"', "isinstance(kind, Position)", '("shape", "size", "color", "material")'):
        assert list(asked(ast.parse(code), set()))
