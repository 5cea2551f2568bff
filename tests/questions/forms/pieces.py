"""Texts that a model may repeat without end, and responses that consist of them."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

from tvrgen.questions.forms import calls, changes_data, changes_reader, literals, passes, special_tokens
from tvrgen.transformations import reading
from tvrgen.transformations.kinds import position

_CHARACTERS = [*string.printable, *"é日•→２½…“；«\u0301\u0f73ﷺ㌀⑽Σİß▁｜", "\u3000", "\x85", "\u200b", "\ud800", "\0"]
_SPACES = [" ", "  ", "\t", "\n", "\n\n", " \n", "\r\n"]
_WORDS = ["a", "1", "the red cube", "object", "position", "left", "a_", "_", "-", "no", "to", "not", "x" * 300, "9" * 9]
_MARKUP = [
    "| object id |",
    "| Object ID ",
    "|---|",
    "| 2 | color | cyan |\n",
    "- ",
    "1. ",
    "(1) ",
    "```json\n",
    "\\text{",
]
_TAGS = ["<think>", "</think>", "<answer>", "</answer>", "<|im_end|>", "</s>", "<|begin_of_box|>", "<｜a▁b｜>", "<|"]
_CALLS = [
    "swap(1, 2)",
    "swap(1 + ",
    "a(1, 1, ",
    "change_color(2, 'cyan')",
    "a(1,b)",
    "a(1,",
    "a(",
    "a(object_id = 1, value =",
]
_CHANGES = ["2.color.cyan, ", "1 a b ", "1.a.b?", "a:b:c ", "a.b c ", "red cube.color.cyan ", "1.position.left 2, "]
_CHANGES += ["1+", "1 + ", "1 + 2", "red cube + ", "a + ", "a+b + ", "1+2.swap ", "new.", "new.a ", "new", "1.a|"]
_CHANGES += [
    "1 position front left (2) steps ",
    "1 color changed from red to cyan, ",
    "[1] a b",
    "1 color a -> ",
    "__ ",
]
_DATA = ['"a",', '"2.color.cyan",', "1,", "[],", "{},", '[2,"color","cyan"],', "'a',", "(2,'color','cyan'),", "[", "{["]
_DATA += [
    '{"index":2,"attribute":"color","value":"cyan"}\n',
    "{'a':1},",
    '"object' + " " * 999 + 'x",',
    "[]",
    "[[1],",
    "(",
]
_PAIRS = [
    "\u0301\u0316",
    "Σ'",
    "object id ",
    "-" + " " * 99 + "x",
    "a" + " " * 99,
    "\n" + " " * 99 + "x",
    ". .",
    "+-",
    "front_left ",
    "a(1," + " " * 999,
    "a+",
]


def pieces() -> list[str]:
    """All pieces, of which each occurs once."""
    words = [word + space for word in _WORDS for space in _SPACES]
    own = [text for text in _literals() if 1 < len(text) < 40]
    named = [*_MARKUP, *_TAGS, *_CALLS, *_CHANGES, *_DATA, *_PAIRS]
    return list(dict.fromkeys([*_CHARACTERS, *words, *own, *named]))


def _literals() -> Iterator[str]:
    """Words and marks that the patterns of the reader are made of."""
    for module in (calls, changes_data, changes_reader, literals, passes, special_tokens, position, reading):
        for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from (part for part in node.value.replace("\\", "|").split("|") if part.isascii())


def answers(piece: str, size: int) -> dict[str, str]:
    """Answers of about `size` characters: the piece repeated, as it is and within what data and tables begin with."""
    body = piece * max(1, size // len(piece))
    return {"plain": body, "listed": f"[{body.rstrip(', ')}]", "quoted": f"['{body}']", "in a row": f"| 2 | {body}"}


def responses(piece: str, size: int) -> dict[str, str]:
    """Responses of about `size` characters that repeat a piece in their answer, in their thought, or everywhere."""
    body = piece * max(1, size // len(piece))
    tagged = {name: f"<think></think><answer>{answer}</answer>" for name, answer in answers(piece, size).items()}
    return {**tagged, "thought": f"<think>{body}</think><answer>2.color.cyan</answer>", "everywhere": body}
