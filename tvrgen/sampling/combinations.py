"""Combinations of (objects on stage, number of steps), each of which occurs equally often in a block of problems."""

import itertools

from tvrgen.config.settings import SamplingSettings

MIN_BLOCK = 64
"""Least number of problems in a block: enough for swaps within the block to repair a deal."""


def block_size(sampling: SamplingSettings) -> int:
    """The number of problems in a block, without those in which nothing changes."""
    return len(combinations(sampling)) * times(sampling)


def steps_in_block(sampling: SamplingSettings) -> int:
    """The number of steps in a block."""
    return times(sampling) * sum(steps for _, steps in combinations(sampling))


def on_stage_numbers(sampling: SamplingSettings) -> tuple[int, ...]:
    """The numbers of objects on stage that occur."""
    return sampling.on_stage or sampling.objects


def object_numbers(sampling: SamplingSettings, on_stage: int) -> tuple[int, ...]:
    """The numbers of objects that occur together with a number of objects on stage."""
    if sampling.on_stage is None:
        return (on_stage,)
    return tuple(n for n in sampling.objects if n >= on_stage)


def combinations(sampling: SamplingSettings) -> list[tuple[int, int]]:
    """All pairs (objects on stage, steps)."""
    return list(itertools.product(on_stage_numbers(sampling), sampling.steps))


def times(sampling: SamplingSettings) -> int:
    """The number of times that each combination occurs in a block."""
    return -(-MIN_BLOCK // len(combinations(sampling)))
