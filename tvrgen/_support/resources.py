"""Where the files that travel with tvrgen lie: `scenes/`, `assets/`, `configs/`.

In the wheel they stand inside the package, in a checkout beside it.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
ROOT = next(p for p in (_PACKAGE / "packaged_files", _PACKAGE.parent) if (p / "configs").is_dir())


def find(name: str, beside: Path | None, *, folder: str = "") -> Path | None:
    """The file a config means by `name`: beside the config (`beside`), else packaged (under `folder`), else None."""
    places = ([beside / name] if beside is not None else []) + [ROOT / folder / name]
    return next((p for p in places if p.is_file()), None)
