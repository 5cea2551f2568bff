"""Compilation of PTX by NVIDIA's driver, for a GPU of this machine: `python driver_compiler.py ARCH [CUBIN PTX]`.

Without files, it checks whether there is a driver and a GPU of this architecture. The driver's linker (cuda.h) cannot
be interrupted, so it runs in a separate process, which needs only the standard library. An error is one line, with exit
code 1.
"""

import ctypes
import os
import sys
from pathlib import Path
from typing import Any

_PTX = 1  # CU_JIT_INPUT_PTX
_ERROR_LOG, _ERROR_LOG_BYTES = 5, 6  # CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES
_MAJOR, _MINOR = 75, 76  # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, _MINOR
_NO_DEVICE = 100  # CUDA_ERROR_NO_DEVICE
_LOG_BYTES = 4096


class Failure(Exception):
    """An error of the driver, or its absence; the message is one line."""


class NoDevice(Failure):
    """No visible GPU is of the architecture."""


def cuda() -> tuple[int, int] | None:
    """Returns the version of CUDA that the driver of this machine supports, or None if there is no driver."""
    version = ctypes.c_int()
    try:
        _call(_library(), "cuDriverGetVersion", ctypes.byref(version))
    except Failure:
        return None
    return version.value // 1000, version.value % 1000 // 10


def driver() -> Any:
    """Returns the driver, initialised. Raises Failure."""
    library = _library()
    if library.cuInit(ctypes.c_uint(0)) == _NO_DEVICE:
        raise NoDevice("this machine has no GPU")
    _call(library, "cuInit", ctypes.c_uint(0))
    return library


def device(library: Any, arch: str) -> ctypes.c_int:
    """Returns the first GPU of an architecture. Raises Failure."""
    count, found = ctypes.c_int(), ctypes.c_int()
    _call(library, "cuDeviceGetCount", ctypes.byref(count))
    for index in range(count.value):
        _call(library, "cuDeviceGet", ctypes.byref(found), ctypes.c_int(index))
        capability = []
        for attribute in (_MAJOR, _MINOR):
            value = ctypes.c_int()
            _call(library, "cuDeviceGetAttribute", ctypes.byref(value), ctypes.c_int(attribute), found)
            capability.append(value.value)
        if arch == "sm_{}{}".format(*capability):
            return found
    raise NoDevice(f"no GPU of this machine is {arch}")


def compiled(library: Any, gpu: ctypes.c_int, text: bytes) -> bytes:
    """Returns the cubin that the driver compiles from PTX for a GPU. Raises Failure."""
    context = ctypes.c_void_p()
    _call(library, "cuCtxCreate_v2", ctypes.byref(context), ctypes.c_uint(0), gpu)
    log = ctypes.create_string_buffer(_LOG_BYTES)
    keys = (ctypes.c_int * 2)(_ERROR_LOG, _ERROR_LOG_BYTES)
    values = (ctypes.c_void_p * 2)(ctypes.addressof(log), _LOG_BYTES)
    state, cubin, size = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_size_t()
    try:
        _call(library, "cuLinkCreate_v2", ctypes.c_uint(2), keys, values, ctypes.byref(state))
        # the driver reads PTX up to a zero byte, which counts among its bytes
        data, name, none = ctypes.create_string_buffer(text), ctypes.c_char_p(b"kernel.ptx"), ctypes.c_void_p()
        length, no_options = ctypes.c_size_t(len(data)), ctypes.c_uint(0)
        _call(library, "cuLinkAddData_v2", state, ctypes.c_int(_PTX), data, length, name, no_options, none, none)
        _call(library, "cuLinkComplete", state, ctypes.byref(cubin), ctypes.byref(size))
    except Failure as failure:
        raise Failure(f"{failure} {log.value.decode(errors='replace')}".strip()) from None
    return ctypes.string_at(cubin, size.value)  # the driver's own memory, until this process ends


def _library() -> Any:
    try:
        return ctypes.CDLL("libcuda.so.1")
    except OSError:
        raise Failure("there is no driver") from None


def _call(library: Any, function: str, *arguments: Any) -> None:
    """Calls a function of the driver; raises Failure, with the driver's message, if it fails."""
    if code := getattr(library, function)(*arguments):
        text = ctypes.c_char_p()
        library.cuGetErrorString(ctypes.c_int(code), ctypes.byref(text))
        raise Failure(f"{function} fails: {(text.value or b'unknown error').decode(errors='replace')} ({code})")


def main(arch: str, target: str | None = None, source: str | None = None) -> None:
    """Reads PTX from a file, and writes the cubin to another; without files, checks that this could be done.

    Uses a GPU that CUDA_VISIBLE_DEVICES leaves visible, else any GPU of this machine: Ray makes one GPU visible to each
    worker, but one process compiles for all.
    """
    try:
        library = driver()
        gpu = device(library, arch)
        if target and source:
            Path(target).write_bytes(compiled(library, gpu, Path(source).read_bytes()))
    except NoDevice as failure:
        if os.environ.pop("CUDA_VISIBLE_DEVICES", None) is None:
            sys.exit(str(failure))
        os.execv(sys.executable, [sys.executable, "-I", *sys.argv])  # the driver reads the variable once
    except (Failure, OSError, AttributeError) as error:  # AttributeError: a driver without these functions
        sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])
