"""The data of a scene: objects, states, cameras, lights, the vocabulary of their values, meshes and footprints.

Imports `_support` alone. A new attribute of an object starts in `vocabulary`, a new property of a scene
in `model`.
"""
