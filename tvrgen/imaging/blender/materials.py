"""Blender materials, made by the recipes that the vocabulary names, and painted by the objects' further attributes."""

import inspect
from collections.abc import Callable, Sequence
from typing import TypeAlias

import bpy

from tvrgen._support import own_modules
from tvrgen._support.errors import UserError
from tvrgen._support.messages import shown
from tvrgen.imaging.blender import versions
from tvrgen.scene.vocabulary import Material

Color = tuple[float, float, float, float]
"""Linear RGBA, each in [0, 1]."""

Paint: TypeAlias = "Color | bpy.types.NodeSocket"
"""What gives a surface its colour: one colour, or a socket with the colour of each point."""

Inputs = dict[str, float]
"""A recipe's inputs by name."""

Painter = Callable[[bpy.types.NodeTree, bpy.types.NodeSocket], bpy.types.NodeSocket]
"""A function that adds nodes to a material's tree and turns a socket with a colour into another one."""


def linear(rgb: tuple[int, int, int]) -> Color:
    """Converts sRGB bytes to linear RGBA in [0, 1], which Blender expects (IEC 61966-2-1)."""
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (b / 255 for b in rgb))
    return red, green, blue, 1.0


def function(name: str) -> Callable[..., bpy.types.NodeSocket]:
    """Imports the function "package.module:function" that shows an attribute.

    Raises UserError if that fails; so does the function where it raises anything, or returns no socket.
    """
    module, _, own = name.partition(":")
    try:
        found = own_modules.member(module, own, inspect.isfunction)
    except UserError as error:
        raise UserError(f"vocabulary: attributes: cannot load {name!r}: {error}") from error
    if not callable(found):
        raise UserError(f"vocabulary: attributes: {name!r} is {shown(found)}; name a function")

    def painter(tree: bpy.types.NodeTree, color: bpy.types.NodeSocket, inputs: Inputs) -> bpy.types.NodeSocket:
        where = f"vocabulary: attributes: {name}"
        try:
            painted = found(tree, color, inputs)
        except UserError:
            raise
        except Exception as error:  # a user's function may fail in any way
            raise UserError(f"{where}: raised {own_modules.said(error)}, for the inputs {shown(inputs)}") from error
        if not isinstance(painted, bpy.types.NodeSocket):
            raise UserError(f"{where}: returned {shown(painted)}; return the socket of the color to use")
        return painted

    return painter


def make(
    name: str, material: Material, rgb: tuple[int, int, int], painters: Sequence[Painter] = ()
) -> bpy.types.Material:
    """Makes a Blender material, its colour changed by each painter in turn.

    Raises UserError if its recipe does not have one of the inputs.
    """
    result = bpy.data.materials.new(name)
    tree = versions.node_tree(result)
    tree.nodes.clear()
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    paint: Paint = linear(rgb)
    if painters:
        source = plain = tree.nodes.new("ShaderNodeRGB").outputs[0]
        source.default_value = paint
        for painter in painters:
            source = painter(tree, source)
        if source != plain:
            paint = source
    shader = RECIPES[material.recipe](tree, paint, dict(material.inputs))
    tree.links.new(shader, output.inputs["Surface"])
    return result


def _paint(tree: bpy.types.NodeTree, socket: bpy.types.NodeSocket, paint: Paint) -> None:
    """Gives an input its colour."""
    if isinstance(paint, tuple):
        socket.default_value = paint
    else:
        tree.links.new(paint, socket)


def _principled(tree: bpy.types.NodeTree, color: Paint, inputs: Inputs) -> bpy.types.NodeSocket:
    """Blender's Principled BSDF."""
    node = tree.nodes.new("ShaderNodeBsdfPrincipled")
    _paint(tree, node.inputs["Base Color"], color)
    _set(node, inputs, "principled")
    return node.outputs["BSDF"]


def _matte(tree: bpy.types.NodeTree, color: Paint, inputs: Inputs) -> bpy.types.NodeSocket:
    """Diffuse reflection (Lambert; with `roughness` above 0: Oren and Nayar).

    As the ground of a scene, it renders a tenth faster than a principled material that looks the same.
    """
    node = tree.nodes.new("ShaderNodeBsdfDiffuse")
    _paint(tree, node.inputs["Color"], color)
    node.inputs["Roughness"].default_value = 0
    _set(node, inputs, "matte")
    return node.outputs["BSDF"]


def _glass(tree: bpy.types.NodeTree, color: Paint, inputs: Inputs) -> bpy.types.NodeSocket:
    """Tinted glass.

    `density` is the exponent of the colour at each surface: at 0.5, the two walls of an object together tint the
    background by the colour once. A pattern tints at the near wall alone, with twice the exponent, because that of the
    far wall would blur it. `roughness` blurs what is seen through the glass. `gloss_roughness` blurs its reflections,
    because the reflection of a lamp in a perfect mirror is a hard white patch.

    Rays are refracted and reflected where they enter. They leave straight, because chains of inner reflections converge
    slowly. Shadow rays and rays from diffuse surfaces pass both walls straight, which avoids caustics and their noise.
    So do rays after two bounces, because glass behind glass would turn black at the last bounce.
    """
    known = {"density": 0.25, "ior": 1.45, "roughness": 0.0, "gloss_roughness": 0.25}
    if unknown := sorted(inputs.keys() - known):
        raise UserError(f"vocabulary: materials: recipe glass has no input {unknown[0]!r}; it has {', '.join(known)}")
    density, ior, roughness, gloss_roughness = (known | inputs).values()
    through, mirror, clear, fresnel, path, geometry, late, surface, wall = (
        tree.nodes.new(f"ShaderNode{name}")
        for name in (
            *("BsdfRefraction", "BsdfAnisotropic", "BsdfTransparent", "Fresnel", "LightPath", "NewGeometry", "Math"),
            *("MixShader", "MixShader"),
        )
    )
    tint = _power(color, density) if isinstance(color, tuple) else _tint(tree, color, density, geometry)
    for shader in (through, clear):
        _paint(tree, shader.inputs["Color"], tint)
    mirror.inputs["Color"].default_value = (1, 1, 1, 1)
    through.inputs["Roughness"].default_value = roughness
    mirror.inputs["Roughness"].default_value = gloss_roughness
    through.inputs["IOR"].default_value = fresnel.inputs["IOR"].default_value = ior
    _link(tree, surface, fresnel.outputs[0], through.outputs[0], mirror.outputs[0])
    late.operation = "GREATER_THAN"
    _link(tree, late, path.outputs["Ray Depth"])
    late.inputs[1].default_value = 1.5
    straight = geometry.outputs["Backfacing"]
    for condition in (late.outputs[0], path.outputs["Is Shadow Ray"], path.outputs["Is Diffuse Ray"]):
        either = tree.nodes.new("ShaderNodeMath")
        either.operation = "MAXIMUM"
        _link(tree, either, straight, condition)
        straight = either.outputs[0]
    _link(tree, wall, straight, surface.outputs[0], clear.outputs[0])
    return wall.outputs[0]


def _power(color: Color, exponent: float) -> Color:
    """Each channel of a colour to a power."""
    red, green, blue = (channel**exponent for channel in color[:3])
    return red, green, blue, 1


def _tint(
    tree: bpy.types.NodeTree, pattern: bpy.types.NodeSocket, density: float, geometry: bpy.types.Node
) -> bpy.types.NodeSocket:
    """The tint of glass with a pattern: all of it at surfaces that face the viewer, none at the others."""
    exponent, tint = (tree.nodes.new(f"ShaderNode{name}") for name in ("Math", "Gamma"))
    exponent.operation = "MULTIPLY_ADD"
    _link(tree, exponent, geometry.outputs["Backfacing"])
    exponent.inputs[1].default_value, exponent.inputs[2].default_value = -2 * density, 2 * density
    _link(tree, tint, pattern, exponent.outputs[0])
    return tint.outputs[0]


def _link(tree: bpy.types.NodeTree, node: bpy.types.Node, *sources: bpy.types.NodeSocket) -> None:
    """Links the sources to the node's inputs, beginning with the first."""
    for socket, source in zip(node.inputs, sources, strict=False):
        tree.links.new(source, socket)


RECIPES: dict[str, Callable[[bpy.types.NodeTree, Paint, Inputs], bpy.types.NodeSocket]] = {
    "principled": _principled,
    "matte": _matte,
    "glass": _glass,
}
"""Recipe -> function that adds its nodes to a material's tree and returns the shader's output."""


def _set(node: bpy.types.Node, inputs: Inputs, recipe: str) -> None:
    """Sets number inputs of a node by their names in snake case. Raises UserError if the node does not have one."""
    sockets = {s.name.lower().replace(" ", "_"): s for s in node.inputs if s.type == "VALUE"}
    for name, value in inputs.items():
        if name not in sockets:
            raise UserError(
                f"vocabulary: materials: recipe {recipe} has no input {name!r}; it has {', '.join(sockets)}"
            )
        sockets[name].default_value = value
