"""YAML files: what cannot be read, or would be read as something else, is one line."""

import pytest

from tests.config.faults import fault

FAULTS = {
    "splits: {2024: {count: 3}}": "YAML reads the key splits.2024 as 2024; write it in quotes",
    "splits: {on: {count: 3}}": "YAML reads the key splits.True as True",
    "sampling: {steps: 1}\nsampling: {visible: 3}": "config.yaml:3: is not valid YAML: the key 'sampling' occurs twice",
    "splits: {train: {count: 10}, train: {count: 20}}": "the key 'train' occurs twice",
    "splits: {train: {count: 10,000}}": "write it in quotes, and numbers without a comma, such as 10000",
    "seed: [1": "config.yaml:2: is not valid YAML",
    "just text": "holds 'just text'; write keys and values",
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_one_line_that_names_its_place(text, tmp_path):
    assert FAULTS[text] in fault(tmp_path, text)
