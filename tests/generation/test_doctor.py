"""What doctor says of a machine that lacks something; a machine that is ready is tested with the command."""

import importlib.metadata

from tvrgen._support.errors import UserError
from tvrgen.generation import doctor, machine, worker


def lines() -> dict[bool, list[str]]:
    found: dict[bool, list[str]] = {True: [], False: []}
    for fine, line in doctor.examine():
        found[fine].append(line)
    return found


def test_a_library_that_is_missing_is_named(monkeypatch):
    def version(name):
        if name == "ray":
            raise importlib.metadata.PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(doctor.importlib.metadata, "version", version)
    monkeypatch.setattr(doctor.requirements, "lacking", lambda: "no Blender for this Python")
    found = lines()
    assert found[False][0].startswith("ray is not installed; pip install")
    assert found[False][1:] == ["no Blender for this Python"]
    assert "numpy 1.0" in found[True]


def test_a_renderer_that_does_not_open_is_a_line(monkeypatch):
    def open_renderer(*_):
        raise UserError("Blender cannot be loaded")

    monkeypatch.setattr(doctor.requirements, "lacking", lambda: None)
    monkeypatch.setattr(worker, "open_renderer", open_renderer)
    assert lines()[False][-1] == "test render: Blender cannot be loaded"


def test_the_threads_are_those_that_a_run_uses(monkeypatch):
    monkeypatch.setattr(doctor.requirements, "lacking", lambda: "no Blender for this Python")
    monkeypatch.setattr(doctor.os, "cpu_count", lambda: 8)
    for cores, line in ((8, "8 CPU threads"), (1, "1 CPU thread of 8")):
        monkeypatch.setattr(machine, "cores", lambda cores=cores: cores)
        assert line in lines()[True]
