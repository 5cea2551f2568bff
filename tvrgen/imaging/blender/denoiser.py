"""Denoising with the Open Image Denoise library inside Blender's package.

Cycles would denoise linear colours, guided by albedo and normals. At about sixteen samples per pixel both cost more
than they improve (figures: docs/rendering.md): the guides have to be denoised themselves, and an error in linear
colours has another weight than in the displayed image. Therefore the input is the displayed image alone, 8-bit sRGB.
Denoising runs on the CPU, whichever device renders.
"""

import ctypes
from functools import cache
from pathlib import Path

import bpy
import numpy as np

from tvrgen._support.errors import UserError

_MARGIN = 8  # mirrored pixels around an image: the library leaves noise in the outermost pixels
# constants and signatures from the library's header oidn.h, version 2
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
    """Denoises images of any size, on `threads` threads (0: all).

    The filter for the last image size is kept. Its memory is freed when the process ends. Raises UserError if the
    library is missing or does not start.
    """

    def __init__(self, threads: int = 0) -> None:
        self._library = _load()
        self._device = self._library.oidnNewDevice(_CPU)
        self._library.oidnSetDeviceInt(self._device, b"numThreads", threads)
        # pinned threads of several workers would share the same cores
        self._library.oidnSetDeviceBool(self._device, b"setAffinity", False)
        self._library.oidnCommitDevice(self._device)
        self._filter: int | None = None
        self._pixels = np.empty((0, 0, 3), np.float32)  # input and output of the filter
        self._check()

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Denoises an image: (H, W, 3) uint8 sRGB, with H and W above 8, to the same shape and type.

        Raises UserError if the library fails.
        """
        framed = np.pad(image, ((_MARGIN, _MARGIN), (_MARGIN, _MARGIN), (0, 0)), mode="reflect")
        if self._pixels.shape != framed.shape:
            self._prepare(*framed.shape[:2])
        np.divide(framed, np.float32(255), out=self._pixels)
        self._library.oidnExecuteFilter(self._filter)
        self._check()
        inner = self._pixels[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
        return (inner.clip(0, 1) * 255).round().astype(np.uint8)

    def _prepare(self, height: int, width: int) -> None:
        """Sets up a filter that works in place on images of this size."""
        if self._filter:
            self._library.oidnReleaseFilter(self._filter)
        self._pixels = np.empty((height, width, 3), np.float32)
        self._filter = self._library.oidnNewFilter(self._device, b"RT")
        for name in (b"color", b"output"):
            self._library.oidnSetSharedFilterImage(
                self._filter, name, self._pixels.ctypes.data, _FLOAT3, width, height, 0, 0, 0
            )
        self._library.oidnSetFilterBool(self._filter, b"srgb", True)
        self._library.oidnCommitFilter(self._filter)

    def _check(self) -> None:
        """Raises UserError if the library has reported an error."""
        message = _TEXT()
        if self._library.oidnGetDeviceError(self._device, ctypes.byref(message)):
            self._pixels = np.empty((0, 0, 3), np.float32)  # the next image sets up a new filter
            raise UserError(
                f"render.denoise: Open Image Denoise fails: {(message.value or b'').decode()}; write denoise: false"
            )


@cache
def denoiser(threads: int) -> Denoiser:
    """Returns the process's denoiser for a number of threads."""
    return Denoiser(threads)


@cache
def _load() -> ctypes.CDLL:
    """Loads the library and declares the signatures of its functions."""
    package = Path(bpy.utils.resource_path("LOCAL")).parent  # the folder of bpy, which contains Blender's libraries
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
