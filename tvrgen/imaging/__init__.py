"""Images: shots, silhouettes, rays, visible pixels and annotations; `blender` renders them.

Imports `config.settings`, `transformations`, `scene` and the layers below them. `blender` alone imports bpy. A new
annotation starts in `annotations`, a new material in `blender.materials`.
"""
