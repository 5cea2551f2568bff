"""Images: shots, silhouettes, rays, visible pixels and annotations; `blender` renders them.

Imports `config.settings`, `transformations`, `scene` and what lies below them. `blender` alone imports bpy. A new
annotation starts in `annotations`, a new material in `blender.materials`.
"""
