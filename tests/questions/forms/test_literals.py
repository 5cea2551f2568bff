"""Data in answers: what is read as JSON and as literals of Python, as Python's own reader does."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tvrgen.questions.forms import literals

_KEYS = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(["a", "it's", "", "日"])
_LITERALS = st.recursive(
    _KEYS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(_KEYS, inner, max_size=3)
        | st.sets(_KEYS, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


@given(_LITERALS)
def test_literals_are_read_as_python_reads_them(data):
    text = f"['', {data!r}]"
    assert literals.data_in(text) == ["", data]


@pytest.mark.parametrize(
    "text",
    [
        "['a', 'b',]",
        "('a')",
        "['a'], ['b']",
        "{'a': 1},",
        "['a' 'b']",
        "[\"a\" 'b']",
        "[u'a', r'b']",
        "['''a\nb's''', \"\"\"it\"\"\", '', \"\"]",
        "['a', - 1, +2]",
        "['a', 0x1f, 1_000, .5, 1., 1e5, 1e-5, -1e+5]",
        "['', ()]",
        "['', (1,)]",
        "['', (1)]",
        "{'a', 1}",
        "['', {}]",
    ],
)
def test_notations_of_python(text):
    assert literals.data_in(text) == ast.literal_eval(text)


@pytest.mark.parametrize(
    "text",
    [
        *("['a'", "'a']", "['a',,]", "[,'']", "['a' 1]", "['a': 1]", "{'a': 1, 2}", "{'a', 'b': 1}", "['a', 01]"),
        *(
            "['a', x]",
            "{['a']: 1}",
            "{'a': 1, 'a': 2}",
            "['a', 1+2j]",
            "['a', --1]",
            "{'''answer': 1}",
            "['a'] 'b'",
            "['a\nb']",
        ),
        *("['a'](1)", "['', ...]", "['a'] # no", "[a]", "{'a': }", f"['{'a' * 20_000}']"),
    ],
)
def test_what_is_no_data(text):
    assert literals.data_in(text) is None


def test_json_and_its_lines():
    assert literals.data_in('{"a": 1}\n{"a": [true, null]}') == [{"a": 1}, {"a": [True, None]}]
    assert literals.data_in('{"a": 1}, {"a": 2}') == [{"a": 1}, {"a": 2}]
    assert literals.data_in('{"a": 1, "a": 2}') is None


@pytest.mark.parametrize(
    "text", ["[" * 41, "[" * 41 + "]" * 41, "['" + "(" * 40, "[" + "1" * 1001 + "]", "['', 0x" + "1" * 999 + "]"]
)
def test_what_is_too_large(text):
    with pytest.raises(literals.TooLarge):
        literals.data_in(text)


def test_the_deepest_nesting():
    assert literals.data_in("[" * 40 + "]" * 40) is not None
    assert literals.data_in("['', " + "(" * 39 + "1" + ")" * 39 + "]") == ["", 1]
