"""From a YAML file to frozen settings: read, checked, resolved.

The *resolved* config contains its scene, its vocabulary and all defaults. A dataset's `config.json` holds it, and the
dataset's hash is computed from it, so it contains no path of the machine that made it.
"""

import importlib.util
import logging
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from tvrgen._support import limits, names, resources
from tvrgen._support.errors import ArgumentError, UserError
from tvrgen._support.files import resolved
from tvrgen._support.import_path import importable
from tvrgen._support.json_lines import Record
from tvrgen._support.messages import nearest
from tvrgen.config import documents, scenes, settings, sources, splits
from tvrgen.config.overrides import Overrides, listed, override, plain
from tvrgen.config.references import resolve, unfolded
from tvrgen.config.yaml_files import read_yaml
from tvrgen.questions.own import Own as OwnFamily
from tvrgen.sampling import feasibility
from tvrgen.scene import vocabulary
from tvrgen.transformations.own import Own

_log = logging.getLogger(__name__)


class Config(settings.Config):
    """All settings of one dataset, from a file (`load`) or a dict (`Config.from_dict`).

    `settings.Config` is the data, which the packages below this one read.
    """

    __slots__ = ()

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], folder: str | Path | None = None) -> "Config":
        """Returns the config in a dict with the content of a YAML file.

        Files that it names are looked up in `folder`, then among the packaged ones. Raises UserError for every fault.
        """
        base = resources.ROOT if folder is None else resolved(Path(folder))
        return from_document(plain(document, "config"), "config", base)


def load(name: str | Path, overrides: Overrides = (), trust: bool = False) -> Config:
    """Returns the config in a YAML file (a path, or the name of a packaged one), with some keys overridden.

    Kinds of the user's own are imported: a YAML file is the user's. The config.json of a dataset may be a stranger's,
    so kinds in it, and functions that show attributes, need `trust`. Raises UserError for every fault.
    """
    if isinstance(name, Mapping):
        raise UserError("load: takes a file or the name of a config; for a dict, write tvrgen.Config.from_dict")
    path = _file(name)
    folder = resolved(path).parent
    pairs = listed(overrides)
    sections = {key.split(".")[0] for key, _ in pairs if "." in key}
    document = unfolded(read_yaml(path), sections, str(path), folder)
    document = override(document, pairs)
    if path.suffix == ".json":
        return check_functions(of_dataset(document, str(path), folder, trust), trust)
    return from_document(document, str(path), folder)


def _file(name: str | Path) -> Path:
    path = Path(name)
    if path.is_file():
        return path
    for packaged in (f"{name}", f"configs/{name}", f"configs/{name}.yaml"):
        if found := resources.find(packaged, None):
            return found
    raise UserError(f"{name}: no such config{nearest(path.stem, resources.shipped_configs())}")


def of_dataset(document: Record, source: str, folder: Path | None = None, trust: bool = False) -> Config:
    """Returns the config of a dataset, whose kinds are imported with `trust` alone, which the log then says.

    Raises UserError for every fault, and for kinds of the user's own without `trust`.
    """
    config = from_document(document, source, folder, trust=False)
    if own := config.not_imported():
        if not trust:
            families = {asked.family for split in config.splits.values() for asked in split.questions}
            _refuse(f"{source}: {'questions' if families.issuperset(own) else 'sampling.kinds'}", own)
        _log.info("%s: imports %s, as it is trusted", source, ", ".join(own))
        return from_document(document, source, folder)
    if trust and folder is not None and config.vocabulary.own_functions:  # a run will import these
        return from_document(document, source, folder)
    return config


def check_functions(config: Config, trust: bool) -> Config:
    """Returns the config of a dataset if it can be generated from.

    Raises UserError if it names functions of the user's own that show attributes, which a run imports, without `trust`.
    """
    if (own := config.vocabulary.own_functions) and not trust:
        _refuse(f"{config.source}: vocabulary.attributes", own)
    return config


def _refuse(where: str, named: Sequence[str]) -> NoReturn:
    text = f"{where}: names code, which was not imported: {', '.join(named)}; set it if you trust whoever wrote that"
    packages = sorted({name.partition(":")[0].partition(".")[0] for name in named})
    if missing := [package for package in packages if importlib.util.find_spec(package) is None]:  # imports nothing
        text += f", and have the folder of {', '.join(missing)} on PYTHONPATH"
    raise ArgumentError("trust", None, text)


def from_document(document: Record, source: str, folder: Path | None = None, trust: bool = True) -> Config:
    """Returns the config in a document, resolved already or not. Raises UserError for every fault.

    Paths are relative to `folder`, which may also contain modules with the user's kinds. Without a folder no
    file is read: the document must be resolved, and the config can replay and check, but neither plan nor render.

    Without `trust`, for the document of a dataset, kinds of the user's own are not imported, and files are read from
    the folder alone. Such a config has the sizes of its splits and all names in it.
    """
    documents.check(document, source, "config")
    resolved, meshes = resolve(documents.with_new_names(document, source), source, folder, trust)
    _check_names(resolved["splits"], f"{source}: splits")
    _check_shards(resolved, source)
    words = vocabulary.from_document(resolved["vocabulary"], meshes, f"{source}: vocabulary")
    scene = scenes.build(resolved["scene"], words, f"{source}: scene")
    built = {}
    for name in resolved["splits"]:
        sections = splits.Sections(name, resolved, document, source)
        with importable(folder):  # the config's folder may contain kinds of the user's own
            built[name] = splits.build(sections, words, scene, trust)
            if built[name].kinds.keys() == built[name].values.keys():  # else kinds were not imported
                feasibility.check(built[name], sections.where, sections.is_written)
    splits.check_hashes(built, f"{source}: splits")
    if trust:
        with importable(folder):
            kinds = [kind for split in built.values() for kind in split.kinds.values()]
            own: list[Any] = [kind for kind in kinds if isinstance(kind, Own)]
            own += [f for split in built.values() for f in split.families.values() if isinstance(f, OwnFamily)]
            inherited = {module for each in own for module in each.modules}
            sources.note(resolved, inherited, words.own_functions, source, folder)
    return Config(
        seed=resolved["seed"],
        scene=scene,
        vocabulary=words,
        splits=built,
        document=documents.with_old_names(resolved),  # so that datasets keep their bytes, and hashes
        source=source,
        folder=folder,
    )


def _check_names(splits: Collection[str], where: str) -> None:
    """Raises UserError for splits whose folder is another one's on some system, and for too many splits."""
    limits.SPLITS.check(len(splits), where)
    for name in splits:
        if name.lower() in names.RESERVED:
            what = "the folder of logs" if name.lower() == "log" else "a device on Windows"
            raise UserError(f"{where}.{name}: is the name of {what}; choose another name")
    if pair := names.alike(splits):
        raise UserError(f"{where}: {pair[0]} and {pair[1]} are one folder on macOS and Windows; rename one of them")


def _check_shards(resolved: Record, source: str) -> None:
    """Raises UserError for more shards than a run can list."""
    size = resolved["output"]["shard_size"]
    shards = sum(-(-split["count"] // size) for split in resolved["splits"].values())
    if shards > limits.SHARDS.value:
        least = -(-size * shards // limits.SHARDS.value)
        raise UserError(
            f"{source}: output.shard_size: {size} makes {shards} shards; write at least {least} (at most"
            f" {limits.SHARDS.value} shards, unless {limits.SHARDS.variable} is set to more)"
        )
