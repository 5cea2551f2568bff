"""Files that ship with tvrgen, and files beside a config."""

from tests.tiny import SHIPPED
from tvrgen._support import resources


def test_a_file_beside_the_config_goes_before_the_shipped_one(tmp_path):
    shipped = resources.find("clevr.yaml", tmp_path, folder="scenes")
    assert shipped == resources.ROOT / "scenes/clevr.yaml"
    (tmp_path / "clevr.yaml").touch()
    assert resources.find("clevr.yaml", tmp_path, folder="scenes") == tmp_path / "clevr.yaml"
    assert resources.find("nothing.yaml", tmp_path) is None


def test_shipped_configs_are_all_that_ship():
    assert resources.shipped_configs() == SHIPPED
