"""Video files: they hold the frames that were written, and the same ones give the same bytes."""

import io

import numpy as np
import pytest

from tvrgen._support.errors import UserError
from tvrgen.imaging import video

pytest.importorskip("av")


def frames(count: int, width: int = 80, height: int = 60) -> list[np.ndarray]:
    """A square that moves over a gradient."""
    found = []
    for k in range(count):
        pixels = np.empty((height, width, 3), np.uint8)
        pixels[:] = np.linspace(90, 160, width)[None, :, None]
        pixels[10:30, k : k + 20] = (200, 30, 40)
        found.append(pixels)
    return found


def write(path, pictures, fps=12):
    height, width = pictures[0].shape[:2]
    with video.writer(path, width, height, fps) as add:
        for pixels in pictures:
            add(pixels)
    return path


def read(path) -> list[np.ndarray]:
    with open(path, "rb") as file:
        return list(video.read(file, str(path)))


def error(a, b) -> float:
    """The mean squared difference of two images in brightness; colours have half the resolution."""
    return float((((a.astype(float) - b) @ (0.299, 0.587, 0.114)) ** 2).mean())


@pytest.mark.parametrize("size", [(80, 60), (32, 34), (322, 242)])
@pytest.mark.parametrize("count", [1, 2, 25])
def test_frames_are_read_as_they_were_written(size, count, tmp_path):
    written = frames(count, *size)
    found = read(write(tmp_path / "a.mp4", written))
    assert len(found) == count
    for k, pixels in enumerate(found):
        assert pixels.shape == written[k].shape
        assert min(range(count), key=lambda other: error(pixels, written[other])) == k
        assert error(pixels, written[k]) < 6.5  # 40 dB


@pytest.mark.parametrize("fps", [1, 12, 120])
def test_the_rate_is_that_of_the_settings(fps, tmp_path):
    import av

    with av.open(write(tmp_path / "a.mp4", frames(5), fps)) as file:
        stream = file.streams.video[0]
        assert (stream.average_rate, stream.frames, stream.codec_context.name) == (fps, 5, "h264")
        assert stream.codec_context.pix_fmt == "yuv420p"
        times = [frame.time for frame in file.decode(stream)]
    assert times == pytest.approx([k / fps for k in range(5)], abs=1e-3)


def test_the_same_frames_are_the_same_bytes(tmp_path):
    first, second = (write(tmp_path / f"{name}.mp4", frames(9)).read_bytes() for name in "ab")
    assert first == second


@pytest.mark.parametrize("content", [b"", b"no video", b"\0" * 5000], ids=["empty", "text", "zeros"])
def test_what_is_no_video_is_an_error(content, tmp_path):
    with pytest.raises(OSError, match=r"\w"):
        list(video.read(io.BytesIO(content), "a.mp4"))


def test_a_truncated_video_is_an_error(tmp_path):
    whole = write(tmp_path / "a.mp4", frames(9)).read_bytes()
    with pytest.raises(OSError, match=r"\w"):
        list(video.read(io.BytesIO(whole[: len(whole) // 3]), "a.mp4"))


def test_large_frames_are_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("TVRGEN_MAX_IMAGE_PIXELS", "1000")
    with pytest.raises(UserError, match=r"a\.mp4: has 4800 pixels; at most 1000 are read"):
        read(write(tmp_path / "a.mp4", frames(2)))


def test_another_codec_is_refused(tmp_path):
    import av

    with av.open(tmp_path / "a.mp4", "w") as file:
        stream = file.add_stream("mpeg4", rate=12)
        stream.width, stream.height = 80, 60
        for packet in (stream.encode(av.VideoFrame.from_ndarray(frames(1)[0], format="rgb24")), stream.encode()):
            file.mux(packet)
    with pytest.raises(OSError, match=r"is not H\.264"):
        read(tmp_path / "a.mp4")


def test_names_of_files_are_no_addresses(tmp_path):
    """FFmpeg takes what stands before a colon for a protocol."""
    assert len(read(write(tmp_path / "pipe:a.mp4", frames(2)))) == 2
