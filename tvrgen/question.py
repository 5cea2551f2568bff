"""A planned problem as questions: the prompt, the answer text, the list of changes."""

from collections.abc import Iterable, Mapping, Sequence

from tvrgen.scene import State, Step
from tvrgen.transform import Kind, Position
from tvrgen.vocabulary import Vocabulary

NO_CHANGE = "no change"

_PROMPT = """\
The first image shows a scene of simple objects. The second image shows the same scene after some of the objects have \
changed, perhaps from another viewpoint. Find out what changed.

Objects in the first image:
{objects}

Each change is written as index.attribute.value. Possible changes:
{changes}{directions}

Think first, inside <think></think>, then give all changes, separated by commas, inside <answer></answer>, for example \
<answer>{example}</answer>. If nothing changed, write <answer>{no_change}</answer>."""

_DIRECTIONS = """
The value of a move is direction.distance, as the viewer of the first image sees it: front is towards that viewer, \
behind is away, left and right are that viewer's own. This holds for the second image's viewpoint too. A move of \
distance 1 is about {length:g} m long (a diagonal one, that far along both axes); the stage is a square of \
{stage:g} m. Objects outside the stage are out of sight; any move that takes an object off the stage, or brings it \
back from there, is right if it agrees with what the images show."""


def prompt(
    initial: State, kinds: Mapping[str, Kind], vocabulary: Vocabulary, places: Sequence[str | None] | None = None
) -> str:
    """The text of a question: task, initial objects by index, the changes there can be, the form of the answer.

    It tells no positions, unless `places` has where in the first image each object is (None: it is not seen).
    """
    grid = vocabulary.grid
    objects = "\n".join(
        f"{k}: {' '.join(o.looks)}"
        + (f", {places[k]}" if places and places[k] else "")
        + ("" if grid.on_stage(o.position) else " (out of sight)")
        for k, o in enumerate(initial.objects)
    )
    changes = "\n".join(f"{name}: {', '.join(kind.values(vocabulary))}" for name, kind in kinds.items())
    moves = any(isinstance(kind, Position) for kind in kinds.values())
    directions = _DIRECTIONS.format(length=grid.move * grid.unit, stage=2 * grid.stage * grid.unit) if moves else ""
    example = answer(
        Step(object=min(k, len(initial.objects) - 1), kind=name, value=kind.values(vocabulary)[-1])
        for k, (name, kind) in enumerate(list(kinds.items())[:2])
    )
    return _PROMPT.format(objects=objects, changes=changes, directions=directions, example=example, no_change=NO_CHANGE)


def place(box: tuple[int, int, int, int], width: int, height: int) -> str:
    """Where the middle of a box lies in an image of so many pixels, in words."""
    left, top, right, bottom = box
    across, down = round(50 * (left + right) / width), round(50 * (top + bottom) / height)
    return f"{across} % from the left and {down} % from the top of the first image"


def answer(steps: Iterable[Step]) -> str:
    """ "2.color.cyan, 4.position.front.1", in the order of the steps."""
    return ", ".join(map(str, steps)) or NO_CHANGE
