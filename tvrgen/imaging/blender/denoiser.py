"""Cleans pictures with the Open Image Denoise that comes inside Blender's package.

Cycles would denoise linear colours, and be guided by albedo and normals. At some sixteen samples both cost more than
they bring (docs/rendering.md has the figures): guides want to be cleaned themselves, and an error in linear colours
weighs differently from one in the picture. So the picture as it is shown, 8-bit sRGB, is cleaned by its pixels alone.
It is done on the CPU whatever renders.
"""

import ctypes
from functools import cache
from pathlib import Path

import bpy
import numpy as np

from tvrgen.errors import UserError

_MARGIN = 8  # pixels mirrored around a picture: the library leaves noise in the outermost ones
# of the library's header oidn.h, version 2
_CPU, _FLOAT3 = 1, 3
_POINTER, _SIZE, _TEXT = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p
_FUNCTIONS = {
    "oidnNewDevice": (_POINTER, ctypes.c_int),
    "oidnSetDeviceInt": (None, _POINTER, _TEXT, ctypes.c_int),
    "oidnSetDeviceBool": (None, _POINTER, _TEXT, ctypes.c_bool),
    "oidnCommitDevice": (None, _POINTER),
    "oidnGetDeviceError": (ctypes.c_int, _POINTER, ctypes.POINTER(_TEXT)),
    "oidnNewFilter": (_POINTER, _POINTER, _TEXT),
    "oidnSetSharedFilterImage": (None, _POINTER, _TEXT, _POINTER, ctypes.c_int, *[_SIZE] * 5),
    "oidnSetFilterBool": (None, _POINTER, _TEXT, ctypes.c_bool),
    "oidnCommitFilter": (None, _POINTER),
    "oidnExecuteFilter": (None, _POINTER),
    "oidnReleaseFilter": (None, _POINTER),
}


class Denoiser:
    """Cleans pictures of any size; what it prepared for one size it keeps for the next picture of that size.

    `threads` 0: all. Lives as long as the process. Raises UserError where the library is not there or does not start.
    """

    def __init__(self, threads: int = 0) -> None:
        self._library = _load()
        self._device = self._library.oidnNewDevice(_CPU)
        self._library.oidnSetDeviceInt(self._device, b"numThreads", threads)
        # threads that are pinned would meet those of other workers on the same cores
        self._library.oidnSetDeviceBool(self._device, b"setAffinity", False)
        self._library.oidnCommitDevice(self._device)
        self._filter: int | None = None
        self._pixels = np.empty((0, 0, 3), np.float32)  # what the filter reads and writes
        self._check()

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        """(H, W, 3) uint8 of sRGB, noisy, more than 8 pixels a side -> the same, clean.

        Raises UserError where the library fails.
        """
        framed = np.pad(picture, ((_MARGIN, _MARGIN), (_MARGIN, _MARGIN), (0, 0)), mode="reflect")
        if self._pixels.shape != framed.shape:
            self._prepare(framed.shape)
        np.divide(framed, np.float32(255), out=self._pixels)
        self._library.oidnExecuteFilter(self._filter)
        self._check()
        inner = self._pixels[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
        return (inner.clip(0, 1) * 255).round().astype(np.uint8)

    def _prepare(self, shape: tuple[int, int, int]) -> None:
        """A filter that works in place on an array of this shape."""
        if self._filter:
            self._library.oidnReleaseFilter(self._filter)
        self._pixels, (height, width, _) = np.empty(shape, np.float32), shape
        self._filter = self._library.oidnNewFilter(self._device, b"RT")
        for name in (b"color", b"output"):
            self._library.oidnSetSharedFilterImage(
                self._filter, name, self._pixels.ctypes.data, _FLOAT3, width, height, 0, 0, 0
            )
        self._library.oidnSetFilterBool(self._filter, b"srgb", True)
        self._library.oidnCommitFilter(self._filter)

    def _check(self) -> None:
        message = _TEXT()
        if self._library.oidnGetDeviceError(self._device, ctypes.byref(message)):
            self._pixels = np.empty((0, 0, 3), np.float32)  # prepare again
            raise UserError(
                f"render.denoise: Open Image Denoise fails: {(message.value or b'').decode()}; write denoise: false"
            )


@cache
def denoiser(threads: int) -> Denoiser:
    """The process's denoiser for a number of threads."""
    return Denoiser(threads)


@cache
def _load() -> ctypes.CDLL:
    """The library with the signatures of its functions."""
    package = Path(bpy.utils.resource_path("LOCAL")).parent  # of bpy; its folder holds Blender's libraries
    names = ("libOpenImageDenoise.so*", "libOpenImageDenoise.*dylib", "OpenImageDenoise.dll")
    found = sorted(path for name in names for path in package.rglob(name))
    if not found:
        raise UserError(f"render.denoise: no Open Image Denoise in {package}; write denoise: false")
    try:
        library = ctypes.CDLL(str(found[0]))
    except OSError as error:
        raise UserError(
            f"render.denoise: Open Image Denoise cannot be loaded: {error}; write denoise: false"
        ) from error
    for name, (result, *arguments) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
