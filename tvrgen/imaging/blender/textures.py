"""Patterns of the attribute `texture`: an object's colour and a second tone, in the object's own coordinates.

A pattern turns and grows with its object. `two_tones`, `along` and `calculated` serve functions of users too, which
show attributes of their own.
"""

from collections.abc import Callable, Mapping
from typing import Any

import bpy

from tvrgen._support.errors import UserError

_WHITE, _BLACK = 0.9, 0.97
"""Shares of white and of black in second tones: glass takes roots of them, so that less would not show there."""

_MIDDLE = 0.18
"""Relative luminance halfway from black to white as they are seen (L* 50): brighter colours get a dark second tone."""


def show(tree: bpy.types.NodeTree, color: bpy.types.NodeSocket, inputs: Mapping[str, Any]) -> bpy.types.NodeSocket:
    """Returns the colour of each point of a surface with a pattern: `pattern` of `inputs`, none if there are no inputs.

    `scale` is the number of repetitions in the radius of the object's footprint. Raises UserError for other inputs.
    """
    if not inputs:
        return color
    where = "vocabulary: attributes: texture"
    if (pattern := inputs.get("pattern")) not in PATTERNS:
        raise UserError(f"{where}: no pattern {pattern!r}; write one of {', '.join(PATTERNS)}")
    if unknown := sorted(inputs.keys() - {"pattern", "scale"}):
        raise UserError(f"{where}: a pattern has no input {unknown[0]!r}; it has scale")
    if isinstance(scale := inputs.get("scale", 1), str):
        raise UserError(f"{where}: scale: holds {scale!r}; write a number")
    return two_tones(tree, color, PATTERNS[pattern](tree, scale))


def two_tones(
    tree: bpy.types.NodeTree, color: bpy.types.NodeSocket, share: bpy.types.NodeSocket
) -> bpy.types.NodeSocket:
    """Returns the colour itself where `share` is 0, a second tone where it is 1, and a mixture between.

    The second tone of a dark colour is nearly white, that of a bright one nearly black.
    """
    luminance = tree.nodes.new("ShaderNodeRGBToBW")
    tree.links.new(color, luminance.inputs[0])
    bright = calculated(tree, "GREATER_THAN", luminance.outputs[0], _MIDDLE)
    light, dark = (_mix(tree, part, color, (gray, gray, gray, 1)) for gray, part in ((1, _WHITE), (0, _BLACK)))
    return _mix(tree, share, color, _mix(tree, bright, light, dark))


def along(tree: bpy.types.NodeTree, axis: tuple[float, float, float]) -> bpy.types.NodeSocket:
    """Returns how far each point lies along an axis of the object, whose origin is on the ground below its middle.

    The unit is the radius of the object's footprint.
    """
    node = tree.nodes.new("ShaderNodeVectorMath")
    node.operation = "DOT_PRODUCT"
    tree.links.new(_place(tree), node.inputs[0])
    node.inputs[1].default_value = axis
    return node.outputs["Value"]


def calculated(tree: bpy.types.NodeTree, operation: str, *terms: bpy.types.NodeSocket | float) -> bpy.types.NodeSocket:
    """Returns the result of an operation of Blender's Math node, such as MULTIPLY, on sockets and numbers."""
    node = tree.nodes.new("ShaderNodeMath")
    node.operation = operation
    for socket, term in zip(node.inputs, terms, strict=False):
        if isinstance(term, int | float):
            socket.default_value = term
        else:
            tree.links.new(term, socket)
    return node.outputs[0]


def _place(tree: bpy.types.NodeTree) -> bpy.types.NodeSocket:
    return tree.nodes.new("ShaderNodeTexCoord").outputs["Object"]


def _mix(tree: bpy.types.NodeTree, share: Any, first: Any, second: Any) -> bpy.types.NodeSocket:
    """The first colour and, to a share, the second one; each a socket or a value."""
    node = tree.nodes.new("ShaderNodeMix")
    node.data_type = "RGBA"
    sockets = {socket.identifier: socket for socket in node.inputs}
    for name, value in (("Factor_Float", share), ("A_Color", first), ("B_Color", second)):
        if isinstance(value, int | float | tuple):
            sockets[name].default_value = value
        else:
            tree.links.new(value, sockets[name])
    return next(socket for socket in node.outputs if socket.identifier == "Result_Color")


def _stripes(tree: bpy.types.NodeTree, scale: float) -> bpy.types.NodeSocket:
    """Stripes that are nearly level, so that turns hardly change them, yet no end of a cylinder is of one tone."""
    at = calculated(tree, "MULTIPLY_ADD", along(tree, (0.2, 0.1, 0.97)), scale, 100.25)
    return calculated(tree, "GREATER_THAN", calculated(tree, "FRACT", at), 0.5)


def _checker(tree: bpy.types.NodeTree, scale: float) -> bpy.types.NodeSocket:
    """Blocks in two tones. No border of blocks is where a mesh may have a face, which would flicker."""
    apart = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(_place(tree), apart.inputs[0])
    x, y, z = (
        calculated(tree, "FLOOR", calculated(tree, "MULTIPLY_ADD", axis, scale, 100.011)) for axis in apart.outputs
    )
    total = calculated(tree, "ADD", calculated(tree, "ADD", x, y), z)
    return calculated(tree, "MULTIPLY", calculated(tree, "FRACT", calculated(tree, "MULTIPLY", total, 0.5)), 2)


def _spots(tree: bpy.types.NodeTree, scale: float) -> bpy.types.NodeSocket:
    """Round spots in rows and columns, projected along that axis which a surface faces most."""
    place, normal = (tree.nodes.new("ShaderNodeSeparateXYZ") for _ in range(2))
    tree.links.new(_place(tree), place.inputs[0])
    tree.links.new(tree.nodes.new("ShaderNodeTexCoord").outputs["Normal"], normal.inputs[0])
    facing = [calculated(tree, "ABSOLUTE", part) for part in normal.outputs]
    total: bpy.types.NodeSocket | float = 0.0
    for k, part in enumerate(place.outputs):
        others = calculated(tree, "MAXIMUM", facing[k - 1], facing[k - 2])
        within = calculated(tree, "FRACT", calculated(tree, "MULTIPLY_ADD", part, scale, 100))
        square = calculated(tree, "POWER", calculated(tree, "SUBTRACT", within, 0.5), 2)
        total = calculated(tree, "MULTIPLY_ADD", square, calculated(tree, "LESS_THAN", facing[k], others), total)
    return calculated(tree, "LESS_THAN", total, 0.3**2)


PATTERNS: dict[str, Callable[[bpy.types.NodeTree, float], bpy.types.NodeSocket]] = {
    "stripes": _stripes,
    "checker": _checker,
    "spots": _spots,
}
"""Pattern -> function that returns the share of the second tone at each point, for a scale."""
