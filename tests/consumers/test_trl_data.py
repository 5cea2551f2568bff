"""TRL's own view of its export's rows, and the reward as its trainers call it; neither needs torch."""

from trl.data_utils import is_conversational, prepare_multimodal_messages

from tests.consumers.responses import FULL, NONE, right, wrong
from tvrgen.scoring.adapters.trl import reward


def test_rows_are_conversations_with_two_images(trl_rows, questions):
    assert [row["id"] for row in trl_rows] == [question["id"] for question in questions]
    for row, question in zip(trl_rows, questions, strict=True):
        assert is_conversational(row)
        [message] = prepare_multimodal_messages(row["prompt"], images=row["images"])
        assert [part["type"] for part in message["content"]] == ["image", "image", "text"]
        assert message["content"][2]["text"] == question["question"]
        assert message["content"][0]["image"].size == (80, 60)


def test_rows_of_a_harvest_are_those_of_the_export(load_trl, trl_rows, questions):
    rows = load_trl("harvest/rl-hard")
    assert rows.column_names == trl_rows.column_names
    assert [row["id"] for row in rows] == [question["id"] for question in questions]  # a third of samples is right


def test_rewards(trl_rows, questions):
    """A trainer passes every column but the completions by name, a list of a batch's length."""
    columns = {name: list(trl_rows[name]) for name in trl_rows.column_names if name != "prompt"}
    prompts = list(trl_rows["prompt"])
    for respond, total in ((right, FULL), (wrong, NONE)):
        said = [[{"role": "assistant", "content": respond(question)}] for question in questions]
        assert reward(prompts=prompts, completions=said, completion_ids=[[0]] * len(said), **columns) == [total] * len(
            said
        )
