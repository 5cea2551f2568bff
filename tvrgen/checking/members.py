"""Members of a kind by themselves, before any step: its name, values, roles and fields have the form they must have."""

from tvrgen.checking.faults import Fault, of_error
from tvrgen.config.settings import SamplingSettings
from tvrgen.questions.forms.changes_text import normal
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations import members
from tvrgen.transformations.base import Transformation
from tvrgen.transformations.own import KindError


def faults(kind: Transformation, words: Vocabulary, sampling: SamplingSettings) -> list[Fault]:
    """The faults of a kind's members, in the words of the protocol."""
    checks = {
        **members.checks(kind, words, normal),
        "variants": lambda: members.of_variants(kind, sampling),
    }
    found: list[Fault] = []
    for about, check in checks.items():
        try:
            found += (Fault(about, text, str(kind.name)) for text in check())
        except KindError as error:
            found.append(of_error(error))
    return found
