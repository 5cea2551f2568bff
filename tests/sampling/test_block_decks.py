"""Where a block begins in each of its decks: where the block before it ended."""

import itertools

import pytest

from tests.sampling.answers import KINDS
from tests.tiny import load
from tvrgen._support.rng import generator
from tvrgen.sampling.block_decks import BlockDecks
from tvrgen.sampling.combinations import block_size, combinations
from tvrgen.sampling.slots import Form

BLOCKS = 5


@pytest.fixture(scope="module", params=itertools.product(("kind", "value"), (KINDS, "color, position")))
def decks(request):
    balance, kinds = request.param
    config = load(
        f"sampling.kinds=[{kinds}]", "sampling.objects=[6, 7]", "sampling.on_stage=[4, 5]", "sampling.steps=[1, 2]",
        f"sampling.balance={balance}",
    )  # fmt: skip
    split, found = config.split("train"), []
    for block in range(BLOCKS):
        found.append((BlockDecks(config.seed, split, block), generator(1, block)))
    return split, [(own, own.samples(rng)) for own, rng in found]


def test_a_block_has_every_combination_equally_often(decks):
    split, blocks = decks
    for _, samples in blocks:
        assert len(samples) == block_size(split.sampling)
        levels = [(s.on_stage, len(s.slots)) for s in samples]
        assert {levels.count(pair) for pair in combinations(split.sampling)} == {len(levels) // len(set(levels))}
        assert [*itertools.chain(*(s.slots for s in samples))] == [*range(samples[-1].slots.stop)]


def test_groups_and_decks_go_on_where_the_block_before_ended(decks):
    _, blocks = decks
    ends = {}
    for own, _ in blocks:
        for group in own.groups:
            assert group.start == ends.get(group.key, 0)
            ends[group.key] = group.start + len(group.slots)


def test_what_is_dealt_in_turn_is_even_over_blocks(decks):
    split, blocks = decks
    pairs, objects = [], []
    every = [(0,), (1,), (2,), (3,), (4,), (5,)]
    for own, _ in blocks:
        for group in own.groups:
            pairs += own.pairs(group) if split.sampling.balance == "value" else own.kinds(group)
    counts = [pairs.count(item) for item in {*pairs}]
    groups = len(blocks[0][0].groups)
    assert max(counts) - min(counts) <= groups
    for own, samples in blocks:
        number = sum(s.objects == 6 for s in samples)
        objects += own.only_objects(6, number)
    counts = [objects.count(item) for item in every]
    assert max(counts) - min(counts) <= 1


def test_objects_are_dealt_by_form_where_kinds_take_different_numbers_of_them(decks):
    split, blocks = decks
    if blocks[0][0].uniform:
        return
    form, dealt = Form(2, True), []
    tuples = [*itertools.permutations(range(6), 2)]
    kinds = {name for name, kind in split.kinds.items() if Form.of(kind) == form}
    for own, _ in blocks:
        (group,) = (g for g in own.groups if g.key == (6,))
        names = own.kinds(group) if split.sampling.balance == "kind" else [kind for kind, _ in own.pairs(group)]
        dealt += own.objects(form, 6, tuples, sum(name in kinds for name in names))
    counts = [dealt.count(pair) for pair in tuples]
    assert max(counts) - min(counts) <= 1
