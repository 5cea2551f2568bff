"""The diagram of the packages in docs/architecture.md shows the code as it is."""

import sys

import pytest

from tools import architecture

pytestmark = pytest.mark.skipif(sys.version_info < (3, 11), reason="pyproject.toml is read by tomllib, of Python 3.11")


def test_the_diagram_is_that_of_the_contract_and_the_docstrings():
    page = architecture.PAGE.read_text()
    assert architecture.drawn(page) == page, "run `python tools/architecture.py`"


def test_every_package_has_a_subject():
    names = [name for layer in architecture.layers() for name in layer]
    assert all(architecture.subject(name).endswith(".") for name in names)
