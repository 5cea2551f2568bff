"""Special tokens of chat models, wherever they are left in."""

import pytest

from tvrgen.questions.forms.changes_reader import parse_answer
from tvrgen.questions.forms.special_tokens import without_special_tokens
from tvrgen.scoring import Options, star_r1_reward

ENDS = ["<|im_end|>", "<|eot_id|>", "</s>", "<|endoftext|>", "<end_of_turn>", "<eos>", "<pad>", "<end_of_utterance>"]
ENDS += [
    "<|end_of_text|>",
    "<|END_OF_TURN_TOKEN|>",
    "<｜end▁of▁sentence｜>",
    "<|user|>",
    "<|return|>",
    "[EOS]",
    "<turn|>",
]
TRUTH = [{"index": 7, "attribute": "color", "value": "gray"}]
RIGHT = "<think>a</think><answer>7.color.gray</answer>"


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("form", ["{}", "\n{}\n", "{} {}", "{}\n<|endoftext|>", "<|im_end|>{}"])
def test_marks_of_an_end_cost_nothing(end, form):
    reward = star_r1_reward(RIGHT + form.format(end, end), TRUTH)
    assert reward.correct
    assert reward.well_formed


@pytest.mark.parametrize("end", ENDS)
def test_marks_of_an_end_within_an_answer(end):
    assert star_r1_reward(RIGHT.replace("</answer>", f"{end}</answer>"), TRUTH).correct
    assert star_r1_reward(f"a</think>7.color.gray{end}", TRUTH, Options(untagged=True, opened=True)).correct


@pytest.mark.parametrize(
    "response",
    [
        "<think>a</think><answer><|begin_of_box|>7.color.gray<|end_of_box|></answer>",
        "<think>a</think>\n<answer>\n<|begin_of_box|>\n7.color.gray\n<|end_of_box|>\n</answer><|user|>",
        "<think>a</think><|begin_of_box|><answer>7.color.gray</answer><|end_of_box|>",
        "<think>a <|begin_of_box|>7<|end_of_box|></think><answer>7.color.<|begin_of_box|>gray<|end_of_box|></answer>",
    ],
)
def test_boxes_cost_nothing(response):
    reward = star_r1_reward(response, TRUTH)
    assert (reward.correct, reward.well_formed) == (True, True)


def test_an_answer_in_a_box_alone():
    assert parse_answer("<|begin_of_box|>7.color.gray<|end_of_box|>") == parse_answer("7.color.gray")
    response = "<think>a</think><|begin_of_box|>7.color.gray<|end_of_box|>"
    assert star_r1_reward(response, TRUTH, Options(untagged=True)).correct


@pytest.mark.parametrize(
    "text", ["<|a|> b", "a</b>", "<|a b|>", "<||>", "a<eos", "<|" + "a" * 41 + "|>", "", "<|im_end|>a"]
)
def test_other_text_is_kept(text):
    assert without_special_tokens(text) == text


def test_tokens_in_any_number():
    assert without_special_tokens("a" + "<|endoftext|>\n" * 10_000) == "a"
