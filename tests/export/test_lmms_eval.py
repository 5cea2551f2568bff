"""lmms-eval: its tasks."""

import yaml

from tvrgen.export.run import export


def test_tasks_of_lmms_eval_call_the_adapter(flat_dataset, tmp_path):
    export(flat_dataset, "lmms-eval", tmp_path / "out")
    text = (tmp_path / "out/tasks/tvr_train.yaml").read_text()
    assert "process_results: !function utils.process_results\n" in text
    task = yaml.safe_load(text.replace("!function ", ""))
    (path,) = tmp_path.glob(task["dataset_kwargs"]["data_files"]["test"].removeprefix(f"{tmp_path}/"))
    assert path.suffix == ".parquet"
    assert "from tvrgen.adapters.lmms_eval import" in (tmp_path / "out/tasks/utils.py").read_text()
