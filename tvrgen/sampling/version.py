"""Version of the plan: of all that decides which problems a config and a seed give."""

PLAN = 2
"""Number of the plan.

It increases by one whenever the same config and seed give other problems, questions aside: with a change of the
design, of the sampler, of its rules, or of an asset that ships (a mesh, a vocabulary, a scene). A dataset has the
number of its plan, and a run adds to a dataset of its own plan only. `tests/golden.json` keeps the digests of each
plan, and a test fails where problems change and this number does not.
"""
