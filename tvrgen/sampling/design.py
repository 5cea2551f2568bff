"""The design: the levels of problem i of a split, a function of i alone.

It is a randomised block design, as in experiments. Problems in which nothing changes occur at even intervals,
views are dealt in rounds, and all else follows from the problem's position in its block (see `blocks`).
"""

import dataclasses

from tvrgen._support.errors import UserError
from tvrgen.config.settings import Config, Split
from tvrgen.sampling import blocks
from tvrgen.sampling.decks import Deck
from tvrgen.sampling.levels import Levels


def check(config: Config, split: Split) -> None:
    """Raises UserError if problems of the first block have steps that no objects can take."""
    if number := blocks.faults(config.seed, split, 0):
        raise UserError(
            f"{config.source}: splits.{split.name}: in {number} of the first {blocks.block_size(split.sampling)}"
            " problems, no objects can take the steps; raise sampling.on_stage, lower sampling.steps, or loosen only"
            " and never"
        )


def levels(config: Config, split: Split, index: int) -> Levels:
    """Returns the levels of problem `index` of a split."""
    key, sampling = (config.seed, "design", split.name), split.sampling
    views = split.cameras.final
    if split.cameras.views == "one":
        views = tuple(Deck(views, *key, "view").cards(index, 1))
    unchanged = int(index * sampling.no_change)  # problems without change before this one
    if int((index + 1) * sampling.no_change) > unchanged:
        on_stage = Deck(blocks.on_stage_numbers(sampling), *key, "still").cards(unchanged, 1)[0]
        numbers = blocks.object_numbers(sampling, on_stage)
        objects = Deck(numbers, *key, "still", on_stage).cards(unchanged, 1)[0]
        return Levels(objects=objects, on_stage=on_stage, steps=(), views=views)
    block, place = divmod(index - unchanged, blocks.block_size(sampling))
    return dataclasses.replace(blocks.levels(config.seed, split, block)[place], views=views)
