"""The block design: which factor levels problem i of a split has, known from i alone.

Problems in which nothing changes stand at even distances, views are dealt in rounds, and all else follows from the
problem's place in its block (see `blocks`).
"""

from dataclasses import dataclass

from tvrgen.errors import UserError
from tvrgen.sampling import blocks
from tvrgen.sampling.blocks import StepLevel
from tvrgen.sampling.decks import Deck
from tvrgen.settings import Config, Split


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What a problem must have: objects in all and on stage at first, its steps in order, its final views."""

    objects: int
    visible: int
    steps: tuple[StepLevel, ...]
    views: tuple[str, ...]

    def __str__(self) -> str:
        steps = ", ".join(f"{s.target}.{s.kind}.{s.value}" + (f" ({s.move})" if s.move else "") for s in self.steps)
        return (
            f"{self.visible} of {self.objects} objects visible; steps {steps or 'none'}; views {', '.join(self.views)}"
        )


def check(config: Config, split: Split) -> None:
    """Raises UserError where problems of the first block have steps that no objects can take."""
    if number := blocks.faults(config, split, 0):
        raise UserError(
            f"{config.source}: splits.{split.name}: in {number} of the first {blocks.block_size(split)} problems, no"
            " objects can take the steps; raise sampling.on_stage, lower sampling.steps, or loosen only and never"
        )


def levels(config: Config, split: Split, index: int) -> Levels:
    """The levels of problem `index` of a split."""
    key, share = (config.seed, "design", split.name), split.sampling.no_change
    views = split.cameras.final
    if split.cameras.views == "one":
        views = tuple(Deck(views, *key, "view").cards(index, 1))
    still = int(index * share)  # problems without change before this one
    if int((index + 1) * share) > still:
        visible = Deck(blocks.visible_numbers(split), *key, "still").cards(still, 1)[0]
        objects = Deck(blocks.object_numbers(split, visible), *key, "still", visible).cards(still, 1)[0]
        return Levels(objects=objects, visible=visible, steps=(), views=views)
    block, place = divmod(index - still, blocks.block_size(split))
    sample = blocks.samples(config, split, block)[place]
    return Levels(objects=sample.objects, visible=sample.visible, steps=sample.steps, views=views)
