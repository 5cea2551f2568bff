"""What consumers that are not on PyPI do with a row, and what their rewards pay: a file for each, in our own words."""
