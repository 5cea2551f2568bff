"""The design: the levels of problem i of a split, a function of i alone.

It is a randomised block design, as in experiments. Problems in which nothing changes occur at even intervals,
views are dealt in rounds, and all else follows from the problem's position in its block (see `blocks`).
"""

import contextlib
import dataclasses
from collections.abc import Iterator

from tvrgen._support import limits
from tvrgen._support.errors import UserError
from tvrgen.config.settings import Config, Split
from tvrgen.sampling import blocks
from tvrgen.sampling.combinations import block_size, object_numbers, on_stage_numbers, steps_in_block
from tvrgen.sampling.decks import Deck, TooHardError
from tvrgen.sampling.levels import Levels
from tvrgen.scene import mesh


class UndealtError(UserError):
    """A block that takes more trials to deal than this process allows (limits.TRIALS)."""


def check(config: Config, split: Split) -> None:
    """Raises UserError as `check_deal` does, and for a mesh file that cannot be used."""
    for shape in split.vocabulary.shapes.values():
        mesh.load(shape)  # not only once a problem has it
    check_deal(config, split)


def check_deal(config: Config, split: Split) -> None:
    """Raises UserError if problems of the first block have steps that no objects can take, or too many of them."""
    if (steps := steps_in_block(split.sampling)) > limits.STEPS.value:
        raise UserError(
            f"{config.source}: splits.{split.name}: {block_size(split.sampling)} problems with {steps} steps"
            " are dealt together, some for each number of objects on stage and of steps; narrow sampling.steps or"
            f" sampling.on_stage to {limits.STEPS.value} steps in all, or set {limits.STEPS.variable} to more"
        )
    with _in_time(config, split):
        number = blocks.faults(config.seed, split, 0)
    if number:
        raise UserError(
            f"{config.source}: splits.{split.name}: in {number} of the first {block_size(split.sampling)}"
            " problems, no objects can take the steps; raise sampling.on_stage, lower sampling.steps, or loosen only"
            " and never"
        )


def is_known(config: Config) -> bool:
    """Whether a config determines the levels of its problems: where objects turn, it has the least turns of shapes.

    That of a dataset which was made before these were noted has none.
    """
    kinds = [kind for split in config.splits.values() for kind in split.kinds.values()]
    turn = any("rotation" in (kind.fields or ()) for kind in kinds)
    return not turn or all(shape.least_turn is not None for shape in config.vocabulary.shapes.values())


def levels(config: Config, split: Split, index: int) -> Levels:
    """Returns the levels of problem `index` of a split. Raises UndealtError if it takes too long to deal its block."""
    key, sampling = (config.seed, "design", split.name), split.sampling
    views = split.cameras.final
    if split.cameras.views == "one":
        views = tuple(Deck(views, *key, "view").cards(index, 1))
    unchanged = int(index * sampling.no_change)  # problems without change before this one
    if int((index + 1) * sampling.no_change) > unchanged:
        on_stage = Deck(on_stage_numbers(sampling), *key, "still").cards(unchanged, 1)[0]
        numbers = object_numbers(sampling, on_stage)
        objects = Deck(numbers, *key, "still", on_stage).cards(unchanged, 1)[0]
        return Levels(objects=objects, on_stage=on_stage, steps=(), views=views)
    block, place = divmod(index - unchanged, block_size(sampling))
    with _in_time(config, split):
        return dataclasses.replace(blocks.levels(config.seed, split, block)[place], views=views)


@contextlib.contextmanager
def _in_time(config: Config, split: Split) -> Iterator[None]:
    """Turns a deal that takes too many trials into an UndealtError."""
    try:
        yield
    except TooHardError:
        most = max(split.sampling.steps)
        raise UndealtError(
            f"{config.source}: splits.{split.name}: up to {most} steps cannot be dealt evenly to these objects in"
            " reasonable time; lower sampling.steps, raise sampling.on_stage, add kinds and values, or set"
            f" {limits.TRIALS.variable} to more than {limits.TRIALS.value}"
        ) from None
