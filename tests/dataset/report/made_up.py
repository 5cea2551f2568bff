"""Scene lines made by rule, to be counted."""

import copy

KINDS = ("color", "shape", "position")


class Line(dict):
    """A scene line that can be watched."""


def line(index: int, split: str = "train", objects: int = 3, steps: int | None = None) -> dict:
    """A scene line by rule: the k-th step is the object's k-th, its kind the next in turn."""
    steps = index % 3 if steps is None else steps
    colors = ("red", "green")
    sight = {"pixels": 3 * index, "fraction": (index % 5) / 4, "box": None}
    return Line(
        id=f"{split}-{index:06d}",
        split=split,
        attempt=index % 2,
        order_sensitive=index % 4 == 0,
        initial={
            "objects": [
                {
                    "shape": "cube",
                    "size": "small",
                    "color": colors[k % 2],
                    "material": "metal",
                    "position": [k - index % 7, 2 * k],
                    "on_stage": k > 0,
                }
                for k in range(objects)
            ]
        },
        steps=[
            {
                "objects": [k % objects],
                "kind": KINDS[(index + k) % 3],
                "value": f"v{index % 2}",
                "roles": [{"before": "seen", "after": ("seen", "unseen")[index % 2]}],
            }
            for k in range(steps)
        ],
        visibility={
            "initial": {"center": [sight] * objects},
            "final": {v: [sight] * objects for v in ("left", "right")},
        },
    )


def lines(count: int = 60) -> list[dict]:
    return [line(k, "test" if k % 3 == 0 else "train", 2 + k % 4) for k in range(count)]


def spoilt(*path, value=None) -> dict:
    """A scene line with one thing taken out, or set."""
    found = whole = copy.deepcopy(line(2))
    for key in path[:-1]:
        found = found[key]
    if value is None:
        del found[path[-1]]
    else:
        found[path[-1]] = value
    return whole
