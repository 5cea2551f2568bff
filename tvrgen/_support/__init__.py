"""Tools of every package: errors, random generators, files, JSON, messages, progress, signals, scratch folders.

Imports nothing else of tvrgen. A tool belongs here if it serves several packages and is the subject of none.
`aliases` has modules under the names that they had before 0.2.0.
"""
