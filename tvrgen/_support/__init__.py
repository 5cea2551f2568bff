"""Tools of every package: errors, random generators, files, JSON, messages, progress, signals, scratch folders.

Imports nothing else of tvrgen. `aliases` has modules under the names that they had before 0.2.0.
"""
