"""Questions of a split: the settings of each family in its list, and whether its problems can be asked so."""

import dataclasses
import re
from itertools import chain
from typing import TYPE_CHECKING, Any

from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen._support.keys import build as build_settings
from tvrgen.config import documents
from tvrgen.config.settings import Prompt, QuestionSettings, Split, Template
from tvrgen.questions import prompts, registry, templates
from tvrgen.questions.registry import CHANGES
from tvrgen.sampling import mirror
from tvrgen.sampling.combinations import on_stage_numbers

if TYPE_CHECKING:
    from tvrgen.config.splits import Sections

_IMAGES = re.compile(r"\bimages?\b", re.IGNORECASE)


def build(sections: "Sections", trust: bool) -> tuple[dict[str, Any], tuple[QuestionSettings, ...]]:
    """Returns the families of a split by their names in the config, and the settings of its questions.

    Without `trust`, families of the user's own are not imported. Raises UserError if one cannot be loaded, or if its
    questions have no template; the template of one's own class is added to the resolved config.
    """
    families: dict[str, Any] = {}
    found: list[QuestionSettings] = []
    numbers: dict[str, int] = {}
    for k, entry in enumerate(sections.questions):
        name, where = entry["family"], sections.where_asked(k)
        own = ":" in name
        if trust or not own:
            try:
                families[name] = registry.resolve(name)
            except UserError as error:
                raise UserError(f"{where}.family: {error}") from error
            if (named := families[name].name) in {own.name for key, own in families.items() if key != name}:
                raise UserError(f"{where}.family: two families are named {named!r}")
            if entry["prompt"] is None:
                entry["prompt"] = _template(families[name], where)
        first = numbers.get(name, 0)
        of_clip = entry.get("show") == "clip"
        own_template = _of_clip(entry["prompt"], where) if of_clip and name != CHANGES else entry["prompt"]
        template = build_settings(Prompt if name == CHANGES else Template, own_template)
        settings = build_settings(QuestionSettings, entry, prompt=template, number=first)
        numbers[name] = first + settings.each
        if settings.circular and not settings.is_choice:
            raise UserError(f"{where}.circular: is of options; write as: choice too, or leave it out")
        if name == CHANGES and (settings.is_choice or numbers[name] > 1):
            what = "as: choice" if settings.is_choice else "more than one"
            raise UserError(f"{where}: changes are asked once and as they are; leave out {what}")
        found.append(settings)
    return families, tuple(found)


def _of_clip(template: Record, where: str) -> Record:
    """A family's template with its keys for clips in place of the others of their names."""
    if "clip" not in template:
        raise UserError(f"{where}.show: the template of the family has no texts for a clip; leave show out")
    own = template["clip"]
    return template | own | {"variants": template["variants"] | own.get("variants", {})}


def _template(family: Any, where: str) -> Record:
    """The template in the class of a user's own family."""
    if not (template := getattr(family, "template", None)):
        raise UserError(f"{where}: the family has no template; give its class one, or write prompt")
    try:
        documents.check(template, "template", "prompt", "family")
    except UserError as error:
        raise UserError(f"{where}: {error}") from error
    return documents.fill(template, "prompt", "family")


def checked(split: Split, sections: "Sections") -> Split:
    """Returns the split with as many options in its choices as their families have, at most.

    Raises UserError for unknown placeholders in a template, for an answer form that cannot name all objects, and for a
    family that needs more objects than all problems have.
    """
    found = []
    fewest = min(on_stage_numbers(split.sampling))
    for k, settings in enumerate(split.questions):
        where, family = sections.where_asked(k), split.families.get(settings.family)
        try:
            if settings.family == CHANGES:
                _check_changes(settings.prompt, split, settings.of_clip)
            elif family is not None:
                templates.check(settings.prompt, family.places)
        except ValueError as error:
            raise UserError(f"{where}.prompt: {error}") from error
        if family is not None and family.objects > fewest:
            raise UserError(
                f"{where}: {family.name} needs {family.objects} objects on stage; write sampling.on_stage: "
                f"{family.objects} or more"
            )
        if family is not None and (lack := family.lacks(split)):
            raise UserError(f"{where}: {family.name} needs {lack}")
        if settings.twin:
            _check_twin(split, where)
        if settings.of_clip:
            _check_clip(settings, split, where)
        most = settings.choices if family is None else family.most_options(split)
        found.append(dataclasses.replace(settings, choices=min(settings.choices, most)))
    return dataclasses.replace(split, questions=tuple(found))


def _check_twin(split: Split, where: str) -> None:
    """Raises UserError for what has no mirror image, or has a name that mirrored cameras have."""
    if strange := [name for name in split.cameras.names if name.endswith(mirror.MIRRORED)]:
        raise UserError(f"{where}.twin: camera {strange[0]!r} has a name that mirrored cameras have; rename it")
    if kind := mirror.without_mirror(split):
        raise UserError(
            f"{where}.twin: changes of kind {kind} have no mirror image; leave the kind out of sampling.kinds, or twin"
        )


def _check_clip(settings: QuestionSettings, split: Split, where: str) -> None:
    """Raises UserError if the split has no clips, or if they do not show what a question asks of."""
    if split.output.clip is None:
        raise UserError(f"{where}.show: there are no clips; write output.clip: {{}}, or leave show out")
    if settings.twin:
        raise UserError(f"{where}.twin: clips have no mirror images; leave it out, or show")
    if split.cameras.final != (split.cameras.initial,):
        raise UserError(
            f"{where}.show: a clip is of the initial camera alone; write cameras.final: [{split.cameras.initial}]"
        )
    if split.jitters_apart:
        raise UserError(
            f"{where}.show: with sampling.no_change, other questions show a second image that is shifted against the "
            "clip; write show: clip for all questions of the split, or sampling.no_change: 0"
        )


def _check_changes(template: Prompt, split: Split, of_clip: bool) -> None:
    prompts.check(template)
    texts = (template.text, template.directions, template.leaving, template.repeat, *chain(*template.variants.values()))
    if of_clip and any(_IMAGES.search(text) for text in texts):
        raise ValueError("speaks of images, and the question shows a clip; write prompt: clip, or a text of your own")
    sampling = split.sampling
    enters = any(
        role.enters for kind in split.kinds.values() for roles in kind.variants(sampling).values() for role in roles
    )
    if template.answer == "description" and (sampling.twins or enters):
        cure = "set sampling.twins to false" if sampling.twins else "write sampling.moves: [inner, out]"
        what = "look alike" if sampling.twins else "enter"
        raise ValueError(f"objects that {what} cannot be named by their looks; {cure}")
