"""Writes the schemas that are made from the settings: `python -m tvrgen.config.schema`."""

from tvrgen.config.schema.generate import FOLDER, GENERATED, written

for name, make in GENERATED.items():
    (FOLDER / f"{name}.schema.json").write_text(written(make()), encoding="utf-8")
