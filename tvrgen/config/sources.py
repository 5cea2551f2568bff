"""Modules of a user's own that a config names: the SHA-256 of their sources, which counts as those of meshes do."""

import hashlib
import importlib.util
import logging
from collections.abc import Iterable
from pathlib import Path

from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record

_log = logging.getLogger(__name__)


def note(resolved: Record, functions: Iterable[str], source: str, folder: Path | None) -> None:
    """Writes the sources of the kinds and of these functions into a resolved config, or compares those that it has.

    Raises UserError for a module that is not there, or not the one whose source the config has. Without a folder, for
    a dataset that is read, a changed module is a warning: it may be a comment that has changed, and validation finds
    each step that the module does otherwise now. A dataset made before sources were noted is left without.
    """
    sections = (resolved, *resolved["splits"].values())
    kinds = [kind for section in sections for kind in section.get("sampling", {}).get("kinds", ())]
    modules = {name.partition(":")[0] for name in (*kinds, *functions) if ":" in name}
    before = resolved.pop("code", {})
    found = {}
    for module in sorted(modules):
        if module.partition(".")[0] == __name__.partition(".")[0]:
            continue  # tvrgen's own, which has a version
        digest = _digest(module, f"{source}: module {module}", required=folder is not None)
        if digest and before.get(module, digest) != digest:
            what = f"{source}: code.{module}: {module} is not the module that the dataset was made with"
            if folder is not None:
                raise UserError(f"{what}; restore it, or leave out code")
            _log.warning("%s; tvrgen validate says whether its steps differ", what)
        if digest:
            found[module] = digest
    if noted := before if folder is None else found:
        resolved["code"] = noted


def _digest(module: str, where: str, required: bool) -> str:
    """SHA-256 of a module's source with ends of lines as \\n; "" if it has none, or is not there and not `required`."""
    try:
        spec = importlib.util.find_spec(module)
        if spec is None and required:
            raise ModuleNotFoundError(f"No module named {module!r}")
        source_of = getattr(spec.loader, "get_source", None) if spec else None
        text = source_of(module) if source_of else None
    except ValueError:  # a module without a specification, as that of an interactive session
        text = None
    except Exception as error:  # a package around the module may fail in any way
        if required:
            raise UserError(
                f"{where}: cannot be loaded: {type(error).__name__}: {error}; is it beside the config, or its folder on"
                " PYTHONPATH?"
            ) from error
        text = None
    return hashlib.sha256(text.encode()).hexdigest() if text is not None else ""
