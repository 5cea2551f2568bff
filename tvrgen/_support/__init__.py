"""What belongs to no subject: random generators, files, messages, progress, signals, scratch folders.

Imports `errors` alone.
"""
