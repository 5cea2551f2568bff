"""Kinds of change, one file each, and what applying steps to a state gives.

Imports `scene` and what lies below it. A new built-in kind is a file here and a line in `registry`; a user's own kind
is a class anywhere, named in the config as `package.module:Class`.
"""
