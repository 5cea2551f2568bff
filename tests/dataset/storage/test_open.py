"""Names of storages: what is no folder and no store is refused in one line."""

import pytest

from tvrgen._support.errors import UserError
from tvrgen.dataset.storage.open import open_existing, open_storage


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("zip://x", "zip:// is no store; write a folder, or s3://, gs://"),
        ("zip://train::file.zip", "zip:// is no store"),
        ("reference://x", "reference:// is no store"),
        ("tar://x", "tar:// is no store"),
        ("dir://x", "dir:// is no store"),
        ("generic://x", "generic:// is no store"),
        ("filecache://x", "filecache:// is no store"),
        ("nosuch://x", "Protocol not known: nosuch; write a folder, or s3://, gs://"),
        ("ftp://127.0.0.1:1/x", "cannot be opened: ConnectionRefusedError"),
        ("", "names no storage; write a folder or a URL"),
    ],
)
@pytest.mark.parametrize("find", [open_storage, open_existing])
def test_what_is_no_place_for_a_dataset_is_refused_in_one_line(find, name, says):
    with pytest.raises(UserError) as caught:
        find(name)
    assert says in str(caught.value)
    assert str(caught.value).startswith(name or "''")
    assert "\n" not in str(caught.value)


def test_stores_of_this_process_and_folders_are_places(tmp_path):
    assert open_storage("memory://x").name == "memory://x"
    assert open_storage(f"file://{tmp_path}").name == str(tmp_path)
