"""How often a guess without images is right, by family of questions: `python benchmarks/blind.py [CONFIG...]`.

Baselines learn from the first half of the problems and answer the second half. Chance is one over the number of answers
that a question allows: of its options, or of the answers to questions with the same words.
"""

import argparse
import json
from collections import defaultdict

from tvrgen._support import resources
from tvrgen.config import loader
from tvrgen.generation import planning
from tvrgen.questions.registry import CHANGES
from tvrgen.scoring import baselines, blind, graded

NAMES = ("most_frequent", "blind", "first_option")


def lines(name: str, count: int) -> list[dict]:
    """The question lines of some problems of a config's first split, those of `changes` aside."""
    config = loader.load(name)
    first = next(iter(config.splits))
    found = planning.record_lines(config, planning.ranges(config, first, 0, count), kind="question")
    questions = [json.loads(line) for text in found for line in text.splitlines()]
    return [question for question in questions if question.get("family", CHANGES) != CHANGES]


def shares(questions: list[dict]) -> dict[tuple[str, str], dict[str, float]]:
    """(family, form) -> baseline -> the share of right answers in the second half, and chance."""
    half = len(questions) // 2
    learned, asked = questions[:half], questions[half:]
    answers = defaultdict(set)
    for question in questions:
        answers[blind.wording(question)].add(question["answer"])
    found: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for name in NAMES:
        respond = baselines.baseline(name, learned)
        for question in asked:
            score = graded.reward(respond(question, {}, None), question)
            found[question["family"], question["answer_form"]][name].append(score.correct)
    for question in asked:
        allowed = len(blind.answers(question)) or len(answers[blind.wording(question)])
        found[question["family"], question["answer_form"]]["chance"].append(1 / allowed)
    return {key: {name: sum(own) / len(own) for name, own in row.items()} for key, row in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("configs", nargs="*", help="default: all that have other families than changes")
    parser.add_argument("--count", type=int, default=600, help="problems of each config")
    options = parser.parse_args()
    several = [n for n in resources.shipped_configs() if "questions" in loader.load(n).document]
    for name in options.configs or several:
        questions = lines(name, options.count)
        print(f"{name}: {len(questions)} questions of {options.count} problems")
        print(f"{'family':<16}{'form':<10}" + "".join(f"{n:>15}" for n in (*NAMES, "chance")))
        for (family, form), row in sorted(shares(questions).items()):
            print(f"{family:<16}{form:<10}" + "".join(f"{row[n]:>15.1%}" for n in (*NAMES, "chance")))


if __name__ == "__main__":
    main()
