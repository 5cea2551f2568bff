"""The files that describe a dataset: what is not sound is named, all at once."""

import pytest

from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen._support.errors import UserError
from tvrgen.dataset import catalog
from tvrgen.dataset.storage.open import open_storage


def test_shards_that_are_not_sound_are_named_all_at_once(flat_dataset):
    (flat_dataset / "train/shard-00000/run.json").unlink()
    (flat_dataset / "train/shard-00001/shard.json").write_bytes(b"")
    says = r"shard-00000: run.json is missing; train/shard-00001: shard.json is empty; make it again: redo train/shard"
    with pytest.raises(UserError, match=says):
        generate_flat(flat_dataset, load(), FlatRenderer())


@pytest.mark.parametrize("text", ["[]", "null", "7", '{"train/shard-00001": null, "x": ["\\u001b[31m"]}', "{", ""])
def test_what_is_no_list_of_shards_to_be_made_again_is_ignored(text, flat_dataset):
    (flat_dataset / "log/again.json").write_text(text)
    storage = open_storage(flat_dataset)
    assert catalog.again(storage) == {}
    catalog.note_again(storage, {"train/shard-00001": "asked for"})
    assert catalog.again(storage) == {"train/shard-00001": "asked for"}
