"""Names of objects: as short as they can be, and of one object alone."""

import pytest

from tests.tiny import SMALL
from tvrgen.config import loader
from tvrgen.config.overrides import assignments
from tvrgen.questions import asking, naming
from tvrgen.questions.exhibit import Exhibit, called

CONFIGS = ("star_r1", "trance_event", "easy_to_hard")


@pytest.fixture(scope="module", params=[*CONFIGS, "twins"])
def exhibits(request):
    more = {"sampling.twins": True} if request.param == "twins" else {}
    name = "star_r1" if request.param == "twins" else request.param
    config = loader.load(name, [*assignments(SMALL), *more.items()])
    split = next(iter(config.splits.values()))
    return [
        Exhibit(p, p.problem.views[0], split) for p in (asking.plan_problem(config, split.name, k) for k in range(8))
    ]


@pytest.mark.rays
def test_a_name_is_of_one_object_alone_and_no_shorter_one_is(exhibits):
    for exhibit in exhibits:
        for image in (exhibit.first, exhibit.second):
            there = [exhibit.object(image, k) for k in exhibit.there(image)]
            for k, name in naming.names(exhibit, image).items():
                words = name.removeprefix("the ").removesuffix(" thing").split()
                own = exhibit.object(image, k)
                assert {*words} <= {*own.looks}
                assert [o for o in there if {*words} <= {*o.looks}] == [own]
                shorter = [{*words} - {word} for word in words]
                assert all(sum(less <= {*o.looks} for o in there) > 1 for less in shorter if less)


@pytest.mark.rays
def test_what_has_no_name_looks_like_another_or_can_hardly_be_seen(exhibits):
    for exhibit in exhibits:
        for image in (exhibit.first, exhibit.second):
            looks = [exhibit.object(image, k).looks for k in exhibit.there(image)]
            for k in {*exhibit.there(image)} - naming.names(exhibit, image).keys():
                assert looks.count(exhibit.object(image, k).looks) > 1 or k not in exhibit.seen(image)


def test_nouns():
    assert naming.noun((("color", "red"), ("shape", "cube"))) == "red cube"
    assert naming.noun((("size", "small"),), several=True) == "small things"
    assert naming.noun((("color", "light_blue"), ("shape", "cube")), several=True) == "light blue cubes"
    assert naming.noun((), several=True) == "things"


def test_images_are_called_by_their_order():
    assert called("a", ("a",)) == "the image"
    assert [called(name, ("a", "b")) for name in "ab"] == ["the first image", "the second image"]
