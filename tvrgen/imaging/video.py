"""Video files: H.264 in MP4, which every player, browser and trainer reads. Needs PyAV (the extra `render`).

The same frames give the same bytes, by one version of PyAV.
"""

import contextlib
import itertools
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from tvrgen._support import limits

_OPTIONS = {
    "crf": "12",  # hardly to be told from the frames; half the bytes of 8
    "preset": "medium",
    "bf": "0",  # frames in the order in which they are shown: some readers miscount others
    "threads": "1",  # the bytes depend on the number
    "flags": "+bitexact",
}
_BT601 = 6
"""The colours that readers assume where none are named, by their number in H.264: some know no others."""

_STUDIO = 1
"""Values from 16 to 235, as in most videos."""


@contextlib.contextmanager
def writer(path: Path, width: int, height: int, fps: int) -> Iterator[Callable[[NDArray[np.uint8]], None]]:
    """A function that adds a frame (H, W, 3), RGB in 8 bits, to a video, which is complete when the block ends.

    Width and height must be even. Raises OSError if the file cannot be written.
    """
    import av

    with av.open(f"file:{path}", "w", format="mp4", options={"fflags": "+bitexact", "movflags": "+faststart"}) as file:
        stream = file.add_stream("libx264", rate=fps, options=_OPTIONS)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.colorspace, stream.codec_context.color_range = _BT601, _STUDIO
        numbers = itertools.count()

        def add(pixels: NDArray[np.uint8]) -> None:
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace="ITU601", dst_color_range="MPEG")
            frame.pts, frame.time_base = next(numbers), Fraction(1, fps)
            file.mux(stream.encode(frame))

        yield add
        file.mux(stream.encode())


def read(file: BinaryIO, where: str) -> Iterator[NDArray[np.uint8]]:
    """Yields the frames (H, W, 3) of an MP4 file, RGB in 8 bits; `where` names it in messages.

    FFmpeg knows many formats and codecs: it is given no other than H.264 in MP4, and the file's content alone. Raises
    OSError if that cannot be read, or UserError if its frames are larger than the limits.
    """
    import av

    try:
        with av.open(file, "r", format="mp4") as opened:
            stream = opened.streams.video[0]
            if stream.codec_context.name != "h264":
                raise OSError("is not H.264")
            limits.PIXELS.check(stream.width * stream.height, where)
            for frame in opened.decode(stream):
                yield np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
    except (av.error.FFmpegError, IndexError) as error:  # IndexError: it has no pictures
        raise OSError(str(error).partition(":")[0]) from error
