"""SEAL: how it reads the MATH dataset, what its grader takes for equal, and how it parts a thought into steps.

Zemelee/SEAL at 23d5395 and d2cbf2c (a copy; VITA-Group/SEAL is not stored): eval_MATH_vllm.py, get_math_results.py,
eval_math_rule/evaluation/grader.py, hidden_analysis.py. Its parser.py, which takes answers out of responses, is not
stored: answers are taken here as eval_MATH_vllm.py takes that of a solution. Measured with sympy 1.14 and latex2sympy2
1.9.1, which the grader imports: of a text that begins as a formula does, latex2sympy reads as much as it can, and two
texts with an equal beginning are equal. It reads nothing of a text that begins with #.
"""

import math
import re

KEYS = ("problem", "level", "type", "solution")


def problem(row: dict) -> tuple[str, str]:
    """The prompt and the right answer of a row."""
    request = "You should think step-by-step and put your final answer within \\boxed{}."
    return f"{request}\nQuestion: {row['problem'].strip()}", boxed(row["solution"])


def boxed(text: str) -> str:
    """What stands in the braces behind the last "boxed"."""
    rest, depth, found = text.rpartition("boxed")[2], 0, ""
    for letter in rest:
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if depth == 0:
            break
        found += letter
    return found[1:]


def equal(answer: str, right: str) -> bool:
    """Whether the grader takes an answer for right."""
    answer, right = ("".join(text.split()) for text in (answer, right))
    if answer.lower() == right.lower():
        return True
    if right in [*"ABCDE"]:
        letters = re.findall(r"\b[ABCDE]\b", answer.upper())
        return bool(letters) and letters[-1] == right
    numbers = [_number(text) for text in (answer, right)]
    if None not in numbers:
        one, two = numbers
        return any(math.isclose(two * scale, one, rel_tol=1e-4) for scale in (0.01, 1, 100))
    return _as_formula(answer) == _as_formula(right)


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None


def _as_formula(text: str) -> str | tuple[str, ...]:
    """What two texts have in common that are equal as formulas.

    That is their beginning, up to what no formula has; without order, as letters are factors of a product. A text that
    begins with # is none.
    """
    return text if text.startswith("#") else tuple(sorted(re.match(r"\w*", text.lower())[0]))


REFLECTION = ("wait", "verify", "make sure", "hold on", "think again", "'s correct", "'s incorrect", "let me check")
TRANSITION = ("alternatively", "another way", "another approach", "another method", "another solution")


def steps(thought: str) -> list[tuple[str, str]]:
    """The steps of a thought, parted by blank lines, each with its kind."""
    found = []
    for step in thought.split("\n\n"):
        own = step.strip().lower()
        kinds = {"reflection": REFLECTION, "transition": TRANSITION}
        found.append((next((k for k, words in kinds.items() if any(w in own for w in words)), "execution"), step))
    return found
