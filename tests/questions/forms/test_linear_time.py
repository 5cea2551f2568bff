"""The time to read an answer: no pattern is ambiguous, and no repeated piece takes more than its share."""

import ast
import importlib
import pkgutil
import re
import threading
from pathlib import Path

import pytest

from tests.questions.forms.ambiguity import ambiguity
from tests.questions.forms.pieces import pieces
from tests.questions.forms.speed import TRUTH, figures, worst
from tvrgen import transformations
from tvrgen._support import limits
from tvrgen.questions import forms
from tvrgen.questions.forms.changes_reader import parse_answer
from tvrgen.scoring import star_r1_reward

MODULES = ["tvrgen.questions.forms." + module.name for module in pkgutil.iter_modules(forms.__path__)]
MODULES += ["tvrgen.transformations." + module.name for module in pkgutil.iter_modules(transformations.__path__)]
MODULES += [
    "tvrgen.scoring." + name for name in ("star_r1", "graded", "truth", "options", "outcome", "adapters.common")
]
SEARCHING = {"search", "sub", "subn", "split", "findall", "finditer"}


def patterns():
    """(name, compiled pattern, whether it is searched for) of all patterns of MODULES."""
    for name in MODULES:
        module = importlib.import_module(name)
        tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
        uses = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in SEARCHING]
        searched = {part.id for use in uses for part in ast.walk(use.value) if isinstance(part, ast.Name)}
        for own, value in vars(module).items():
            if isinstance(value, re.Pattern):
                yield pytest.param(value, own in searched, id=f"{name.removeprefix('tvrgen.')}:{own}")


@pytest.mark.parametrize(
    ("pattern", "searched", "due"),
    [
        (r"(?:a+)+b", False, "exponential"),
        (r"(?:a|a)*b", False, "exponential"),
        (r"(?:a*)*b", False, "exponential"),
        (r"(?:a?b?)*c", False, "exponential"),
        (r"(?:(?:object|object id|id)[ |]+)+\n", False, "exponential"),
        (r"\s*\s*x", False, "polynomial"),
        (r"[ab]*b[ab]*c", False, "polynomial"),
        (r"a[ \t]+(?=\s*[0-9])", False, "polynomial"),
        (r"\s*x", True, "polynomial"),
        (r" +$", True, "polynomial"),
        (r"a(?=[^b]*b)", True, "polynomial"),
        (r"\s*x", False, None),
        (r"a|[ ,]+", True, None),
        (r"(?<![ ]) +$", True, None),
        (r"(?m)^[ \t]*x", True, None),
        (r"a[ \t]+(?![ \t])(?=\s*[0-9])", False, None),
        (r"a*b[ab]*c", False, None),
    ],
)
def test_ambiguity_is_found(pattern, searched, due):
    assert ambiguity(re.compile(pattern), searched) == due


@pytest.mark.parametrize(("pattern", "searched"), list(patterns()))
def test_no_pattern_is_ambiguous(pattern, searched):
    assert ambiguity(pattern, searched) is None


@pytest.mark.parametrize("name", MODULES)
def test_patterns_are_compiled_where_the_test_above_sees_them(name):
    tree = ast.parse(Path(importlib.import_module(name).__file__).read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    calls = [node for function in functions for node in ast.walk(function) if isinstance(node, ast.Call)]
    assert not [call.lineno for call in calls if ast.unparse(call.func).startswith("re.")]


def test_no_piece_takes_more_than_its_share():
    """The limit is generous, for busy machines; at this size, quadratic time exceeds it."""
    assert [figure for figure in figures(8_000, pieces()[::4], enough=20) if figure[0] > 20] == []


@pytest.mark.full
@pytest.mark.serial
def test_no_piece_takes_more_than_its_share_of_a_million_characters():
    assert worst()[0][0] < 4


@pytest.mark.parametrize("bracket", ["[", "{'a':", "(", "[(", '["', "['a',"])
def test_deep_nesting_needs_no_deep_stack(bracket):
    """In a thread with a stack of 512 KB; Python ends the process where a stack overflows."""
    texts = [f"[{bracket * n}{closing}" for n in (30, 60, 900, 5000) for closing in ("", "]" * n + "]")]
    texts += [f"['a'{chain * 9000}]" for chain in ("+1", ".a", "()", "[0]")] + ["['a'," + "-" * 9000 + "1]"]
    read = []
    before = threading.stack_size(512 * 1024)
    try:
        thread = threading.Thread(target=lambda: read.extend(parse_answer(text) for text in texts))
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    assert len(read) == len(texts)
    assert all(answer.faults for answer in read)


def test_what_is_too_long_is_cut_and_said_to_be(monkeypatch):
    right, said = "2.color.cyan", "at most 1000 are read, unless TVRGEN_MAX_RESPONSE_CHARACTERS is set to more"
    assert limits.RESPONSE.value == 1_000_000
    monkeypatch.setenv(limits.RESPONSE.variable, "1000")
    assert parse_answer(right.ljust(1000)).faults == ()
    assert parse_answer(right.ljust(1001)).faults == (f"has 1001 characters; {said}",)
    reward = star_r1_reward(f"<think>{'x' * 956}</think><answer>{right}</answer>", TRUTH)
    assert (reward.correct, reward.faults) == (True, ())
    reward = star_r1_reward(f"<think>{'x' * 957}</think><answer>{right}</answer>", TRUTH)
    assert (reward.correct, reward.faults) == (False, ("there is no <answer>", f"has 1001 characters; {said}"))
    reward = star_r1_reward(f"<think>a</think><answer>{right}</answer>".ljust(1001), TRUTH)
    assert (reward.correct, reward.well_formed) == (False, True)
