"""Denoising with the Open Image Denoise library inside Blender's package.

Cycles would denoise linear colours, guided by albedo and normals. At about sixteen samples per pixel both cost more
than they improve (figures: docs/rendering.md): the guides have to be denoised themselves, and an error in linear
colours has another weight than in the displayed image. Therefore the input is the displayed image alone, 8-bit sRGB.
Denoising runs on the device that renders, or on the CPU if it fails there.
"""

import ctypes
import logging
from functools import cache
from pathlib import Path

import bpy
import numpy as np

from tvrgen._support.errors import UserError
from tvrgen.imaging.renderer import RendererLost

_log = logging.getLogger(__name__)

_MARGIN = 8  # mirrored pixels around an image: the library leaves noise in the outermost pixels
_TYPES = {"cpu": 1, "oneapi": 2, "cuda": 3, "hip": 4, "metal": 5}  # as of OIDNDeviceType
# constants and signatures from the library's header oidn.h, version 2
_FLOAT3 = 3
_POINTER, _SIZE, _TEXT = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p
_FUNCTIONS = {
    "oidnNewDevice": (_POINTER, ctypes.c_int),
    "oidnSetDeviceInt": (None, _POINTER, _TEXT, ctypes.c_int),
    "oidnSetDeviceBool": (None, _POINTER, _TEXT, ctypes.c_bool),
    "oidnCommitDevice": (None, _POINTER),
    "oidnGetDeviceError": (ctypes.c_int, _POINTER, ctypes.POINTER(_TEXT)),
    "oidnNewBuffer": (_POINTER, _POINTER, _SIZE),
    "oidnWriteBuffer": (None, _POINTER, _SIZE, _SIZE, _POINTER),
    "oidnReadBuffer": (None, _POINTER, _SIZE, _SIZE, _POINTER),
    "oidnReleaseBuffer": (None, _POINTER),
    "oidnNewFilter": (_POINTER, _POINTER, _TEXT),
    "oidnSetFilterImage": (None, _POINTER, _TEXT, _POINTER, ctypes.c_int, *[_SIZE] * 5),
    "oidnSetFilterBool": (None, _POINTER, _TEXT, ctypes.c_bool),
    "oidnCommitFilter": (None, _POINTER),
    "oidnExecuteFilter": (None, _POINTER),
    "oidnReleaseFilter": (None, _POINTER),
}


class Denoiser:
    """Denoises images of any size, on the CPU or on the first GPU of a type.

    The filter for the last image size is kept. Its memory is freed when the process ends.

    Args:
        device: Type of the device: cpu, cuda, hip, oneapi, metal.
        threads: Threads of the CPU (0: all).

    Raises UserError if the library is missing or does not start, RendererLost if it does not start on a GPU.
    """

    def __init__(self, device: str = "cpu", threads: int = 0) -> None:
        self.device = device
        self._library = _load()
        self._pixels = np.empty((0, 0, 3), np.float32)  # input and output of the filter
        self._filter: int | None = None
        self._buffer: int | None = None
        self._handle = self._library.oidnNewDevice(_TYPES[device])
        self._check()
        if device == "cpu":
            self._library.oidnSetDeviceInt(self._handle, b"numThreads", threads)
            # pinned threads of several workers would share the same cores
            self._library.oidnSetDeviceBool(self._handle, b"setAffinity", False)
        self._library.oidnCommitDevice(self._handle)
        self._check()

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Denoises an image: (H, W, 3) uint8 sRGB, with H and W above 8, to the same shape and type.

        Raises UserError if the library fails on the CPU, RendererLost if it fails on a GPU.
        """
        framed = np.pad(image, ((_MARGIN, _MARGIN), (_MARGIN, _MARGIN), (0, 0)), mode="reflect")
        if self._pixels.shape != framed.shape:
            self._prepare(*framed.shape[:2])
        np.divide(framed, np.float32(255), out=self._pixels)
        self._library.oidnWriteBuffer(self._buffer, 0, self._pixels.nbytes, self._pixels.ctypes.data)
        self._library.oidnExecuteFilter(self._filter)
        self._library.oidnReadBuffer(self._buffer, 0, self._pixels.nbytes, self._pixels.ctypes.data)
        self._check()
        inner = self._pixels[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
        return (inner.clip(0, 1) * 255).round().astype(np.uint8)

    def _prepare(self, height: int, width: int) -> None:
        """Sets up a buffer and a filter that works in place on images of this size."""
        if self._filter:
            self._library.oidnReleaseFilter(self._filter)
            self._library.oidnReleaseBuffer(self._buffer)
            self._filter = None
        self._pixels = np.empty((height, width, 3), np.float32)
        self._buffer = self._library.oidnNewBuffer(self._handle, self._pixels.nbytes)
        self._check()  # without a buffer, the filter would neither read nor write
        self._filter = self._library.oidnNewFilter(self._handle, b"RT")
        for name in (b"color", b"output"):
            self._library.oidnSetFilterImage(self._filter, name, self._buffer, _FLOAT3, width, height, 0, 0, 0)
        self._library.oidnSetFilterBool(self._filter, b"srgb", True)
        self._library.oidnCommitFilter(self._filter)

    def _check(self) -> None:
        """Raises UserError or RendererLost if the library has reported an error."""
        message = _TEXT()
        if self._library.oidnGetDeviceError(self._handle, ctypes.byref(message)):
            self._pixels = np.empty((0, 0, 3), np.float32)  # the next image sets up a new filter
            fault = f"Open Image Denoise fails on {self.device}: {(message.value or b'').decode()}"
            if self.device != "cpu":
                raise RendererLost(fault)
            raise UserError(f"render.denoise: {fault}; write denoise: false")


@cache
def denoiser(renders_on: str, threads: int, width: int, height: int) -> Denoiser:
    """Returns the process's denoiser for images of a size: on the type of device that renders, if it works there.

    A GPU first denoises a blank image, because missing memory or kernels cause an error only then. If it fails, the CPU
    denoises, with a warning in the log. Raises UserError if the CPU fails too.
    """
    device = "cuda" if renders_on == "optix" else renders_on
    if device != "cpu":
        try:
            found = _shared(device, threads)
            found(np.zeros((height, width, 3), np.uint8))
            return found
        except RendererLost as error:
            _log.warning("%s; the CPU denoises instead", error)
    return _shared("cpu", threads)


@cache
def _shared(device: str, threads: int) -> Denoiser:
    """Returns the process's denoiser on a type of device."""
    return Denoiser(device, threads)


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
