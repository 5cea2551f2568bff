"""Classes and instances of kinds that have no name to import, such as those of a test: a config names them by one here.

`name_of` returns "tvrgen.checking.given:Given0", and `__getattr__` finds the class behind it.
"""

from typing import Any

_GIVEN: list[Any] = []


def name_of(kind: Any) -> str:
    """The name by which a config of this process can name a class or an instance of a kind."""
    _GIVEN.append(kind)
    return f"{__name__}:Given{len(_GIVEN) - 1}"


def __getattr__(name: str) -> Any:
    number = name.removeprefix("Given")
    if number == name or not number.isdigit() or int(number) >= len(_GIVEN):
        raise AttributeError(f"no kind was given as {name!r}")
    return _GIVEN[int(number)]
