"""Alias of `tvrgen.scoring.adapters`: exports name the rewards of trainers as `tvrgen.adapters.*`."""

from pathlib import Path

from tvrgen.scoring.adapters import __doc__  # noqa: A004, F401

# a module with a path is a package: `tvrgen.adapters.verl` is the file scoring/adapters/verl.py
__path__ = [str(Path(__file__).parent / "scoring" / "adapters")]
