"""Faults as lines of text, with their place, and the differences of two documents."""

from collections.abc import Iterable, Iterator
from typing import Any

from tvrgen._support.errors import UserError
from tvrgen.questions.own import FamilyError
from tvrgen.sampling.design import UndealtError
from tvrgen.transformations.base import Rejected
from tvrgen.transformations.own import KindError


def within(place: object, faults: Iterable[str]) -> Iterator[str]:
    """Yields the faults with their place before them. An exception of the check is a fault too.

    Raises KindError or FamilyError where a user's kind or family fails, and what this process lacks: trials to deal a
    block (UndealtError), a library (ModuleNotFoundError). The shard is no worse for it, and would not be better made
    again.
    """
    try:
        for fault in faults:
            yield _placed(place, fault)
    except Rejected as error:
        yield _placed(place, f"breaks the rule '{error.rule.text}'")
    except (KindError, FamilyError, UndealtError, ModuleNotFoundError):
        raise
    except UserError as error:
        yield _placed(place, str(error))
    except Exception as error:  # files may hold anything
        yield _placed(place, f"cannot be checked: {type(error).__name__}: {error}")


def _placed(place: object, text: str) -> str:
    """Puts the place before a text, unless the text begins with it."""
    return text if text.startswith(str(place)) else f"{place}: {text}"


def differences(found: Any, due: Any, path: str = "") -> Iterator[str]:
    """Yields the differences of JSON from the expected value. The order of keys counts: cameras and values have one."""
    if isinstance(found, dict) and isinstance(due, dict):
        for key, at in ((key, f"{path}.{key}" if path else key) for key in {**due, **found}):
            if key not in found or key not in due:
                yield f"{at}: {'is missing' if key in due else 'does not belong there'}"
            else:
                yield from differences(found[key], due[key], at)
        if found.keys() == due.keys() and [*found] != [*due]:
            yield f"{path or 'top level'}: its keys are in another order; expected {', '.join(due)}"
    elif isinstance(found, list) and isinstance(due, list):
        for k, pair in enumerate(zip(found, due, strict=False)):
            yield from differences(*pair, f"{path}[{k}]")
        if len(found) != len(due):
            yield f"{path}: has {len(found)} entries; expected {len(due)}"
    elif type(found) is not type(due) or found != due:
        yield f"{path or 'top level'}: holds {found!r:.80}; expected {due!r:.80}"
