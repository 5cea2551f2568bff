"""Checks of kinds of change, of users' own as well as of built-in ones: `tvrgen check`, and `tvrgen.testing`.

One file a group of checks. `run` has them all; `subjects` makes the configs that a kind is checked in. Every fault is
said in the words of the protocol (`transformations/base`): which member of the kind, in which step of which problem.
"""
