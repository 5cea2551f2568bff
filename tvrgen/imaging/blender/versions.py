"""Differences between the supported versions of Blender, 4.5 and 5.2."""

import bpy

FIVE = bpy.app.version >= (5, 0)


def node_tree(block: bpy.types.Material | bpy.types.World) -> bpy.types.NodeTree:
    """Returns the shader nodes of a new material or world. Before 5.0, they have to be enabled first."""
    if not FIVE:
        block.use_nodes = True
    return block.node_tree


def image_format(settings: bpy.types.ImageFormatSettings, name: str) -> None:
    """Sets the output to 8-bit RGB images of a format (IRIS, PNG). From 5.0 on, a format belongs to a media type."""
    if FIVE:
        settings.media_type = "IMAGE"
    settings.file_format, settings.color_mode = name, "RGB"


def multilayer(settings: bpy.types.ImageFormatSettings) -> None:
    """Sets the output to multilayer EXR."""
    if FIVE:
        settings.media_type = "MULTI_LAYER_IMAGE"
    settings.file_format = "OPEN_EXR_MULTILAYER"
