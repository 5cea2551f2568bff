"""The recipes that materials of the vocabulary name."""

import bpy

from tvrgen.errors import UserError
from tvrgen.imaging.blender import versions
from tvrgen.scene.vocabulary import Material


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


def _matte(tree, color, inputs):
    """As bright from everywhere (Lambert; `roughness` above 0: Oren and Nayar). As a whole scene's ground it takes a
    tenth less time than a principled material that looks the same."""
    node = tree.nodes.new("ShaderNodeBsdfDiffuse")
    node.inputs["Color"].default_value = color
    node.inputs["Roughness"].default_value = 0
    _set(node, inputs, "matte")
    return node.outputs["BSDF"]


def _glass(tree, color, inputs):
    """Tinted glass. `density` is the power to which a surface takes the colour: at 0.5 the two walls of an object tint
    what stands behind it by the colour once. `roughness` blurs what is seen through it, `gloss_roughness` what it
    mirrors: a lamp in a perfect mirror is a hard white patch.

    Light is bent and mirrored where it enters. It leaves straight, so that what is seen inside does not depend on
    chains of mirrors, which are slow to converge. It passes both walls straight if it comes to or from
    diffuse ground or a lamp, which costs caustics and saves their noise, and if it has been through or off something
    twice: glass behind glass would end in black at the last bounce.
    """
    known = {"density": 0.25, "ior": 1.45, "roughness": 0.0, "gloss_roughness": 0.25}
    if unknown := sorted(inputs.keys() - known):
        raise UserError(f"vocabulary: materials: recipe glass has no input {unknown[0]!r}; it has {', '.join(known)}")
    density, ior, roughness, gloss_roughness = (known | inputs).values()
    tint = (*(c**density for c in color[:3]), 1)
    through, mirror, clear, fresnel, path, geometry, late, surface, wall = (
        tree.nodes.new(f"ShaderNode{name}")
        for name in (
            *("BsdfRefraction", "BsdfAnisotropic", "BsdfTransparent", "Fresnel", "LightPath", "NewGeometry", "Math"),
            *("MixShader", "MixShader"),
        )
    )
    through.inputs["Color"].default_value = clear.inputs["Color"].default_value = tint
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


def _link(tree, node, *sources) -> None:
    """Links the sources to the node's inputs, from the first one on."""
    for socket, source in zip(node.inputs, sources, strict=False):
        tree.links.new(source, socket)


RECIPES = {"principled": _principled, "matte": _matte, "glass": _glass}


def _set(node, inputs: dict[str, float], recipe: str) -> None:
    sockets = {s.name.lower().replace(" ", "_"): s for s in node.inputs if s.type == "VALUE"}
    for name, value in inputs.items():
        if name not in sockets:
            raise UserError(
                f"vocabulary: materials: recipe {recipe} has no input {name!r}; it has {', '.join(sockets)}"
            )
        sockets[name].default_value = value
