"""Tools of every package: random generators, files, JSON, messages, progress, signals, scratch folders.

Imports `errors` alone.
"""
