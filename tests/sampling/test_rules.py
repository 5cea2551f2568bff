"""Rules: their texts, and what an error tells to change where one is broken."""

import pytest

from tests.tiny import load
from tvrgen._support.errors import UserError
from tvrgen.sampling import rules, sampler
from tvrgen.transformations.base import GENERAL_REMEDIES, Rejected, Rule


def test_each_rule_has_a_text_of_its_own():
    assert len({rule.text for rule in rules.RULES}) == len(rules.RULES)
    assert {rule for rule in vars(rules).values() if isinstance(rule, Rule)} == {*rules.RULES}


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.text)
def test_remedies_name_keys_of_the_config(rule):
    text = rules.remedies(rule, 150)
    assert "sampling." in text
    assert "{" not in text


@pytest.mark.parametrize("rule", [*rules.RULES, "a turn shows on cubes only: {}", "looks stay in the field"])
def test_the_error_names_the_rule_that_was_broken_most_and_its_own_remedies(rule, monkeypatch):
    """A rule of a user's kind is a text; whatever words it has, its remedies are the general ones."""

    def attempt(config, split, levels, rng, index, attempt):
        raise Rejected(rules.ONE_SPLIT if attempt == 0 else rule)

    monkeypatch.setattr(sampler, "_attempt", attempt)
    with pytest.raises(UserError) as caught:
        sampler.plan_problem(load("sampling.max_attempts=3"), "train", 0)
    text, remedies = (rule, GENERAL_REMEDIES) if isinstance(rule, str) else (rule.text, rules.remedies(rule, 150))
    count = 3 if rule == rules.ONE_SPLIT else 2
    assert f"{count} broke the rule '{text}'; {remedies}" in str(caught.value)
