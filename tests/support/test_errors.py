"""Mistakes in arguments: named as Python does, and as options; and each has an option."""

import ast
import pickle
from pathlib import Path

import tvrgen
from tvrgen._support.errors import ArgumentError
from tvrgen.cli.main import parser

IN_PYTHON_ALONE = {"index"}  # arguments that no command passes on


def test_an_argument_is_named_as_it_was_written():
    error = ArgumentError("redo", "train/x", "is no shard")
    assert str(error) == "redo='train/x': is no shard"
    assert error.as_option() == "--redo train/x: is no shard"
    assert str(ArgumentError("redo", None, "is wrong")) == "redo: is wrong"


def test_a_process_hands_it_to_another():
    error = pickle.loads(pickle.dumps(ArgumentError("redo", "x", "is no shard")))
    assert str(error) == "redo='x': is no shard"


def test_every_argument_is_an_option():
    options = {option for command in _commands() for option in command._option_string_actions}
    for path in Path(tvrgen.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ArgumentError":
                names = [child.value for child in node.args[:1] if isinstance(child, ast.Constant)]
                for name in set(names) - IN_PYTHON_ALONE:
                    assert ArgumentError(name, None, "").as_option().rstrip(": ") in options, path


def test_no_message_of_a_function_names_an_option():
    """`cli` and what reads its texts know of options; functions that Python calls do not."""
    root = Path(tvrgen.__file__).parent
    for path in root.rglob("*.py"):
        if path.is_relative_to(root / "cli") or path.name in ("overrides.py", "vlmevalkit.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Raise) and node.exc:
                texts = [part.value for part in ast.walk(node.exc) if isinstance(part, ast.Constant)]
                assert not [t for t in texts if isinstance(t, str) and _names_an_option(t)], path


def _names_an_option(text):
    return any(word.startswith("--") and word[2:3].isalpha() and word != "--upgrade" for word in text.split())


def _commands():
    return next(
        action for action in parser()._actions if hasattr(action, "choices") and action.choices
    ).choices.values()
