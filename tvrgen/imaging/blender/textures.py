"""Patterns of the attribute `texture`: two tones of an object's colour, laid out in the object's own coordinates.

A pattern turns and grows with its object. `two_tones`, `along` and `calculated` serve functions of users too, which
show attributes of their own.
"""

from collections.abc import Callable, Mapping
from typing import Any

import bpy

from tvrgen._support.errors import UserError

_LIGHT, _DARK = 0.08, 0.94
"""Shares of white and of black in the two tones: glass takes roots of them, so that less would not show there."""


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
    """Returns a dark tone of a colour where `share` is 1, a light tone where it is 0, and a mixture between."""
    light, dark = (_mix(tree, part, color, (gray, gray, gray, 1)) for gray, part in ((1, _LIGHT), (0, _DARK)))
    return _mix(tree, share, light, dark)


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
    """Slanting stripes, so that no face of a cube and no end of a cylinder is of one tone."""
    at = calculated(tree, "MULTIPLY_ADD", along(tree, (0.5, 0.3, 0.8)), scale, 100.25)
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


def _wood(tree: bpy.types.NodeTree, scale: float) -> bpy.types.NodeSocket:
    """The grain of wood: uneven lines that stand upright."""
    noise = tree.nodes.new("ShaderNodeTexNoise")
    tree.links.new(_place(tree), noise.inputs["Vector"])
    noise.inputs["Scale"].default_value = 1.6
    noise.inputs["Detail"].default_value = 1
    at = calculated(tree, "MULTIPLY_ADD", along(tree, (0.8, 0.6, 0)), scale, 100)
    at = calculated(tree, "MULTIPLY_ADD", noise.outputs[0], 1.6, at)
    return calculated(tree, "GREATER_THAN", calculated(tree, "FRACT", at), 0.55)


PATTERNS: dict[str, Callable[[bpy.types.NodeTree, float], bpy.types.NodeSocket]] = {
    "stripes": _stripes,
    "checker": _checker,
    "wood": _wood,
}
"""Pattern -> function that returns the share of the dark tone at each point, for a scale."""
