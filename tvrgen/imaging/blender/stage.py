"""The Blender scene. Ground, world and lamps are built once; objects, camera and lamp positions are set for each image.

Meshes and materials are created once and shared. Objects come from a pool, one for each index of an object. No data of
one image remains to slow down later ones. A property that does not change is not set again: Blender treats every
assignment as a change, and with persistent data Cycles then rebuilds that part of its scene.
"""

from collections.abc import Sequence
from functools import partial

import bpy
import numpy as np
from mathutils import Matrix

from tvrgen.imaging import motion
from tvrgen.imaging.blender import materials, versions
from tvrgen.imaging.blender.lamps import Lamps
from tvrgen.imaging.shots import Pose, Shot
from tvrgen.scene import mesh
from tvrgen.scene.camera_model import View
from tvrgen.scene.model import STAGE_LINE_HEIGHT, Object, SceneSpec, State
from tvrgen.scene.vocabulary import Material, Vocabulary


class Stage:
    """The datablocks of the open Blender scene, and methods that set a state, a view and lights."""

    def __init__(self, scene: SceneSpec, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._meshes: dict[str, bpy.types.Mesh] = {}
        self._materials: dict[tuple[str, ...], bpy.types.Material] = {}
        self._shown = {name: materials.function(a.shown) for name, a in vocabulary.attributes.items() if a.shown}
        self._pool: list[bpy.types.Object] = []
        self._held: list[tuple[Object, Pose] | None] = []  # what each object of the pool was set to
        self._view: View | None = None
        _clear()
        _world(scene)
        _ground(scene, vocabulary)
        self._camera = _add("camera", bpy.data.cameras.new("camera"))
        self._camera.data.sensor_fit = "HORIZONTAL"
        bpy.context.scene.camera = self._camera
        self.lamps = Lamps(scene.lights)
        self.palette = _add("palette", bpy.data.meshes.new("palette"))
        self.persist(False)

    def persist(self, on: bool) -> None:
        """Sets whether Cycles keeps its device and its data from one image to the next.

        If it does (persistent data), Cycles never frees the shader of a material, and creates a new one when the
        material returns after an image without it: 34 kB per scene. Therefore an object without faces, the palette,
        then has all materials.
        """
        bpy.context.scene.render.use_persistent_data = on
        self.palette.hide_render = not on

    def set(self, shot: Shot) -> None:
        """Sets a shot's state, lights, and view with its resolution."""
        self.show(shot.state, shot.poses)
        self.aim(shot.view)
        self.lamps.move(shot.lights)

    def show(self, state: State, poses: tuple[Pose, ...] | None = None) -> None:
        """Sets the objects that are on stage, in these poses or those of the state, and hides the rest of the pool."""
        for k in range(len(self._pool), len(state.objects)):
            self._pool.append(_add(f"object {k}", self._mesh(state.objects[k].shape)))
            self._pool[k].pass_index = k + 1
            self._held.append(None)
        for k, holder in enumerate(self._pool):
            obj = state.objects[k] if k < len(state.objects) else None
            hidden = obj is None or not self._vocabulary.grid.shows(obj)
            if obj and not hidden:
                pose = poses[k] if poses else motion.at_rest(obj, self._vocabulary)
                if (obj, pose) != self._held[k]:
                    self._set_object(holder, obj, pose)
                    self._held[k] = obj, pose
            if holder.hide_render != hidden:
                holder.hide_render = hidden

    def aim(self, view: View) -> None:
        """Sets the camera's location, rotation and lens, and the resolution, to those of the view."""
        if view == self._view:
            return
        self._view = view
        camera, (right, down, forward) = view.camera, view.rotation
        columns = [right, [-c for c in down], [-c for c in forward]]
        self._camera.matrix_world = Matrix(
            [[*(columns[c][k] for c in range(3)), camera.location[k]] for k in range(3)] + [[0, 0, 0, 1]]
        )
        self._camera.data.lens = camera.focal_length
        self._camera.data.sensor_width = camera.sensor_width
        render = bpy.context.scene.render
        render.resolution_x, render.resolution_y = view.width, view.height

    def _set_object(self, holder: bpy.types.Object, obj: Object, pose: Pose) -> None:
        """Gives an object of the pool the looks of an object of the state, and a pose."""
        holder.data = self._mesh(obj.shape)
        holder.material_slots[0].link = "OBJECT"
        holder.material_slots[0].material = self._material(obj)
        holder.location = pose[:3]
        holder.rotation_euler = (0, 0, np.radians(pose.rotation))
        holder.scale = (pose.size, pose.size, pose.size)

    def _mesh(self, shape: str) -> bpy.types.Mesh:
        """Returns the shape's mesh, made on first use."""
        if shape not in self._meshes:
            source = mesh.load(self._vocabulary.shapes[shape])
            data, kept = _triangles(shape, source.vertices, source.faces)
            data.shade_smooth()
            data.normals_split_custom_set(source.corner_normals()[kept].reshape(-1, 3).tolist())
            data.materials.append(None)
            data.use_fake_user = True  # keeps it through a purge while no object has this shape
            self._meshes[shape] = data
        return self._meshes[shape]

    def _material(self, obj: Object) -> bpy.types.Material:
        """Returns the Blender material of an object's material, colour and further attributes, made on first use."""
        shown = [(a.name, value) for a, value in obj.further if a.name in self._shown]
        key = (obj.color, *(value for _, value in shown), obj.material)
        if key not in self._materials:
            words = self._vocabulary
            paints = [partial(self._shown[name], inputs=words.table(name)[value]) for name, value in shown]
            made = materials.make(" ".join(key), words.materials[obj.material], words.colors[obj.color], paints)
            made.use_fake_user = True
            self.palette.data.materials.append(made)
            self._materials[key] = made
        return self._materials[key]


def purge() -> None:
    """Frees unused datablocks."""
    bpy.data.orphans_purge(do_local_ids=True, do_linked_ids=True, do_recursive=True)


def _clear() -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)


def _add(name: str, data: bpy.types.ID) -> bpy.types.Object:
    """Adds an object with this data to the scene."""
    obj = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(obj)
    obj.hide_viewport = True  # operators would evaluate it for a window, which there is not
    return obj


def _triangles(name: str, vertices: np.ndarray, faces: np.ndarray) -> tuple[bpy.types.Mesh, np.ndarray]:
    """Returns a mesh and the indices of the faces that it kept.

    Blender drops faces that name a vertex twice or repeat another face.
    """
    data = bpy.data.meshes.new(name)
    data.from_pydata(vertices.tolist(), [], faces.tolist())
    data.update()
    data.attributes.new("source", "INT", "FACE").data.foreach_set("value", np.arange(len(faces), dtype=np.int32))
    data.validate()
    kept = np.empty(len(data.polygons), np.int32)
    data.attributes["source"].data.foreach_get("value", kept)
    data.attributes.remove(data.attributes["source"])
    return data, kept


def _world(scene: SceneSpec) -> None:
    """Adds the world: a background of one colour."""
    world = bpy.data.worlds.new("world")
    tree = versions.node_tree(world)
    background = next(n for n in tree.nodes if n.type == "BACKGROUND")
    background.inputs["Color"].default_value = materials.linear(scene.world.color)
    background.inputs["Strength"].default_value = scene.world.strength
    bpy.context.scene.world = world


def _ground(scene: SceneSpec, vocabulary: Vocabulary) -> None:
    """Adds the ground and the line around the stage."""
    half = scene.ground.half_size
    plane = [(-half, -half, 0), (half, -half, 0), (half, half, 0), (-half, half, 0)]
    _add("ground", _matte_mesh("ground", plane, [(0, 1, 2, 3)], scene.ground.color))
    if scene.stage_line.width:
        edge, width = vocabulary.grid.stage * vocabulary.grid.unit, scene.stage_line.width / 2
        inner, outer = edge - width, edge + width
        corners = [
            (sx * r, sy * r, STAGE_LINE_HEIGHT)
            for r in (inner, outer)
            for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))
        ]
        faces = [(k, (k + 1) % 4, 4 + (k + 1) % 4, 4 + k) for k in range(4)]
        _add("stage line", _matte_mesh("stage line", corners, faces, scene.stage_line.color))


def _matte_mesh(
    name: str,
    vertices: Sequence[tuple[float, float, float]],
    faces: Sequence[tuple[int, int, int, int]],
    rgb: tuple[int, int, int],
) -> bpy.types.Mesh:
    """Returns a mesh with a matte material of this colour."""
    data = bpy.data.meshes.new(name)
    data.from_pydata(vertices, [], faces)
    data.update()
    data.materials.append(materials.make(name, Material(recipe="matte", inputs={}), rgb))
    return data
