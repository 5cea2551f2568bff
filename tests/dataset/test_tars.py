"""Members of tars: those of USTAR are read as the standard library reads them, and no others."""

import io
import tarfile

import pytest

from tvrgen._support.errors import UserError
from tvrgen._support.limits import IMAGE
from tvrgen.dataset import tars

CONTENTS = {"a.png": b"", "b.scene.json": b"x" * 512, "b.final-0.png": b"y" * 513, "c": b"z" * 2000}


def packed(contents, form=tarfile.USTAR_FORMAT, **fields):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for name, content in contents.items():
            about = tarfile.TarInfo(name)
            about.size = len(content)
            for field, value in fields.items():
                setattr(about, field, value)
            tar.addfile(about, io.BytesIO(content))
    return out.getvalue()


def read(content, byte=0):
    return {m.name: m.read(IMAGE) for m in tars.members(io.BytesIO(content), "t.tar", byte)}


def test_members_are_read_from_any_header_on():
    content = packed(CONTENTS)
    found = list(tars.members(io.BytesIO(content), "t.tar"))
    assert read(content) == CONTENTS
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        assert [(m.name, m.offset, m.size) for m in tar] == [(m.name, m.byte, m.size) for m in found]
    for k, member in enumerate(found):
        assert [*read(content, member.byte)] == [*CONTENTS][k:]


def test_members_may_be_read_later_and_in_any_order():
    found = list(tars.members(io.BytesIO(packed(CONTENTS)), "t.tar"))
    assert {m.name: m.read(IMAGE) for m in reversed(found)} == CONTENTS


@pytest.mark.parametrize("name", ["../x", "/x", "a/b", ".x", "", "a\nb", "x::y", "x" * 120])
def test_names_of_no_shard_are_refused(name):
    with pytest.raises(UserError, match="does not belong in a shard"):
        read(packed({name: b"x"}, tarfile.GNU_FORMAT))


@pytest.mark.parametrize("kind", [tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_what_is_no_plain_file_is_refused(kind):
    with pytest.raises(UserError, match="does not belong in a shard"):
        read(packed({"a": b""}, type=kind))


@pytest.mark.parametrize("length", [0, 1, 511, 513, 1100, 1700])
def test_a_tar_that_is_cut_is_refused(length):
    with pytest.raises(UserError, match=r"t\.tar: cannot be read as a tar"):
        read(packed(CONTENTS)[:length])


def test_no_member_is_larger_than_its_tar():
    header = tarfile.TarInfo("a")
    header.size = 1 << 32
    with pytest.raises(UserError, match="ends within a"):
        read(header.tobuf(tarfile.USTAR_FORMAT) + bytes(2048))


def test_members_beyond_the_limits_are_refused(monkeypatch):
    monkeypatch.setenv("TVRGEN_MAX_SHARD_FILES", "3")
    with pytest.raises(UserError, match="has 4 files; at most 3"):
        read(packed(CONTENTS))
    monkeypatch.setenv("TVRGEN_MAX_SHARD_FILES", "4")
    monkeypatch.setenv("TVRGEN_MAX_IMAGE_BYTES", "600")
    with pytest.raises(UserError, match=r"t\.tar/c: has 2000 bytes; at most 600"):
        read(packed(CONTENTS))
