"""The recipes that materials of the vocabulary name."""

import bpy

from tvrgen.errors import UserError
from tvrgen.vocabulary import Material


def linear(rgb: tuple[int, int, int]) -> tuple[float, float, float, float]:
    """sRGB bytes -> linear RGBA in [0, 1], as Blender takes colours (IEC 61966-2-1)."""
    values = [b / 255 for b in rgb]
    return (*(v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values), 1.0)


def make(name: str, material: Material, rgb: tuple[int, int, int]) -> bpy.types.Material:
    """A new Blender material. Raises UserError for an input that its recipe does not have."""
    result = bpy.data.materials.new(name)
    if hasattr(result, "use_nodes") and bpy.app.version < (5, 0):
        result.use_nodes = True  # from 5.0 on, materials always use nodes
    tree = result.node_tree
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
    """Clear tinted glass. Rays that carry light from lamps or from diffuse ground pass straight: no caustic noise."""
    glass, clear = tree.nodes.new("ShaderNodeBsdfGlass"), tree.nodes.new("ShaderNodeBsdfTransparent")
    path, mix = tree.nodes.new("ShaderNodeLightPath"), tree.nodes.new("ShaderNodeMixShader")
    either = tree.nodes.new("ShaderNodeMath")
    either.operation = "MAXIMUM"
    tint = inputs.pop("tint", 1.0)
    tinted = tuple(1 + (c - 1) * tint for c in color[:3])
    glass.inputs["Color"].default_value = (*tinted, 1)
    clear.inputs["Color"].default_value = (*tinted, 1)
    _set(glass, inputs, "glass")
    for k, kind in enumerate(("Is Shadow Ray", "Is Diffuse Ray")):
        tree.links.new(path.outputs[kind], either.inputs[k])
    tree.links.new(either.outputs[0], mix.inputs["Fac"])
    tree.links.new(glass.outputs["BSDF"], mix.inputs[1])
    tree.links.new(clear.outputs["BSDF"], mix.inputs[2])
    return mix.outputs["Shader"]


RECIPES = {"principled": _principled, "glass": _glass}


def _set(node, inputs: dict[str, float], recipe: str) -> None:
    sockets = {s.name.lower().replace(" ", "_"): s for s in node.inputs if s.type == "VALUE"}
    for name, value in inputs.items():
        if name not in sockets:
            raise UserError(f"vocabulary: materials: recipe {recipe} has no input {name!r}; it has {', '.join(sockets)}")
        sockets[name].default_value = value
