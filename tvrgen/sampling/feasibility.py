"""Checks of a config for impossible demands, before the first problem is drawn."""

import itertools
import math
from collections import Counter
from collections.abc import Callable

from tvrgen._support import limits
from tvrgen._support.errors import UserError
from tvrgen._support.messages import counted
from tvrgen.config.settings import Split
from tvrgen.sampling.combinations import on_stage_numbers
from tvrgen.sampling.levels import IntendedStep
from tvrgen.sampling.looks import every_look, possible
from tvrgen.scene.model import State
from tvrgen.transformations.base import Rejected, Role, Step, Transformation

JAMMING_DENSITY = 0.547
"""Share of a plane that equal discs cover when they are dropped at random until none fits (Feder 1980)."""


def check(split: Split, where: Callable[[str], str], is_written: Callable[[str], bool]) -> None:
    """Raises UserError for an impossible demand.

    `where` returns the full path of a key, and `is_written` whether the config has it (if not, it has its default).
    """
    _check_numbers(split, where, is_written)
    _check_looks(split, where)
    _check_room(split, where)
    _check_steps(split, where)
    _check_shares(split, where)


def _check_numbers(split: Split, where: Callable[[str], str], is_written: Callable[[str], bool]) -> None:
    sampling = split.sampling
    if sampling.on_stage is None or max(sampling.on_stage) <= max(sampling.objects):
        return
    key, on_stage, most = where("sampling.on_stage"), max(sampling.on_stage), max(sampling.objects)
    if is_written("sampling.on_stage"):
        raise UserError(
            f"{key}: {on_stage} objects on stage, but sampling.objects allows {most}; write at most {most}, or all"
        )
    raise UserError(
        f"{key}: is not written, and its default has up to {on_stage} objects on stage, but sampling.objects allows"
        f" {most}; write sampling.on_stage: all, or a number of at most {most}"
    )


def _check_looks(split: Split, where: Callable[[str], str]) -> None:
    """Checks that all objects can look different, unless twins are allowed."""
    words, most = split.vocabulary, max(split.sampling.objects)
    for attribute in words.attributes:
        if not words.values(attribute):
            raise UserError(f"{where('sampling.only')}: only and never leave no {attribute}")
    tables = [words.values(a) for a in words.attributes]
    constraints = split.sampling.constraints
    number, pairs = math.prod(map(len, tables)), len(constraints.only.pairs) + len(constraints.never.pairs)
    if number * (1 + pairs) > limits.LOOKS.value:
        counts = " x ".join(counted(len(table), name) for name, table in zip(words.attributes, tables, strict=True))
        times = f" for {counted(pairs, 'pair')} in only and never" * bool(pairs)
        raise UserError(
            f"{where('sampling.only')}: {counts} are {number} looks of objects to check{times}; write at most"
            f" {limits.LOOKS.value // (1 + pairs)}: fewer values in vocabulary or in sampling.only, or set"
            f" {limits.LOOKS.variable} to more"
        )
    found: set[tuple[str, ...]] = set()
    for obj in every_look(words):
        if len(found) == most:
            break  # no more are needed
        if constraints.allow(obj):
            found.add(obj.looks)
    looks = len(found)
    if not looks:
        raise UserError(f"{where('sampling.only')}: only and never together allow no object at all")
    if most > looks and not split.sampling.twins:
        raise UserError(
            f"{where('sampling.objects')}: {most} objects cannot all look different; write at most {looks},"
            " or twins: true"
        )


def _check_room(split: Split, where: Callable[[str], str]) -> None:
    sampling, grid = split.sampling, split.vocabulary.grid
    most_on_stage, least_on_stage = max(on_stage_numbers(sampling)), min(on_stage_numbers(sampling))
    most_off_stage = 0 if sampling.on_stage is None else max(sampling.objects) - least_on_stage
    for key, number, room, half_side in (
        ("on_stage" if sampling.on_stage else "objects", most_on_stage, _room(split, grid.stage), grid.stage),
        ("objects", most_off_stage, _room(split, grid.field) - _room(split, grid.stage), grid.field),
    ):
        if number > room:
            side = 2 * grid.unit * half_side
            raise UserError(
                f"{where(f'sampling.{key}')}: {number} objects do not fit on {side:.3g} x {side:.3g} m; write at most"
                f" {room}, or allow smaller sizes only (sampling.only.size)"
            )


def _broken(name: str, kind: Transformation, value: str, split: Split) -> str:
    """For messages, the rule that most objects break as they change so, if each breaks one."""
    rules: Counter[str] = Counter()
    for obj in every_look(split.vocabulary):
        try:
            kind.apply(State(objects=(obj,)), Step(objects=(0,), kind=name, value=value), split.vocabulary)
        except Rejected as error:
            rules[error.rule.text] += 1
        else:
            return ""
    return f"; the kind rejects every look, most by the rule '{rules.most_common(1)[0][0]}'"


def _check_steps(split: Split, where: Callable[[str], str]) -> None:
    for name, kind in split.kinds.items():
        values = split.values[name]
        needed = kind.least_values() if len(kind.values(split.vocabulary)) < kind.least_values() else 1
        if len(values) < needed:
            count = counted(len(values), "value")
            raise UserError(f"{where('sampling.kinds')}: {name} has {count} left; leave it out or allow more")
        for value in values:
            roles = next(iter(kind.variants(split.sampling).values()))
            if not possible((IntendedStep(kind=name, value=value, roles=roles),), split):
                cure = f"leave it out (never: {{step: [{name}.{value}]}})" if value else f"leave {name} out"
                raise UserError(
                    f"{where('sampling.only')}: only and never let no object change to {name}{'.' * bool(value)}{value}"
                    f"; {cure}, or loosen their pairs{_broken(name, kind, value, split)}"
                )
    _check_changes(split, where)


def _check_changes(split: Split, where: Callable[[str], str]) -> None:
    """Checks that the fewest objects on stage can take the most steps."""
    sampling = split.sampling
    ways = {name: kind.variants(sampling) for name, kind in split.kinds.items()}
    least_hidden, most_hidden = 0, 0
    if sampling.on_stage is not None:
        least_hidden = max(0, min(sampling.objects) - max(sampling.on_stage))
        most_hidden = max(sampling.objects) - min(sampling.on_stage)
    if not most_hidden and any(all(map(_enters, own.values())) for own in ways.values()):
        raise UserError(
            f"{where('sampling.moves')}: no object is off stage that could enter; add inner, or write"
            " sampling.on_stage below sampling.objects"
        )
    _check_numbers_of_objects(split, where)
    limits_of = {name: kind.limit(len(split.values[name]), sampling) for name, kind in split.kinds.items()}
    stays = {name for name, own in ways.items() if not all(_enters(r) or _leaves(r) for r in own.values())}
    enters = {name for name, own in ways.items() if any(map(_enters, own.values()))}
    leaves = any(_leaves(roles) for own in ways.values() for roles in own.values())
    fewest, most = min(on_stage_numbers(sampling)), max(sampling.steps)
    # an object that leaves changes in no other way; one that enters changes besides in kinds in which none enters
    room = max(sum(_takes(fewest, limits_of[name], split.kinds[name]) for name in stays), fewest * leaves)
    if least_hidden and enters:
        room += least_hidden * (1 + sum(limits_of[name] for name in split.kinds if name not in enters))
    if most > room:
        named = [way for name, own in ways.items() if name not in stays for way in own if way]
        how = f" ({', '.join(named)})" if named else ""
        cure = f"write at most {room:g}, or raise" if room else "raise"
        raise UserError(
            f"{where('sampling.steps')}: {most} steps, but {fewest} object{'s' if fewest > 1 else ''} on stage can"
            f" change {room:g} times ({', '.join(split.kinds)}{how}); {cure} sampling.on_stage"
        )


def _takes(objects: int, limit: float, kind: Transformation) -> float:
    """The most steps of a kind that so many objects can take, each `limit` times."""
    return objects * limit // kind.named if kind.named else math.inf


def _check_numbers_of_objects(split: Split, where: Callable[[str], str]) -> None:
    """Checks that some problem has as many objects on stage as a kind takes at once."""
    most = max(on_stage_numbers(split.sampling))
    for name, kind in split.kinds.items():
        if kind.named > most:
            raise UserError(
                f"{where('sampling.on_stage')}: {name} takes {kind.named} objects, but at most {most} are on stage;"
                f" raise sampling.on_stage, or leave {name} out of sampling.kinds"
            )


def _enters(roles: tuple[Role, ...]) -> bool:
    return any(role.enters for role in roles)


def _leaves(roles: tuple[Role, ...]) -> bool:
    return any(role.leaves for role in roles)


def _check_shares(split: Split, where: Callable[[str], str]) -> None:
    """Checks that problems with few objects on stage can take each kind's share of the steps."""
    sampling = split.sampling
    if sampling.repeat:
        return
    combinations = list(itertools.product(on_stage_numbers(sampling), sampling.steps))
    slots = sum(steps for _, steps in combinations)
    pairs = sum(len(values) for values in split.values.values())
    for name, values in split.values.items():
        entering = all(map(_enters, split.kinds[name].variants(sampling).values()))
        room = max(sampling.objects) if entering else 0
        most = sum(min(max(on_stage, room), steps) for on_stage, steps in combinations) / slots
        share = len(values) / pairs if sampling.balance == "value" else 1 / len(split.values)
        if share > most:
            raise UserError(
                f"{where('sampling.balance')}: {name} is {share:.0%} of the steps, but as an object changes once in"
                f" each kind it can be {most:.0%}; raise sampling.on_stage, lower sampling.steps, or set"
                " sampling.repeat: true"
            )


def _room(split: Split, half_side: int) -> int:
    """About the number of objects that fit on a square if they are placed at random; `half_side` in grid units."""
    grid, radii = split.vocabulary.grid, split.vocabulary.sizes.values()
    reach = [radius + grid.gap * grid.unit / 2 for radius in radii]
    disc = math.pi * sum(r * r for r in reach) / len(reach)
    # centres may be on the edge, so that footprints reach beyond it
    side = 2 * (half_side * grid.unit + sum(reach) / len(reach))
    return max(1, int(JAMMING_DENSITY * side * side / disc))
