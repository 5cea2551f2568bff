"""Parquet files with images in them, which Hugging Face's `datasets` reads from version 2.19 on.

A column has a description in `columns`: the name of a type ("string", "int32", "float64"), IMAGE, a list of one
description, or a mapping of descriptions. The metadata of the schema mark the columns of images in the older spelling:
versions 2.19 and 3.6 read that spelling only, later ones read both.
"""

import itertools
import json
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, ClassVar

from tvrgen._support.errors import UserError
from tvrgen.config import loader
from tvrgen.export.folder import Part
from tvrgen.export.reader import Question
from tvrgen.export.writers import READ_AS_PATTERN, Format
from tvrgen.sampling.touching import share_effects
from tvrgen.scene.attributes import BUILT_IN

IMAGE = "image"
_NAMED = {"objects": ["int32"], "attribute": "string", "value": "string"}
_CHANGE = {"attribute": "string", "value": "string"}

_GROUP = 100  # rows in memory at once, at most
_GROUP_BYTES = 100_000_000
"""Bytes of a row group, about: the Hub's viewer reads no group of more than 300 MB, and pyarrow none of 2 GB."""


def objects(further: Iterable[str]) -> list[dict[str, Any]]:
    """The column of a question's objects, which have these further attributes."""
    own = dict.fromkeys((*BUILT_IN, *further), "string")
    return [{"index": "int32", **own, "on_stage": "bool", **({"looks": ["string"]} if further else {})}]


class Parquet(Format):
    """A Parquet file for each part."""

    file: ClassVar[str] = "data/{split}-{number:05d}-of-{of:05d}.parquet"
    needs = ("pyarrow",)
    reserved = READ_AS_PATTERN

    @property
    @abstractmethod
    def columns(self) -> dict[str, Any]:
        """The columns, in order."""

    @cached_property
    def several(self) -> bool:
        """Whether the dataset has changes that name any other number of objects than one, or may be said by others.

        Of kinds of the user's own, the questions tell, so that the columns are the same with and without trust.
        """
        try:
            config = loader.of_dataset(self.dataset.description["config"], self.dataset.storage / "dataset.json")
        except UserError:
            lines = (line for split in self.splits for line in self.dataset.questions(split))
            return any(map(_is_general, itertools.chain.from_iterable(line.get("changes", ()) for line in lines)))
        splits = map(config.split, self.splits)
        return any(share_effects(s) or any(kind.named != 1 for kind in s.kinds.values()) for s in splits)

    @property
    def about_columns(self) -> dict[str, str]:
        """The columns of the fields of `about`."""
        rationale = {"rationale": "string"} if self.rationales else {}
        family = dict.fromkeys(("family", "level"), "string") if self.families else {}
        twin = {"twin": "string", "flips": "bool", "mirrored": "bool"} if self.twins else {}
        return {"view": "string", "steps": "int32", "difficulty": "float64", **family, **twin, **rationale}

    @abstractmethod
    def row(self, question: Question, number: int) -> dict[str, Any]:
        """Returns the row of a question; `number` is its position in the split."""

    def rows(self, questions: Iterable[Question], first: int) -> Iterator[dict[str, Any]]:
        """Yields the rows of questions, of which the first is number `first` of the split."""
        return (self.row(question, number) for number, question in enumerate(questions, first))

    def write(self, part: Part, questions: Iterable[Question]) -> int:
        import pyarrow as pa
        from pyarrow import parquet

        info = {"info": {"features": {name: features(own) for name, own in self.columns.items()}}}
        schema = arrow(self.columns).with_metadata({"huggingface": json.dumps(info)})
        size = 0
        # images are compressed already; statistics and a dictionary of them would only take memory
        options = {"compression": "snappy", "write_statistics": False, "use_dictionary": False}
        name = self.file.format(split=part.split, number=part.number, of=part.of)
        with (
            self.out.whole(name) as path,
            open(path, "wb") as file,  # a path would have to be UTF-8, and would be a URI if it has a colon
            parquet.ParquetWriter(file, schema, **options) as writer,
        ):
            for group in groups(self.rows(questions, part.first)):
                table = pa.Table.from_pylist(group, schema)
                size += table.nbytes
                writer.write_table(table)
        return size


def changes(several: bool) -> list[dict[str, Any]]:
    """Returns the column of changes; if they may be of `several` objects, all of them name objects in one form."""
    if several:
        return [{"objects": ["int32"], **_CHANGE, "accepted": [_NAMED]}]
    return [{"index": "int32", **_CHANGE, "accepted": ["string"]}]


def changed(question: Question, several: bool) -> list[dict[str, Any]]:
    """Returns a question's changes as a value of that column."""
    own = question.line.get("changes", [])
    if several:
        return [{**c, "accepted": [_named(value, c) for value in c["accepted"]]} for c in own]
    return own


def _is_general(change: dict[str, Any]) -> bool:
    """Whether a change names any other number of objects than one, or may be said with others."""
    return "index" not in change or any(isinstance(way, dict) for way in change["accepted"])


def _named(accepted: Any, change: dict[str, Any]) -> dict[str, Any]:
    """A way to say a change, with all that may be left out in it."""
    own = {"objects": change["objects"], "attribute": change["attribute"]}
    return {**own, **accepted} if isinstance(accepted, dict) else {**own, "value": accepted}


def groups(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Yields the rows in groups: a hundred, or as many as have about 100 MB of images."""
    group: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        own = sum(len(image["bytes"]) for name in row if name.startswith("images") for image in row[name])
        if group and (len(group) == _GROUP or size + own > _GROUP_BYTES):
            yield group
            group, size = [], 0
        group.append(row)
        size += own
    if group:
        yield group


def embedded(question: Question) -> list[dict[str, Any]]:
    """Returns a question's images as a value of a column [IMAGE]."""
    named = zip(question.names, question.images(), strict=True)
    return [{"bytes": content, "path": name} for name, content in named]


def arrow(columns: dict[str, Any]) -> Any:
    """Returns the columns as a schema of pyarrow."""
    import pyarrow as pa

    def typed(own: Any) -> Any:
        match own:
            case "image":
                return pa.struct({"bytes": pa.binary(), "path": pa.string()})
            case str():
                return {"bool": pa.bool_()}.get(own) or getattr(pa, own)()
            case [inner]:
                return pa.list_(typed(inner))
            case dict():
                return pa.struct({name: typed(inner) for name, inner in own.items()})

    return pa.schema({name: typed(own) for name, own in columns.items()})


def features(own: Any) -> Any:
    """Returns a column as the metadata of the schema describe it."""
    match own:
        case "image":
            return {"_type": "Image"}
        case str():
            return {"dtype": own, "_type": "Value"}
        case [dict() as inner]:
            return [features(inner)]
        case [inner]:
            return {"feature": features(inner), "_type": "Sequence"}
        case dict():
            return {name: features(inner) for name, inner in own.items()}
    raise TypeError(f"{own!r} describes no column")


def described(name: str, own: Any) -> dict[str, Any]:
    """Returns a column as a dataset card describes it."""
    match own:
        case str():
            return {"name": name, "dtype": own}
        case [dict() as inner]:
            return {"name": name, "list": [described(key, part) for key, part in inner.items()]}
        case [inner]:
            return {"name": name, "sequence": inner}
        case dict():
            return {"name": name, "struct": [described(key, part) for key, part in own.items()]}
    raise TypeError(f"{own!r} describes no column")
