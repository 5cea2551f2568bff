"""Settings of a split, from the resolved config: its own keys override the inherited ones, and all are checked."""

import dataclasses
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen._support.keys import build as build_settings
from tvrgen._support.keys import keys
from tvrgen._support.messages import nearest
from tvrgen.config import asked, documents
from tvrgen.config.documents import OLD_NAMES
from tvrgen.config.settings import ClipSettings, Constraints, Never, Only, OutputSettings, Split
from tvrgen.config.settings.constraints import Listed
from tvrgen.questions.forms import arities, changes_text
from tvrgen.questions.forms.changes_reader import parse_answer
from tvrgen.questions.forms.changes_text import normal
from tvrgen.questions.registry import CHANGES
from tvrgen.scene import camera_model
from tvrgen.scene.model import SceneSpec
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations import members, registry
from tvrgen.transformations.attributes import Attribute
from tvrgen.transformations.base import Step, Transformation
from tvrgen.transformations.own import KindError, Own
from tvrgen.transformations.registry import NotImported

T = TypeVar("T", Only, Never)

_SECTIONS: dict[str, Any] = {name: kind for name, (kind, _) in keys(Split).items() if dataclasses.is_dataclass(kind)}
_FIELDS = {name: kind for name, kind in _SECTIONS.items() if name != "question"}


class Sections:
    """A split's sections of a resolved config: its own keys over those that it inherits.

    `written` is the config before it was resolved, whose names of keys messages use.
    """

    def __init__(self, name: str, document: Record, written: Record, source: str) -> None:
        self.name, self.document, self._written, self._source = name, document, written, source
        self._own = document["splits"][name]
        self._merged = {key: {**document.get(key, {}), **self._own.get(key, {})} for key in _SECTIONS}

    def __getitem__(self, section: str) -> dict[str, Any]:
        return self._merged[section]

    def is_written(self, key: str) -> bool:
        """Whether the config has a key `section.name`, in this split or for all, under its own name or its old one."""
        section, name = key.split(".")
        return any(
            isinstance(node.get(section), dict) and {name, OLD_NAMES.get(name, name)} & node[section].keys()
            for node in (self._written, self._written["splits"][self.name])
        )

    @property
    def questions(self) -> list[Record]:
        """The entries of `questions`, or the one that `question` stands for."""
        own = self._own.get("questions")
        if own is None and "question" not in self._own:
            own = self.document.get("questions")
        if own is None:
            return [documents.fill({"family": CHANGES, **self["question"]}, "config", "asked")]
        found: list[Record] = own
        return found

    @property
    def hashes(self) -> tuple[int, int]:
        """The hashes of the split: its own, or those whose remainder is its place among the sorted names."""
        names = sorted(self.document["splits"])
        remainder, divisor = self._own.get("hashes", (names.index(self.name), len(names)))
        if remainder >= divisor:
            where = f"{self._source}: splits.{self.name}.hashes"
            raise UserError(f"{where}: holds {[remainder, divisor]}; write a remainder below the divisor")
        return remainder, divisor

    def where_asked(self, number: int) -> str:
        """The full path of an entry of `questions` for messages, or that of `question`, which stands for it."""
        split = f"splits.{self.name}."
        if "questions" in self._own:
            return f"{self._source}: {split}questions[{number}]"
        if "question" in self._own or "questions" not in self.document:
            prompt = self.where("question.prompt")
            return prompt.removesuffix(".prompt")
        return f"{self._source}: questions[{number}]"

    def where(self, key: str) -> str:
        """The full path of a key for messages: the split's own, or the one that it inherits."""
        section, *parts = key.split(".")
        own = parts[0] in self._own.get(section, {})
        node = (self._written["splits"][self.name] if own else self._written).get(section, {})
        path = ["splits", self.name, section] if own else [section]
        for part in parts:
            old = OLD_NAMES.get(part, part)
            path.append(old if old in node else part)
            node = node.get(path[-1], {}) if isinstance(node, dict) else {}
        return f"{self._source}: {'.'.join(path)}"


def build(sections: Sections, words: Vocabulary, scene: SceneSpec, trust: bool = True) -> Split:
    """Returns the settings of a split. Raises UserError for unknown names, and if constraints leave no value.

    Without `trust`, kinds of the user's own are not imported (NotImported), and have no values.
    """
    where, views = sections.where, sections["cameras"]
    kinds = _kinds(tuple(sections["sampling"]["kinds"]), words, where("sampling.kinds"), trust)
    _check_cameras(sections, scene)
    known = {name: kind for name, kind in kinds.items() if not isinstance(kind, NotImported)}
    constraints = _constraints(sections, words, known, scene, all_steps=len(known) == len(kinds))
    final = constraints.views(views["final"])
    if not final:
        raise UserError(f"{where('cameras.final')}: only and never leave no final camera")
    follows: dict[str, dict[str, Any]] = {
        "sampling": _numbers(sections, constraints),
        "cameras": {"final": final},
        "output": {"clip": _clip(sections)},
    }
    settings: dict[str, Any] = {
        name: build_settings(kind, sections[name], **follows.get(name, {})) for name, kind in _FIELDS.items()
    }
    _check_video(settings["output"], sections)
    families, questions = asked.build(sections, trust)
    azimuths = {name: camera_model.azimuth(scene.cameras[name]) for name in (views["initial"], *final)}
    own_words = _narrowed(words, constraints).facing(azimuths[views["initial"]])
    split = Split(
        name=sections.name,
        count=sections.document["splits"][sections.name]["count"],
        **settings,
        vocabulary=own_words,
        azimuths=azimuths,
        kinds=kinds,
        values={name: constraints.steps(name, kind.values(own_words)) for name, kind in known.items()},
        questions=questions,
        families=families,
        hashes=sections.hashes,
    )
    for name, kind in known.items():
        if fault := next(members.of_variants(kind, split.sampling), None):
            raise UserError(f"{where('sampling.kinds')}: {KindError(name, 'variants', fault)}")
    return asked.checked(split, sections)


def check_hashes(splits: Mapping[str, Split], where: str) -> None:
    """Raises UserError if two splits have some hashes in common, but not all; `where` is the path of the splits."""
    first: dict[tuple[int, int], str] = {}
    for name, split in splits.items():
        first.setdefault(split.hashes, name)
    for (own, name), (other, beside) in itertools.combinations(first.items(), 2):
        if own[0] % (common := math.gcd(own[1], other[1])) == other[0] % common:
            raise UserError(
                f"{where}.{beside}.hashes: {[*other]} and {[*own]}, those of {name}, have some in common; write the "
                "same for both, or remainders that differ for one divisor"
            )


def _numbers(sections: Sections, constraints: Constraints) -> dict[str, tuple[int, ...] | None]:
    """All numbers of objects, of objects on stage (None: all of them) and of steps that may occur."""
    raw = sections["sampling"]
    everywhere = raw["on_stage"] == "all"

    def left(key: str) -> tuple[int, ...]:
        where = sections.where(f"sampling.{key}")
        every = _range(raw[key], where)
        numbers = constraints.numbers(key, every)
        if key == "objects" and everywhere:
            numbers = constraints.numbers("on_stage", numbers)
        if not numbers:
            raise UserError(f"{where}: only and never leave none of [{every[0]}, {every[-1]}]")
        return numbers

    objects = left("objects")
    return {"objects": objects, "on_stage": None if everywhere else left("on_stage"), "steps": left("steps")}


def _range(written: int | list[int], where: str) -> range:
    """All numbers that a number or [min, max] stands for."""
    low, high = (written, written) if isinstance(written, int) else written
    if low > high:
        raise UserError(f"{where}: [{low}, {high}] is empty; write the smaller number first")
    return range(low, high + 1)


def _clip(sections: Sections) -> ClipSettings | None:
    if (document := sections["output"].get("clip")) is None:
        return None
    return build_settings(
        ClipSettings, document, hold=tuple(_range(document["hold"], sections.where("output.clip.hold")))
    )


def _narrowed(words: Vocabulary, constraints: Constraints) -> Vocabulary:
    """The vocabulary with the values that constraints leave."""
    return words.narrowed({name: constraints.values(name, words.values(name)) for name in words.attributes})


def _check_cameras(sections: Sections, scene: SceneSpec) -> None:
    initial, final = sections["cameras"]["initial"], sections["cameras"]["final"]
    _check_known([initial], scene.cameras, "camera", sections.where("cameras.initial"))
    _check_known(final, scene.cameras, "camera", sections.where("cameras.final"))


def _check_video(output: OutputSettings, sections: Sections) -> None:
    """Raises UserError for videos with an odd number of pixels along a side, which H.264 does not have."""
    for side in ("width", "height"):
        pixels = sections["render"][side]
        if output.clip is not None and output.clip.format == "mp4" and pixels % 2:
            raise UserError(
                f"{sections.where(f'render.{side}')}: {pixels} is odd, and videos have even sides; write {pixels + 1}, "
                "or output.clip.format: frames"
            )


def _check_known(names: Iterable[str], known: Iterable[str], what: str, where: str) -> None:
    known = list(known)
    for name in names:
        if name not in known:
            raise UserError(f"{where}: unknown {what} {name!r}{nearest(name, known)}")


def _kinds(names: tuple[str, ...], words: Vocabulary, where: str, trust: bool) -> dict[str, Transformation]:
    """The kinds that a config names, by their names in steps."""
    kinds: dict[str, Transformation] = {}
    for name in names:
        own = [attribute for attribute in words.attributes if attribute not in registry.BUILT_IN]
        if name not in (*registry.BUILT_IN, *own) and ":" not in name:
            raise UserError(f"{where}: unknown kind {name!r}{registry.suggestion(name, own)}")
        try:
            kind = Attribute(name) if name in own else registry.resolve(name, trust)
        except UserError as error:
            raise UserError(f"{where}: {error}") from error
        if isinstance(kind, NotImported):
            kinds[name] = kind
            continue
        _check_members(kind, words, where)
        if kind.name.lower() in map(str.lower, kinds):
            raise UserError(f"{where}: two kinds are named {kind.name!r}, whatever the case; choose another name")
        kinds[kind.name] = kind
    return kinds


def _check_members(kind: Transformation, words: Vocabulary, where: str) -> None:
    """Raises UserError for a kind whose members are not as they must be, such as values that answers cannot hold."""
    try:
        for member, check in members.checks(kind, words, normal).items():
            if fault := next(iter(check()), None):
                raise KindError(str(kind.name), member, fault)
        if isinstance(kind, Own) and (fault := _fault_of_name(kind, kind.values(words)[0])):
            raise KindError(kind.name, "name", fault)
    except KindError as error:
        raise UserError(f"{where}: {error}") from error


def _fault_of_name(kind: Transformation, value: str) -> str:
    """What is wrong with a kind's name if an answer with it is not read back, such as "0.change"; "" if nothing is."""
    step = Step(objects=tuple(range(kind.named)), kind=kind.name, value=value)
    said = changes_text.write((step,))
    read = parse_answer(said, arities=arities.unknown([kind]))
    if not read.faults and [_as_read(own) for own in read.steps] == [_as_read(step)]:
        return ""
    return f"is no name for a kind: an answer such as {said!r} is not read back; choose another"


def _as_read(step: Step) -> tuple[tuple[int, ...], str, str]:
    return step.objects, step.kind.lower(), normal(step.kind.lower(), step.value)


def _listed(owner: type[T], key: str, sections: Sections, words: Vocabulary) -> T:
    """`sampling.only` or `sampling.never`. Raises UserError for a key that is no attribute either."""
    document: Record = sections["sampling"][key]
    others: list[str] = [*keys(Listed), "pairs"]
    attributes = {name: tuple(listed) for name, listed in document.items() if name not in others}
    if taken := words.attributes.keys() & {*others}:
        raise UserError(
            f"{sections.where(f'sampling.{key}')}: has the key {min(taken)} already; choose another name for that"
            " attribute of the vocabulary"
        )
    for name in attributes:
        if name not in words.attributes:
            where = f"{sections.where(f'sampling.{key}')}.{name}"
            raise UserError(f"{where}: unknown key{nearest(name, [*words.attributes, *others])}")
    return build_settings(owner, document, attributes=attributes)


def _constraints(
    sections: Sections, words: Vocabulary, kinds: dict[str, Transformation], scene: SceneSpec, all_steps: bool
) -> Constraints:
    """`sampling.only` and `sampling.never`, every name in them checked; those of steps if `all_steps` are known."""
    only, never = _listed(Only, "only", sections, words), _listed(Never, "never", sections, words)
    steps = [f"{name}.{value}" for name, kind in kinds.items() for value in kind.values(words)]

    def check(key: str, names: Sequence[str] | None, known: Iterable[str], what: str) -> None:
        _check_known(names or (), known, what, sections.where(f"sampling.{key}"))

    for key, listed in (("only", only), ("never", never)):
        for attribute, names in listed.attributes.items():
            check(f"{key}.{attribute}", names, words.values(attribute), attribute)
        if all_steps:
            check(f"{key}.step", listed.step, steps, "step")
        check(f"{key}.views", listed.views, scene.cameras, "camera")
    pairs = {f"only.pairs[{k}].when": rule.when for k, rule in enumerate(only.pairs)}
    pairs |= {f"only.pairs[{k}].then": rule.then for k, rule in enumerate(only.pairs)}
    pairs |= {f"never.pairs[{k}]": values for k, values in enumerate(never.pairs)}
    for key, values in pairs.items():
        for attribute, names in values.items():
            where = f"{sections.where(f'sampling.{key}')}.{attribute}"
            if attribute not in words.attributes:
                raise UserError(f"{where}: unknown key{nearest(attribute, words.attributes)}")
            check(f"{key}.{attribute}", names, words.values(attribute), attribute)
    return Constraints(only=only, never=never)
