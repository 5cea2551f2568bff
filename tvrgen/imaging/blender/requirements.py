"""Requirements of rendering: Python version, system libraries, packages. Needs the standard library alone.

The Makefile calls `python -m tvrgen.imaging.blender.requirements` first. It prints the first missing requirement and
exits with 1, or prints nothing.
"""

import ctypes
import importlib.util
import sys

BLENDER = {(3, 11): "4.5 LTS", (3, 13): "5.2 LTS"}
"""Python version -> the Blender release with long-term support that is built for it."""

SYSTEM_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libICE.so.6": "libice6",
    "libSM.so.6": "libsm6",
    "libX11.so.6": "libx11-6",
    "libXext.so.6": "libxext6",
    "libXfixes.so.3": "libxfixes3",
    "libXi.so.6": "libxi6",
    "libXrender.so.1": "libxrender1",
    "libxkbcommon.so.0": "libxkbcommon0",
}
"""System library that bpy loads on Linux -> its Debian package."""

INSTALL = "pip install 'tvrgen[render]'"


def lacking() -> str | None:
    """Returns a line that names the first missing requirement, or None."""
    return lacking_python() or lacking_libraries() or lacking_modules()


def lacking_python() -> str | None:
    """Returns a line if no Blender is built for this Python version."""
    if sys.version_info[:2] in BLENDER:
        return None
    known = ", ".join(f"Python {a}.{b} (Blender {v})" for (a, b), v in BLENDER.items())
    return (
        f"no Blender is built for Python {sys.version_info[0]}.{sys.version_info[1]}; rendering needs one of: {known}"
    )


def lacking_libraries() -> str | None:
    """Returns a line that names the Debian packages of missing system libraries, on Linux."""
    if sys.platform != "linux":
        return None
    packages = [package for library, package in SYSTEM_LIBRARIES.items() if not loads(library)]
    return f"Blender needs system libraries: apt-get install {' '.join(packages)}" if packages else None


def lacking_modules() -> str | None:
    """Returns a line that names Python packages that are not installed."""
    modules = [name for name in ("bpy", "trimesh", "embreex", "av") if importlib.util.find_spec(name) is None]
    return f"not installed: {', '.join(modules)}; {INSTALL}" if modules else None


def loads(library: str) -> bool:
    """Whether a system library can be loaded."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    if fault := lacking_python() or lacking_libraries():
        sys.exit(fault)
