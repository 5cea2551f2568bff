"""Runs that are killed at random moments: what the next runs complete is the undisturbed dataset, byte for byte."""

import pytest

from tests import kills


@pytest.mark.full
@pytest.mark.rays
@pytest.mark.blender
@pytest.mark.serial
def test_killed_runs_end_in_the_undisturbed_dataset():
    assert kills.trial(9, seed=1) == []


def test_a_loss_of_power_empties_what_was_not_synced(tmp_path, monkeypatch):
    monkeypatch.setenv(kills._LEDGER, str(tmp_path / "ledger"))
    monkeypatch.setattr(kills.os, "fsync", kills.os.fsync)
    kills.note_syncs()
    (tmp_path / "out").mkdir()
    for name, synced in (("kept", True), ("lost", False), ("grown", True)):
        with open(tmp_path / "out" / name, "w") as file:
            file.write("text")
            file.flush()
            if synced:
                kills.os.fsync(file.fileno())
    with open(tmp_path / "out/grown", "a") as file:
        file.write("more")
    assert kills.lose_power(tmp_path / "out", tmp_path / "ledger") == 2
    assert {path.name: path.read_text() for path in (tmp_path / "out").iterdir()} == {
        "kept": "text",
        "lost": "",
        "grown": "",
    }
