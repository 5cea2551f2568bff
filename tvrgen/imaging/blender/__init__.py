"""Rendering with Blender. Only this package imports bpy. A process has one Blender, used from its main thread."""
