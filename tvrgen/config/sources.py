"""Modules of a user's own that a config names: the SHA-256 of their sources, which counts as those of meshes do."""

import logging
from collections.abc import Iterable
from pathlib import Path

from tvrgen._support import own_modules
from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record

_log = logging.getLogger(__name__)


def note(
    resolved: Record, inherited: Iterable[str], functions: Iterable[str], source: str, folder: Path | None
) -> None:
    """Writes the sources of kinds, families and these functions into a resolved config, or compares those that it has.

    They are those of the modules that the config names, and of those that its kinds inherit from (`inherited`).

    Raises UserError for a module that is not there, has changed since this process imported it, or is not the one whose
    source the config has. Without a folder, for a dataset that is read, another source is a warning: it may be a
    comment that has changed, and validation finds each step that the module does otherwise now. A dataset made before
    sources were noted is left without.
    """
    sections = (resolved, *resolved["splits"].values())
    kinds = [kind for section in sections for kind in section.get("sampling", {}).get("kinds", ())]
    families = [asked["family"] for section in sections for asked in section.get("questions", ())]
    modules = {name.partition(":")[0] for name in (*kinds, *families, *functions) if ":" in name} | {*inherited}
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
    """The digest of a module's source; "" if it has none, or is not there and not `required`."""
    try:
        found, changed = own_modules.digest(module), own_modules.has_changed(module)
    except Exception as error:  # a package around the module may fail in any way
        if required:
            cure = "is it beside the config, or its folder on PYTHONPATH?"
            raise UserError(f"{where}: cannot be loaded: {type(error).__name__}: {error}; {cure}") from error
        return ""
    if required and changed:
        raise UserError(f"{where}: has changed since this process imported it; start again")
    return found
