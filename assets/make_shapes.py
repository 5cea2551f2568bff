"""Make the three shape meshes of tvrgen: `python assets/make_shapes.py` (needs trimesh and scipy).

Each mesh fills the cube [-1, 1]^3, is closed and has its z axis up. Edges are rounded: a rounded edge
catches the light, which is what makes a cube or a cylinder readable in a small picture.
"""

from pathlib import Path

import numpy as np
import trimesh

FOLDER = Path(__file__).parent / "shapes"
BEVEL = 0.07  # radius of a rounded edge, in half edges
SEGMENTS = 6  # steps in a quarter turn of a rounded edge
SECTIONS = 72  # sides of the cylinder


def sphere() -> trimesh.Trimesh:
    return trimesh.creation.icosphere(subdivisions=4)


def cube() -> trimesh.Trimesh:
    """The hull of eight small ball octants, one in each corner."""
    angle = np.linspace(0, np.pi / 2, SEGMENTS + 1)
    azimuth, elevation = (a.ravel() for a in np.meshgrid(angle, angle))
    octant = np.stack([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)], 1)
    corner = (1 - BEVEL) + BEVEL * octant
    signs = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T
    return trimesh.convex.convex_hull(np.concatenate([corner * s for s in signs]).round(9))


def cylinder() -> trimesh.Trimesh:
    """A rounded profile (radius, height), turned about z."""
    angle = np.linspace(0, np.pi / 2, SEGMENTS + 1)
    lower = np.stack([1 - BEVEL + BEVEL * np.sin(angle), -1 + BEVEL - BEVEL * np.cos(angle)], 1)
    upper = (lower * [1, -1])[::-1]
    profile = np.concatenate([[[0, -1]], lower, upper, [[0, 1]]])
    return trimesh.creation.revolve(profile, sections=SECTIONS)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for make in (cube, sphere, cylinder):
        mesh = make()
        assert mesh.is_watertight
        assert np.allclose(np.abs(mesh.bounds), 1)
        path = FOLDER / f"{make.__name__}.ply"
        path.write_bytes(trimesh.exchange.ply.export_ply(mesh, vertex_normal=False))
        print(f"{path.name}: {len(mesh.vertices)} vertices, {len(mesh.faces)} triangles, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
