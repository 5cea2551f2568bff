"""Kinds of change, one file each, and the application of steps to states.

`attributes` has the kinds that change an attribute, which are one class; `kinds` has all others. Imports `scene` and
the layers below it. A new built-in kind is a file in `kinds`; a user's own kind is a class anywhere, named in the
config as `package.module:Class`.
"""
