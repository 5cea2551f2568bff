"""Reading of images: from a folder, a tar or an object store, decoded within limits."""

import contextlib
import errno
import io
import os
import struct
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from tvrgen._support import limits, plain_files
from tvrgen._support.errors import UserError
from tvrgen.dataset import tars
from tvrgen.dataset.images import SUFFIX

if TYPE_CHECKING:
    from PIL import Image


def open_image(path: str) -> "Image.Image":
    """Returns an image of a question, read whole.

    Raises FileNotFoundError, OSError if it is no image, or UserError if it is larger than the limits.
    """
    member, inside, rest = path.removeprefix("tar://").partition("::") if path.startswith("tar://") else ("", "", path)
    with contextlib.ExitStack() as stack:
        limit = limits.FILE if inside else limits.IMAGE
        if "://" in rest:
            import fsspec

            file: BinaryIO = stack.enter_context(fsspec.open(rest, "rb"))
            limit.check(file.seek(0, os.SEEK_END), rest)
            file.seek(0)
        else:
            file = stack.enter_context(plain_files.opened(rest, limit))
        if not inside:
            return decoded(file, path)
        for found in tars.members(file, rest):
            if found.name == member:
                return decoded(io.BytesIO(found.read(limits.IMAGE)), path)
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)


def decoded(file: BinaryIO | Path, where: str, image_format: str | None = None) -> "Image.Image":
    """Returns an image, read whole, in one of the formats of `image.format` (default: any).

    Pillow knows others, some of which run programs. Raises UserError if it has too many pixels, OSError if it is no
    image.
    """
    from PIL import Image

    formats = [form.upper() for form in ([image_format] if image_format else SUFFIX)]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # for images within our limit
            image = Image.open(file, formats=formats)
        limits.PIXELS.check(image.width * image.height, where)  # before it takes memory
        image.load()
    except Image.DecompressionBombError as error:
        raise UserError(f"{where}: has too many pixels; {limits.PIXELS.remedy}") from error
    except (SyntaxError, ValueError, struct.error) as error:  # Pillow's own errors, for damaged files
        raise OSError(f"{where}: is no image: {error}") from error
    return image
