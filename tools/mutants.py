"""Small changes of the code that no test notices: `make mutants`, or `python tools/mutants.py --count 40 --seed 0`.

Changes one comparison, operator, `and`/`or`, `not` or constant at a time in a copy of the checkout, and runs the tests
nearest to the module: tests/<package>/test_<module>.py, or where there is none all tests of the package. Prints a line
for each change, the changed line of those that survive, and exits with 0: many survivors change nothing that matters.
"""

import argparse
import ast
import copy
import os
import random  # noqa: TID251  # which mutants, not which problems
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("scene", "transformations", "sampling", "questions", "config", "scoring", "imaging")
COPIED = ("tvrgen", "tests", "configs", "scenes", "assets", "docs", "pyproject.toml", "README.md", "LICENSE")
COMPARISONS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult}


def changed(node: ast.AST) -> ast.AST | None:
    """The node with another meaning; None if there is no such change."""
    match node:
        case ast.Compare(ops=[first, *rest]) if type(first) in COMPARISONS:
            return ast.Compare(node.left, [COMPARISONS[type(first)](), *rest], node.comparators)
        case ast.BinOp(op=op) if type(op) in OPERATORS:
            return ast.BinOp(node.left, OPERATORS[type(op)](), node.right)
        case ast.BoolOp(op=op):
            return ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), node.values)
        case ast.UnaryOp(op=ast.Not()):
            return node.operand
        case ast.Constant(value=bool()):
            return ast.Constant(not node.value)
        case ast.Constant(value=int() | float()):
            return ast.Constant(node.value + 1)
    return None


def expressions(tree: ast.AST) -> Iterator[ast.expr]:
    """The expressions inside functions that can be changed, without decorators and f-strings."""
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    nodes = {id(node): node for function in functions for part in function.body for node in ast.walk(part)}
    formatted = (node for node in nodes.values() if isinstance(node, ast.JoinedStr))
    inside = {id(node) for whole in formatted for node in ast.walk(whole)}
    yield from (n for k, n in nodes.items() if isinstance(n, ast.expr) and k not in inside and changed(n))


def mutant(source: str, node: ast.expr) -> str:
    """The source with one expression changed; all other text stays."""
    text = source.encode().splitlines(keepends=True)
    start = sum(map(len, text[: node.lineno - 1])) + node.col_offset
    end = sum(map(len, text[: node.end_lineno - 1])) + node.end_col_offset
    whole = b"".join(text)
    new = ast.unparse(ast.fix_missing_locations(changed(copy.deepcopy(node))))
    return (whole[:start] + f"({new})".encode() + whole[end:]).decode()


def tests_of(module: Path) -> str:
    """The tests nearest to a module, relative to the checkout."""
    inner = module.relative_to(ROOT / "tvrgen")
    nearest = (inner.parent / f"test_{inner.name}", inner.parts[0], "config")  # settings have the tests of config
    return next(f"tests/{path}" for path in nearest if (ROOT / "tests" / path).exists())


def survives(folder: Path, module: Path, source: str, seconds: float) -> bool:
    """Whether the nearest tests pass with this source in the copy. A timeout counts as a failure."""
    target = folder / module.relative_to(ROOT)
    target.write_text(source)
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not blender"]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [*command, tests_of(module)], cwd=folder, env=environment, capture_output=True, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        return False
    finally:
        shutil.copy(module, target)
    return done.returncode == 0


def main() -> None:
    """Prints a line for each mutant, and the number of those that survive."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=300.0, help="limit for the tests of one mutant")
    parser.add_argument("modules", nargs="*", type=Path, help="modules to change; default: all pure ones")
    arguments = parser.parse_args()
    pure = (path for package in PACKAGES for path in (ROOT / "tvrgen" / package).rglob("*.py"))
    modules = [path.resolve() for path in arguments.modules] or [p for p in sorted(pure) if "blender" not in p.parts]
    places = [(path, node) for path in modules for node in expressions(ast.parse(path.read_text(encoding="utf-8")))]
    chosen = random.Random(arguments.seed).sample(places, min(arguments.count, len(places)))
    alive = 0
    with tempfile.TemporaryDirectory() as name:
        for entry in COPIED:
            (shutil.copytree if (ROOT / entry).is_dir() else shutil.copy)(ROOT / entry, Path(name) / entry)
        for path, node in chosen:
            source = path.read_text(encoding="utf-8")
            new = mutant(source, node)
            lived = survives(Path(name), path, new, arguments.seconds)
            alive += lived
            print(f"{'survived' if lived else 'killed  '} {path.relative_to(ROOT)}:{node.lineno}", flush=True)
            if lived:
                line = source.splitlines()[node.lineno - 1].strip()
                print(f"         - {line}\n         + {new.splitlines()[node.lineno - 1].strip()}", flush=True)
    print(f"{alive} of {len(chosen)} survived")


if __name__ == "__main__":
    main()
