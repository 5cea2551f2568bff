"""The config of the next round: new problems like those that were failed, a split for each group of failures.

A new problem is none of the earlier dataset's other splits: a split of the next round draws from the hashes of the
split that was failed (`hashes`), and those of the other splits are different ones. The seed is another one, too.
"""

import copy
import re
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from tvrgen._support import names
from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen.config import documents, loader
from tvrgen.config.settings import Config, Split
from tvrgen.harvesting import failures
from tvrgen.harvesting.failures import Group
from tvrgen.sampling import design
from tvrgen.sampling.combinations import on_stage_numbers

_LARGEST_SEED = 2**53 - 1


def document(config: Config, groups: Sequence[Group], count: int, trust: bool) -> Record:
    """Returns the config that plans `count` problems like the failures in these groups.

    `config` is that of the dataset; all that it says of other things is kept. Raises UserError if it cannot be used
    again, for lack of `trust`.
    """
    made = documents.with_new_names(config.document, config.source)
    before, made["splits"] = made["splits"], {}
    made["seed"] = (config.seed + 1) % (_LARGEST_SEED + 1)
    for group, number in zip(groups, failures.shares([group.weight for group in groups], count), strict=True):
        if number:
            name, own = _like(group, config, made, before[group.subject[0]], number, trust)
            made["splits"][name] = own
    loader.check_functions(loader.from_document(made, config.source, trust=trust), trust)
    return made


def as_yaml(document: Record) -> str:
    """Returns the text of a config."""
    return _HEAD + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)


_HEAD = """\
# New problems like those that a model failed, written by tvrgen harvest: a split for each group of failures, with its
# share of the problems. `hashes` keeps them apart from the other splits of the earlier dataset.
"""


def _like(
    group: Group, config: Config, document: Record, before: Record, count: int, trust: bool
) -> tuple[str, Record]:
    """The name and the keys of a split with problems like those of a group, as narrow as the rules of configs allow."""
    split = config.split(group.subject[0])
    base: Record = {**copy.deepcopy(before), "count": count, "hashes": [*split.hashes]}
    base |= _questions(group, split, document, before)
    for narrowed in _narrowed(group, split, document, before):
        own = copy.deepcopy(base)
        for section, keys in narrowed.items():
            own[section] = {**own.get(section, {}), **keys}
        name = _name(group, split, narrowed, document["splits"])
        if _is_possible({**document, "splits": {name: own}}, config.source, trust):
            break
    return name, own


def _questions(group: Group, split: Split, document: Record, before: Record) -> Record:
    """The questions of the group's family alone, as the split asks them, if it asks those of several."""
    asked: list[Record] = ({} if "question" in before else document).get("questions", [])
    asked = before.get("questions", asked)
    own = [
        entry
        for entry in asked
        if entry["family"] == group.subject[1] or _named(split, entry["family"]) == group.subject[1]
    ]
    return {"questions": copy.deepcopy(own)} if len(own) < len(asked) else {}


def _named(split: Split, family: str) -> str:
    return str(split.families[family].name)


def _narrowed(group: Group, split: Split, document: Record, before: Record) -> Iterator[Record]:
    """Yields sections with keys that narrow a split to problems like those of the group, from narrow to wide."""
    cameras = {"cameras": {"final": [*group.views]}}
    on_stage = "objects" if split.sampling.on_stage is None else "on_stage"
    like: Record = {on_stage: _range(*group.objects)}
    _, _, unchanged = group.subject
    if unchanged:
        like["no_change"] = 1
    elif group.steps:
        listed = {**document.get("sampling", {}), **before.get("sampling", {})}["kinds"]
        wrong = [entry for entry, name in zip(listed, split.kinds, strict=True) if name in group.kinds]
        low, high = group.steps
        for most in range(high, 0, -1) if wrong else ():
            yield {"sampling": {**like, "kinds": wrong, "steps": _range(min(low, most), most)}, **cameras}
        yield {"sampling": {**like, "steps": _range(low, high)}, **cameras}
    yield {"sampling": like, **cameras}
    yield cameras
    yield {}


def _range(least: int, most: int) -> int | list[int]:
    return least if least == most else [least, most]


def _is_possible(document: Record, source: str, trust: bool) -> bool:
    """Whether a config with one split can be planned."""
    try:
        config = loader.from_document(document, source, trust=trust)
        for split in config.splits.values():
            design.check_deal(config, split)
    except UserError:
        return False
    return True


def _name(group: Group, split: Split, narrowed: Record, taken: Any) -> str:
    """A name that says in what a split is narrower than that of the failures, such as train_color_left_8."""
    sampling, parts = narrowed.get("sampling", {}), [split.name]
    if len({asked.family for asked in split.questions}) > 1:
        parts.append(group.subject[1])
    if "no_change" in sampling:
        parts.append("unchanged")
    if len(sampling.get("kinds", split.kinds)) < len(split.kinds):
        parts += group.kinds
    if "cameras" in narrowed and len(group.views) < len(split.cameras.final):
        parts += group.views
    least, most = group.objects
    if {"objects", "on_stage"} & sampling.keys() and {*range(least, most + 1)} < {*on_stage_numbers(split.sampling)}:
        parts.append(f"{least}" if least == most else f"{least}to{most}")
    name = re.sub(r"\W", "_", "_".join(parts), flags=re.ASCII)[: names.LONGEST - 4]
    known, number, numbered = {own.lower() for own in taken}, 1, name
    while numbered.lower() in known:
        number += 1
        numbered = f"{name}_{number}"
    return numbered
