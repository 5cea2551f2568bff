"""The only package that imports bpy. One Blender per process, used from the main thread."""
