"""The recipes that materials of the vocabulary name."""

import bpy

from tvrgen.blender import versions
from tvrgen.errors import UserError
from tvrgen.vocabulary import Material


def linear(rgb: tuple[int, int, int]) -> tuple[float, float, float, float]:
    """sRGB bytes -> linear RGBA in [0, 1], as Blender takes colours (IEC 61966-2-1)."""
    values = [b / 255 for b in rgb]
    return (*(v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values), 1.0)


def make(name: str, material: Material, rgb: tuple[int, int, int]) -> bpy.types.Material:
    """A new Blender material. Raises UserError for an input that its recipe does not have."""
    result = bpy.data.materials.new(name)
    tree = versions.node_tree(result)
    tree.nodes.clear()
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    shader = RECIPES[material.recipe](tree, linear(rgb), dict(material.inputs))
    tree.links.new(shader, output.inputs["Surface"])
    return result


def _principled(tree, color, inputs):
    node = tree.nodes.new("ShaderNodeBsdfPrincipled")
    node.inputs["Base Color"].default_value = color
    _set(node, inputs, "principled")
    return node.outputs["BSDF"]


def _glass(tree, color, inputs):
    """Tinted glass with clear reflections. Rays that carry light from lamps or from diffuse ground pass straight.

    That costs caustics and saves their noise. `density` is the power to which a surface takes the colour: at 0.5 the
    two walls of an object tint what stands behind it by the colour once.
    """
    density, ior, roughness = inputs.pop("density", 0.5), inputs.pop("ior", 1.45), inputs.pop("roughness", 0.0)
    if inputs:
        raise UserError(
            f"vocabulary: materials: recipe glass has no input {next(iter(inputs))!r}; it has density, ior, roughness"
        )
    tint = (*(c**density for c in color[:3]), 1)
    through, mirror, clear, fresnel, path = (
        tree.nodes.new(f"ShaderNode{name}")
        for name in ("BsdfRefraction", "BsdfAnisotropic", "BsdfTransparent", "Fresnel", "LightPath")
    )
    surface, mix, either = (tree.nodes.new(f"ShaderNode{name}") for name in ("MixShader", "MixShader", "Math"))
    through.inputs["Color"].default_value = clear.inputs["Color"].default_value = tint
    mirror.inputs["Color"].default_value = (1, 1, 1, 1)
    through.inputs["Roughness"].default_value = mirror.inputs["Roughness"].default_value = roughness
    through.inputs["IOR"].default_value = fresnel.inputs["IOR"].default_value = ior
    _link(tree, fresnel.outputs[0], through.outputs[0], mirror.outputs[0], surface)
    either.operation = "MAXIMUM"
    for k, kind in enumerate(("Is Shadow Ray", "Is Diffuse Ray")):
        tree.links.new(path.outputs[kind], either.inputs[k])
    _link(tree, either.outputs[0], surface.outputs[0], clear.outputs[0], mix)
    return mix.outputs[0]


def _link(tree, factor, first, second, mix) -> None:
    for socket, source in zip(mix.inputs, (factor, first, second), strict=True):
        tree.links.new(source, socket)


RECIPES = {"principled": _principled, "glass": _glass}


def _set(node, inputs: dict[str, float], recipe: str) -> None:
    sockets = {s.name.lower().replace(" ", "_"): s for s in node.inputs if s.type == "VALUE"}
    for name, value in inputs.items():
        if name not in sockets:
            raise UserError(
                f"vocabulary: materials: recipe {recipe} has no input {name!r}; it has {', '.join(sockets)}"
            )
        sockets[name].default_value = value
