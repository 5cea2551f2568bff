"""Lines of format 1, as those of the latest format and back: lines are read in the latest form, whatever files hold.

In format 1 a step changes one object, and says what it changes as `from` and, of a move, its `type`; a change in a
question line has an `index` alone. Files of format 1 stay as they are, and a run that adds to such a dataset writes
format 1, so that a dataset has one form throughout.
"""

from typing import Any

from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen.dataset.versions import FORMAT

_ROLES = {"inner": ("seen", "seen"), "out": ("seen", "unseen"), "in": ("unseen", "seen")}
"""Type of a move in format 1 -> where its object is before and after it."""

_TYPES = {roles: name for name, roles in _ROLES.items()}

_STEP = ("object", "kind", "value", "from", "accepted", "type")
"""Keys of a step in format 1."""


def upgraded(line: Any, kind: str) -> Any:
    """Returns a line ("scene" or "question") of any format as one of the latest.

    Anything else is returned as it is, and so is a line that has the latest form: `records.check` names its faults.
    """
    try:
        return _scene(line) if kind == "scene" else _question(line)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return line


def written(line: Record, kind: str, number: int) -> Record:
    """Returns a line of the latest format as one of format `number`. Raises UserError if that cannot hold it."""
    if number == FORMAT:
        return line
    try:
        return _former_scene(line) if kind == "scene" else _former_question(line)
    except (KeyError, ValueError) as error:
        raise UserError(
            f"{line['id']}: the dataset has format {number}, and this problem has a change that format {number} cannot "
            "hold; choose another folder"
        ) from error


def _scene(line: Record) -> Record:
    steps = line["steps"]
    if not steps or "objects" in steps[0]:
        return line
    afters = _afters(steps, line["final"]["objects"])
    seen = [o["on_stage"] for o in line["initial"]["objects"]]
    changed = []
    for step, after in zip(steps, afters, strict=True):
        index = step["object"]
        if ("type" in step) != ("position" in step["from"]):
            return line  # a form that no tvrgen wrote
        before, end = _ROLES[step["type"]] if "type" in step else 2 * ("seen" if seen[index] else "unseen",)
        seen[index] = end == "seen"
        changed.append(
            {
                "objects": [index],
                "object": index,
                "kind": step["kind"],
                "value": step["value"],
                "roles": [{"before": before, "after": end}],
                "differences": [{"object": index, "before": step["from"], "after": after}],
                "accepted": step["accepted"],
                **{key: value for key, value in step.items() if key not in _STEP},
            }
        )
    return {**line, "steps": changed}


def _afters(steps: list[Record], final: list[Record]) -> list[Record]:
    """What each step made of the fields in its `from`: their values before the next step that changes them."""
    ends = [dict(o) for o in final]
    found = []
    for step in reversed(steps):
        end = ends[step["object"]]
        found.append({name: end[name] for name in step["from"]})
        end.update(step["from"])
    return found[::-1]


def _question(line: Record) -> Record:
    changes = line["changes"]
    if not changes or "objects" in changes[0]:
        return line
    return {**line, "changes": [{"objects": [change["index"]], **change} for change in changes]}


def _former_scene(line: Record) -> Record:
    return {**line, "steps": [_former_step(step) for step in line["steps"]]}


def _former_step(step: Record) -> Record:
    (difference,), (role,) = step["differences"], step["roles"]
    if "absent" in role.values():
        raise ValueError("format 1 has no objects that are absent")
    if not all(isinstance(value, str) for value in step["accepted"]):
        raise ValueError("format 1 has no ways to say a step but values")
    kept = {key: step[key] for key in ("object", "kind", "value")}
    record = {**kept, "from": difference["before"], "accepted": step["accepted"]}
    moved = difference["before"].keys() & {"position"}
    return record | ({"type": _TYPES[role["before"], role["after"]]} if moved else {})


def _former_question(line: Record) -> Record:
    if "alternatives" in line:
        raise ValueError("format 1 has no alternatives")
    changes = [{k: change[k] for k in ("index", "attribute", "value", "accepted")} for change in line["changes"]]
    return {**{k: v for k, v in line.items() if k != "arities"}, "changes": changes}  # which its readers do without
