"""Conflicts of dealt steps: by how much the steps of a problem do not fit its objects, before it has any."""

from collections import Counter
from collections.abc import Sequence

from tvrgen.config.settings import Split
from tvrgen.sampling.levels import IntendedStep
from tvrgen.sampling.looks import possible
from tvrgen.transformations.base import Role


def conflicting(steps: Sequence[IntendedStep], objects: int, on_stage: int, split: Split) -> int:
    """The number of conflicting steps of a problem with so many objects, of those steps that have their objects."""
    by_index: dict[int, list[tuple[IntendedStep, Role]]] = {}
    for step in steps:
        for k, role in zip(step.objects, step.roles, strict=False):
            by_index.setdefault(k, []).append((step, role))
    faults, entering, staying = 0, 0, []
    for own in by_index.values():
        entries = [role.enters for _, role in own]
        faults += not possible([step for step, _ in own], split)
        if not split.sampling.repeat:
            faults += len(own) - len({step.kind for step, _ in own})
        if any(role.alone for _, role in own):
            faults += len(own) - 1
        if any(entries):
            faults += (not entries[0]) + sum(entries) - 1
            entering += 1
        else:
            staying.append(len(own))
    faults += sum(sorted(staying)[: max(0, len(staying) - on_stage)])
    return faults + max(0, entering - (objects - on_stage))


def clashing(shared: Sequence[IntendedStep], room: int, split: Split) -> int:
    """Excess steps of one kind and value, each of which needs its own object, of steps that `room` objects share.

    1 if there is one object alone and it cannot take them all.
    """
    alike = Counter((step.kind, step.value) for step in shared if len(step.roles) == 1)
    faults = sum(max(0, n - room) for n in alike.values())
    return faults or int(room == 1 and not possible(shared, split))


def missing(roles: Sequence[Role], others: Sequence[int], objects: int, on_stage: int, repeat: bool) -> int:
    """Missing objects: one that enters starts off stage, and one that leaves cannot take any other step.

    `roles` are those of a problem's steps of one kind, `others` the numbers of objects that its other kinds need.
    """
    entering, leaving = sum(r.enters for r in roles), sum(r.alone for r in roles)
    staying = [len(roles) - entering - leaving, *others]
    most = min(1, sum(staying)) if repeat else max(staying)
    return max(0, entering - (objects - on_stage)) + max(0, leaving + most - on_stage)
