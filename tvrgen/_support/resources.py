"""Files that ship with tvrgen: `scenes/`, `assets/`, `configs/`.

The wheel holds them inside the package, a checkout beside it.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
ROOT = next(p for p in (_PACKAGE / "packaged_files", _PACKAGE.parent) if (p / "configs").is_dir())


def find(name: str, beside: Path | None, *, folder: str = "") -> Path | None:
    """Path of the file that a config calls `name`: in the folder `beside`, else shipped in `folder`; None if neither
    exists.
    """
    candidates = ([beside / name] if beside is not None else []) + [ROOT / folder / name]
    return next((path for path in candidates if path.is_file()), None)


def shipped_configs() -> list[str]:
    """Names of the shipped configs, sorted."""
    return sorted(path.stem for path in (ROOT / "configs").glob("*.yaml"))
