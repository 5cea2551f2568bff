"""Texts are read and written in an encoding that the code names, never in the locale's."""

import ast

import pytest

from tests.tiny import ROOT

SOURCES = sorted((ROOT / "tvrgen").rglob("*.py"))


def without_encoding(source: str):
    """Lines of calls that would use the locale's encoding. A linter's rule finds only those whose types it knows."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        modes = " ".join(ast.unparse(mode) for mode in [given.get("mode"), *node.args[:2]] if mode)
        opens = name == "open" and isinstance(node.func, ast.Name) and "b'" not in modes and "b+'" not in modes
        pipes = name in ("run", "Popen", "check_output") and {"text", "universal_newlines"} & {*given}
        if (name in ("read_text", "write_text", "TextIOWrapper") or opens or pipes) and "encoding" not in given:
            yield node.lineno


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("p.read_text()", 1),
        ("p.write_text(x)", 1),
        ("open(p)", 1),
        ("open(p, 'w')", 1),
        ("subprocess.run(c, text=True)", 1),
        ("open(p, 'rb'), open(p, mode='wb'), storage.open(p), run(text=None, encoding='utf-8')", 0),
        ("p.read_text(encoding='utf-8'), open(p, encoding='utf-8')", 0),
    ],
)
def test_calls_without_encoding_are_found(call, found):
    assert len(list(without_encoding(call))) == found


def test_every_text_has_its_encoding():
    assert len(SOURCES) > 100
    places = {path: list(without_encoding(path.read_text(encoding="utf-8"))) for path in SOURCES}
    assert not {str(path.relative_to(ROOT)): lines for path, lines in places.items() if lines}
