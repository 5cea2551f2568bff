"""All that differs between the Blenders we run on, 4.5 and 5.2."""

import bpy

FIVE = bpy.app.version >= (5, 0)


def node_tree(block: bpy.types.Material | bpy.types.World) -> bpy.types.NodeTree:
    """The shader nodes of a new material or world. From 5.0 on they are always there."""
    if not FIVE:
        block.use_nodes = True
    return block.node_tree


def image_format(settings: bpy.types.ImageFormatSettings, name: str) -> None:
    """Makes renders write 8-bit RGB pictures of a format: BMP, PNG. From 5.0 on, formats are chosen within a medium."""
    if FIVE:
        settings.media_type = "IMAGE"
    settings.file_format, settings.color_mode = name, "RGB"


def multilayer(settings: bpy.types.ImageFormatSettings) -> None:
    """Makes renders write multilayer EXR."""
    if FIVE:
        settings.media_type = "MULTI_LAYER_IMAGE"
    settings.file_format = "OPEN_EXR_MULTILAYER"
