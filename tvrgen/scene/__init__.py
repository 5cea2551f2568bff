"""The data of a scene: objects, states, cameras, lights, the vocabulary of their values, meshes and footprints.

Imports `_support` alone. A new attribute of an object is a declaration in `attributes`, a new
property of a scene starts in `model`.
"""
