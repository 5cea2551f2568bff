"""One split's settings from the resolved config: what it says itself over what it inherits, checked."""

import dataclasses
import re
from fractions import Fraction

from tvrgen._support.messages import nearest
from tvrgen.errors import UserError
from tvrgen.questions import prompts
from tvrgen.questions.forms.changes_text import normal
from tvrgen.sampling import feasibility
from tvrgen.scene import camera_model
from tvrgen.scene.model import SceneSpec
from tvrgen.scene.vocabulary import ATTRIBUTES, Vocabulary
from tvrgen.settings import (
    CameraSettings,
    Constraints,
    ImageSettings,
    Listed,
    OutputSettings,
    Prompt,
    QuestionSettings,
    RenderSettings,
    SamplingSettings,
    Split,
)
from tvrgen.transformations import registry
from tvrgen.transformations.base import Kind

_SECTIONS = ("sampling", "cameras", "render", "question")
"""What a split may override."""


class _Keys:
    """A split's sections, and the full path of each key: the split's own, or the one it inherits."""

    def __init__(self, name: str, document: dict, source: str) -> None:
        self._name, self._own, self._source = name, document["splits"][name], source
        self.sections = {key: {**document[key], **self._own.get(key, {})} for key in _SECTIONS}

    def __call__(self, key: str) -> str:
        section, inner = key.split(".")[:2]
        own = inner in self._own.get(section, {})
        return f"{self._source}: " + (f"splits.{self._name}.{key}" if own else key)


def build(name: str, document: dict, words: Vocabulary, scene: SceneSpec, source: str) -> Split:
    """The settings of split `name`. Raises UserError for unknown names and for demands that cannot be met."""
    where = _Keys(name, document, source)
    raw, views = where.sections["sampling"], where.sections["cameras"]
    kinds = _kinds(tuple(raw["kinds"]), where("sampling.kinds"))
    for key, camera in (("initial", views["initial"]), *(("final", c) for c in views["final"])):
        if camera not in scene.cameras:
            raise UserError(f"{where(f'cameras.{key}')}: unknown camera {camera!r}{nearest(camera, scene.cameras)}")
    _check_values(kinds, words, where("sampling.kinds"))
    constraints = _constraints(raw, words, kinds, scene, where)
    tables = {
        table: {v: getattr(words, table)[v] for v in constraints.values(attribute, words.values(attribute))}
        for attribute, table in ATTRIBUTES.items()
    }
    own_words = dataclasses.replace(words, **tables).facing(camera_model.azimuth(scene.cameras[views["initial"]]))

    def numbers(key: str) -> tuple[int, ...]:
        low, high = (raw[key], raw[key]) if isinstance(raw[key], int) else raw[key]
        if low > high:
            raise UserError(f"{where(f'sampling.{key}')}: [{low}, {high}] is empty; write the smaller number first")
        left = constraints.numbers(key, range(low, high + 1))
        if key == "objects" and raw["visible"] == "all":
            left = constraints.numbers("visible", left)
        if not left:
            raise UserError(f"{where(f'sampling.{key}')}: only and never leave none of [{low}, {high}]")
        return left

    final = constraints.views(views["final"])
    if not final:
        raise UserError(f"{where('cameras.final')}: only and never leave no final camera")
    split = Split(
        name=name,
        count=document["splits"][name]["count"],
        sampling=SamplingSettings(
            kinds=tuple(raw["kinds"]),
            objects=numbers("objects"),
            visible=None if raw["visible"] == "all" else numbers("visible"),
            steps=numbers("steps"),
            moves=tuple(raw["moves"]),
            constraints=constraints,
            balance=raw["balance"],
            repeat=raw["repeat"],
            twins=raw["twins"],
            no_change=Fraction(str(raw["no_change"])),
            min_visible_pixels=raw["min_visible_pixels"],
            max_attempts=raw["max_attempts"],
        ),
        cameras=CameraSettings(initial=views["initial"], final=final, views=views["views"]),
        render=RenderSettings(**where.sections["render"]),
        question=_question(where, bool(raw["twins"]), "in" in raw["moves"] and "position" in kinds),
        image=ImageSettings(**document["image"]),
        output=OutputSettings(**{**document["output"], "annotations": tuple(document["output"]["annotations"])}),
        vocabulary=own_words,
        kinds=kinds,
        values={n: constraints.steps(n, kind.values(own_words)) for n, kind in kinds.items()},
        ordinal=sorted(document["splits"]).index(name),
    )
    feasibility.check(split, where)
    return split


def _question(where: _Keys, twins: bool, enters: bool) -> QuestionSettings:
    """The template, checked: its places are known, and what it asks can be answered."""
    raw = where.sections["question"]
    variants = {name: tuple(texts) for name, texts in raw["prompt"]["variants"].items()}
    template = Prompt(**{**raw["prompt"], "variants": variants})
    try:
        prompts.check(template)
    except ValueError as error:
        raise UserError(f"{where('question.prompt')}: {error}") from error
    if template.answer == "description" and (twins or enters):
        cure = "set sampling.twins to false" if twins else "write sampling.moves: [inner, out]"
        what = "look alike" if twins else "enter"
        raise UserError(f"{where('question.prompt')}: objects that {what} cannot be named by their looks; {cure}")
    return QuestionSettings(prompt=template, rationale=raw["rationale"])


def _kinds(names: tuple[str, ...], where: str) -> dict[str, Kind]:
    kinds: dict[str, Kind] = {}
    for name in names:
        if name not in registry.BUILT_IN and ":" not in name:
            known = [*registry.BUILT_IN, "package.module:Class"]
            raise UserError(f"{where}: unknown kind {name!r}{nearest(name, known)}")
        try:
            kind = registry.resolve(name)
        except UserError as error:
            raise UserError(f"{where}: {error}") from error
        if not isinstance(kind.name, str) or not re.fullmatch(r"[A-Za-z]\w*", kind.name):
            raise UserError(f"{where}: {name!r} has the name {kind.name!r}; write letters, digits and underscores")
        if kind.name in kinds:
            raise UserError(f"{where}: two kinds are named {kind.name!r}")
        kinds[kind.name] = kind
    return kinds


def _check_values(kinds: dict[str, Kind], words: Vocabulary, where: str) -> None:
    """Values stand between dots and commas in answers, and are told apart whatever their case and their joints."""
    for name, kind in kinds.items():
        seen: dict[str, str] = {}
        for value in kind.values(words):
            if not isinstance(value, str) or not re.fullmatch(r"[\w+-]+(\.[\w+-]+)*", value):
                raise UserError(f"{where}: {name} has the value {value!r}; write text without spaces and commas")
            if (other := seen.setdefault(normal(name, value), value)) != value:
                raise UserError(f"{where}: the values {other!r} and {value!r} of {name} read alike in answers")


def _constraints(raw: dict, words: Vocabulary, kinds: dict[str, Kind], scene: SceneSpec, where: _Keys) -> Constraints:
    """`sampling.only` and `sampling.never`, every name in them checked."""
    every_step = [f"{name}.{value}" for name, kind in kinds.items() for value in kind.values(words)]

    def known(key: str, names: list, names_known: list, what: str) -> tuple:
        for name in names:
            if name not in names_known:
                raise UserError(f"{where(key)}: unknown {what} {name!r}{nearest(name, names_known)}")
        return tuple(names)

    def values(key: str, entry: dict) -> dict[str, tuple[str, ...]]:
        return {a: known(f"{key}.{a}", v, list(words.values(a)), a) for a, v in entry.items() if a in ATTRIBUTES}

    def listed(key: str, entry: dict) -> Listed:
        return Listed(
            values=values(key, entry),
            steps=known(f"{key}.step", entry["step"], every_step, "step") if "step" in entry else None,
            numbers={k: tuple(entry[k]) for k in ("objects", "visible", "steps") if k in entry},
            views=known(f"{key}.views", entry["views"], list(scene.cameras), "camera") if "views" in entry else None,
        )

    only, never = raw["only"], raw["never"]
    return Constraints(
        only=listed("sampling.only", only),
        never=listed("sampling.never", never),
        implications=tuple(
            (values(f"sampling.only.pairs[{k}].when", p["when"]), values(f"sampling.only.pairs[{k}].then", p["then"]))
            for k, p in enumerate(only.get("pairs", ()))
        ),
        exclusions=tuple(values(f"sampling.never.pairs[{k}]", p) for k, p in enumerate(never.get("pairs", ()))),
    )
