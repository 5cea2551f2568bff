"""The rules of a fair problem, each with its remedies.

`fairness` checks them; `placement`, `sampler` and kinds of change keep them while a problem is drawn. `UNCHANGED`
is broken by a step itself, so it is defined with the transformations.
"""

from tvrgen.transformations.base import UNCHANGED, Rule

_ROOM = "lower sampling.on_stage, allow smaller sizes only (sampling.only.size), or leave out moves (sampling.moves)"
_LOOKS = UNCHANGED.remedies
_SIGHT = (
    "lower sampling.min_visible_pixels ({min_visible_pixels}), lower sampling.on_stage, leave out the smallest sizes"
    " (sampling.never.size), or move the cameras nearer"
)

MOVE_OFF_STAGE = Rule(text="a move begins or ends on stage")
ENTERS_FIRST = Rule(text="an object off stage only enters")
LEAVES_UNCHANGED = Rule(text="an object that has changed does not leave")
ONCE_A_KIND = Rule(text="an object changes once in each kind")
CONSTRAINTS = Rule(text="sampling.only and sampling.never hold after every step", remedies=_LOOKS)
IN_FIELD = Rule(text="objects stay in the field", remedies=_ROOM)
GAP = Rule(text="objects keep a gap", remedies=_ROOM)
ROLES = Rule(
    text="objects are where the roles of their steps say",
    remedies="change the roles of the kind, or what its steps do, or leave it out (sampling.kinds)",
)
NOTHING_UNDONE = Rule(text="nothing is undone")
TURN_SHOWS = Rule(text="an object that turns keeps its shape")
NO_TWINS = Rule(text="no two objects look the same", remedies=_LOOKS)
NO_TWIN_ENTERS = Rule(text="of twins off stage, none enters")
ALIKE_IN_PLACE = Rule(text="objects that look alike in the end have not moved", remedies=_LOOKS)
UNLIKE_UNSEEN = Rule(text="a changed object ends unlike any that was out of sight", remedies=_LOOKS)
AS_SHORT = Rule(text="no other answer is as short", remedies=_LOOKS)
MANY_ANSWERS = Rule(
    text="few other answers are right",
    remedies="leave out kinds that do the same as others (sampling.kinds), or lower sampling.steps",
)
IN_SIGHT = Rule(text="a changed object is in sight", remedies=_SIGHT)
CHANGED_ON_STAGE = Rule(text="changed objects that do not enter are on stage")
ONE_SPLIT = Rule(text="a problem belongs to one split")

RULES = (
    UNCHANGED,
    MOVE_OFF_STAGE,
    ENTERS_FIRST,
    LEAVES_UNCHANGED,
    ONCE_A_KIND,
    CONSTRAINTS,
    IN_FIELD,
    GAP,
    ROLES,
    NOTHING_UNDONE,
    TURN_SHOWS,
    NO_TWINS,
    NO_TWIN_ENTERS,
    ALIKE_IN_PLACE,
    UNLIKE_UNSEEN,
    AS_SHORT,
    MANY_ANSWERS,
    IN_SIGHT,
    CHANGED_ON_STAGE,
    ONE_SPLIT,
)
"""All rules of tvrgen; a user's kind may add others."""


def remedies(rule: Rule, min_visible_pixels: int) -> str:
    """Changes to the config that help if a rule is broken too often, in words."""
    return rule.remedies.format(min_visible_pixels=min_visible_pixels)
