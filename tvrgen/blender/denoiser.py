"""Cleans pictures with the Open Image Denoise that comes inside Blender's package.

Cycles would denoise linear colours, and be guided by albedo and normals. At some sixteen samples both cost more than
they bring (docs/rendering.md has the figures): guides want to be cleaned themselves, and an error in linear colours
weighs differently from one in the picture. So the picture as it is shown, 8-bit sRGB, is cleaned by its pixels alone.
"""

import ctypes
from pathlib import Path

import bpy
import numpy as np

from tvrgen.errors import UserError

# of the library's header oidn.h, version 2
_DEVICE_DEFAULT, _DEVICE_CPU, _FLOAT3 = 0, 1, 3
_POINTER, _SIZE, _TEXT = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p
_FUNCTIONS = {
    "oidnNewDevice": (_POINTER, ctypes.c_int),
    "oidnSetDeviceInt": (None, _POINTER, _TEXT, ctypes.c_int),
    "oidnSetDeviceBool": (None, _POINTER, _TEXT, ctypes.c_bool),
    "oidnCommitDevice": (None, _POINTER),
    "oidnGetDeviceError": (ctypes.c_int, _POINTER, ctypes.POINTER(_TEXT)),
    "oidnReleaseDevice": (None, _POINTER),
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
    """Cleans pictures of any size; what it prepared for one size it keeps for the next picture.

    Works on the CPU, or with `gpu` on the fastest device that the library finds. `threads` 0: all.
    Raises UserError where the library is not there or does not start.
    """

    def __init__(self, threads: int = 0, gpu: bool = False) -> None:
        self._library = _load()
        self._device = self._library.oidnNewDevice(_DEVICE_DEFAULT if gpu else _DEVICE_CPU)
        if not gpu:
            self._library.oidnSetDeviceInt(self._device, b"numThreads", threads)
            # threads that are pinned would meet those of other workers on the same cores
            self._library.oidnSetDeviceBool(self._device, b"setAffinity", False)
        self._library.oidnCommitDevice(self._device)
        self._shape, self._filter, self._buffer = None, None, None
        self._check()

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        """(H, W, 3) uint8 of sRGB, noisy -> the same, clean."""
        data = picture.astype(np.float32) / np.float32(255)
        if self._shape != data.shape:
            self._prepare(data.shape)
        self._library.oidnWriteBuffer(self._buffer, 0, data.nbytes, data.ctypes.data)
        self._library.oidnExecuteFilter(self._filter)
        self._library.oidnReadBuffer(self._buffer, 0, data.nbytes, data.ctypes.data)
        self._check()
        return (data.clip(0, 1) * 255).round().astype(np.uint8)

    def close(self) -> None:
        """Frees what the library holds."""
        self._forget()
        if self._device:
            self._library.oidnReleaseDevice(self._device)
            self._device = None

    def _prepare(self, shape: tuple[int, int, int]) -> None:
        self._forget()
        height, width, channels = shape
        self._buffer = self._library.oidnNewBuffer(self._device, height * width * channels * 4)
        self._filter = self._library.oidnNewFilter(self._device, b"RT")
        for name in (b"color", b"output"):  # in place
            self._library.oidnSetFilterImage(self._filter, name, self._buffer, _FLOAT3, width, height, 0, 0, 0)
        self._library.oidnSetFilterBool(self._filter, b"srgb", True)
        self._library.oidnCommitFilter(self._filter)
        self._check()
        self._shape = shape

    def _forget(self) -> None:
        if self._shape:
            self._library.oidnReleaseFilter(self._filter)
            self._library.oidnReleaseBuffer(self._buffer)
            self._shape = None

    def _check(self) -> None:
        message = _TEXT()
        if self._library.oidnGetDeviceError(self._device, ctypes.byref(message)):
            raise UserError(f"render.denoise: the denoiser fails ({message.value.decode()}); write denoise: false")


def _load() -> ctypes.CDLL:
    """The library with the signatures of its functions."""
    folder = Path(bpy.utils.resource_path("LOCAL")).parent
    names = ("libOpenImageDenoise.so*", "libOpenImageDenoise*.dylib", "OpenImageDenoise.dll")
    found = sorted(p for name in names for p in folder.rglob(name))
    try:
        library = ctypes.CDLL(str(found[0]))
    except (IndexError, OSError) as error:
        raise UserError("render.denoise: this Blender has no Open Image Denoise; write denoise: false") from error
    for name, (result, *arguments) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
